//! The report of the benchmark.

use crate::{
    cpu,
    export::Export,
    fixture::{Fixture, Settings},
    load::Round,
    sign_in::SignIn,
    workloads::Workload,
};
use std::{fmt::Write, fs, path::Path, time::Duration};

/// All results.
pub struct Report {
    pub pairs: Vec<Pair>,
    pub peak: f64,
    pub sign_in: Option<SignIn>,
    pub export: Option<Export>,
    idle: f64,
    cold: Duration,
    panel: Option<u64>,
    machine: String,
    settings: String,
}

/// The rounds of one workload.
pub struct Pair {
    name: &'static str,
    target: f64,
    connections: usize,
    pub server: Vec<Round>,
    pub pgbench: Vec<Round>,
}

impl Report {
    /// Starts the report with the measurements at rest: cold start and memory of a server with its worker.
    pub async fn start(fixture: &mut Fixture, settings: &Settings) -> Self {
        let mut starts = Vec::new();
        let mut idle = 0.0;
        for _ in 0..5 {
            let server = fixture.start_with_worker().await;
            starts.push(server.start);
            tokio::time::sleep(Duration::from_secs(1)).await;
            idle = server.memory();
        }
        starts.sort_unstable();
        let (model, cores, memory) = cpu::machine();
        let postgres = fixture.text("SELECT current_setting('server_version') AS found");
        Self {
            pairs: Vec::new(),
            peak: 0.0,
            sign_in: None,
            export: None,
            idle,
            cold: starts[starts.len() / 2],
            panel: first_load(),
            machine: format!(
                "{model}, {cores} cores, {memory:.0} GiB, PostgreSQL {}",
                postgres.split(' ').next().unwrap_or_default()
            ),
            settings: format!(
                "scale {}, {} rounds of {} s each, in turns; medians",
                settings.scale, settings.rounds, settings.seconds
            ),
        }
    }

    /// Renders the report as Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("\n{}; {}.\n\n", self.machine, self.settings);
        text.push_str("| Workload | Connections | Server /s | pgbench /s | Share | Target | CPU ms per request: server + PostgreSQL (pgbench's PostgreSQL) | p50 / p99 ms | p99:p50 | pgbench p50 / p99 ms | Client CPU ms (pgbench) |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for pair in &self.pairs {
            let _ = writeln!(text, "{}", pair.row());
        }
        text.push_str("\n| At rest and at peak | Measured | Target |\n|---|--:|--:|\n");
        let _ = writeln!(
            text,
            "| cold start to ready | {} ms | < 500 ms |",
            self.cold.as_millis()
        );
        let _ = writeln!(
            text,
            "| memory, idle, with worker | {:.1} MiB | < 30 MiB |",
            self.idle
        );
        let _ = writeln!(
            text,
            "| memory, peak under load | {:.1} MiB | < 60 MiB |",
            self.peak
        );
        if let Some(export) = &self.export {
            text.push_str(&export.rows_of_table());
        }
        if let Some(sign_in) = &self.sign_in {
            let _ = writeln!(
                text,
                "| sign-in, processor time of the server | {:.2} hashes | <= 1.3 |",
                sign_in.hashes
            );
            let _ = writeln!(
                text,
                "| one eSIM by id, p50 at 8 connections, during 50 concurrent sign-ins | {:.2} ms, without {:.2} ms | unaffected |",
                sign_in.during_sign_ins, sign_in.idle
            );
        }
        let panel = self
            .panel
            .map_or("not built for release".to_owned(), |bytes| {
                format!("{:.2} MB", bytes as f64 / 1e6)
            });
        let _ = writeln!(
            text,
            "| first load of the panel, brotli | {panel} | <= 0.60 MB |"
        );
        text
    }
}

impl Pair {
    /// Creates a pair without rounds.
    pub fn new(workload: &Workload, connections: usize) -> Self {
        Self {
            name: workload.name,
            target: workload.target,
            connections,
            server: Vec::new(),
            pgbench: Vec::new(),
        }
    }

    /// Returns the row of the report.
    pub fn row(&self) -> String {
        let (server, pgbench) = (
            |value: fn(&Round) -> f64| median(&self.server, value),
            |value: fn(&Round) -> f64| median(&self.pgbench, value),
        );
        format!(
            "| {} | {} | {:.0} | {:.0} | {:.2} | {:.2} | {:.3} + {:.3} ({:.3}) | {:.2} / {:.2} | {:.1} | {:.2} / {:.2} | {:.3} ({:.3}) |",
            self.name,
            self.connections,
            server(|r| r.rate),
            pgbench(|r| r.rate),
            server(|r| r.rate) / pgbench(|r| r.rate),
            self.target,
            server(|r| r.server),
            server(|r| r.postgres),
            pgbench(|r| r.postgres),
            server(|r| r.p50),
            server(|r| r.p99),
            server(|r| r.p99 / r.p50.max(0.001)),
            pgbench(|r| r.p50),
            pgbench(|r| r.p99),
            server(|r| r.load),
            pgbench(|r| r.load),
        )
    }
}

fn median(rounds: &[Round], value: fn(&Round) -> f64) -> f64 {
    let mut values: Vec<f64> = rounds.iter().map(value).collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Returns the size of the first load: all compressed files, and the fonts, whose format is compressed.
fn first_load() -> Option<u64> {
    let folder = std::env::var("PANEL_DIR").unwrap_or_default();
    let files = files(Path::new(&folder));
    let is_built = files.iter().any(|(name, _)| name.ends_with(".wasm.br"));
    is_built.then(|| {
        files
            .into_iter()
            .filter(|(name, _)| {
                [".html.br", ".wasm.br", ".js.br", ".css.br", ".woff2"]
                    .iter()
                    .any(|ending| name.ends_with(ending))
            })
            .map(|(_, size)| size)
            .sum()
    })
}

fn files(folder: &Path) -> Vec<(String, u64)> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .flat_map(|entry| {
            if entry.path().is_dir() {
                files(&entry.path())
            } else {
                vec![(
                    entry.file_name().to_string_lossy().into_owned(),
                    entry.metadata().map_or(0, |meta| meta.len()),
                )]
            }
        })
        .collect()
}
