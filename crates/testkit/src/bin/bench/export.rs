//! Measures the export of a list as CSV, compared with `COPY` of the same rows in the same order.

use crate::{
    fixture::{Fixture, Settings},
    http,
};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The maximum number of exported rows.
const ROWS: u64 = 100_000;
const PAYMENTS: &str = include_str!("sql/export.sql");

/// The results: medians of the rounds.
pub struct Export {
    /// The number of exported rows.
    pub rows: u64,
    /// Seconds of the export, and of `COPY`.
    pub server: f64,
    pub copy: f64,
    /// Seconds to the first byte of the body.
    pub first: f64,
    /// Memory growth of the server during the first export, in MiB.
    pub growth: f64,
}

impl Export {
    /// Returns the rows of the report.
    pub fn rows_of_table(&self) -> String {
        format!(
            "| {} payments as CSV | {:.2} s, COPY {:.2} s: {:.2} times | <= 2 times |\n| its first byte | {:.3} s | < 0.2 s |\n| memory growth of the export | {:.1} MiB | < 10 MiB |\n",
            self.rows,
            self.server,
            self.copy,
            self.server / self.copy.max(0.001),
            self.first,
            self.growth
        )
    }
}

/// Measures the export.
pub async fn measure(fixture: &mut Fixture, settings: &Settings) -> Export {
    let from = fixture.text(&format!(
        "SELECT to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS found FROM (SELECT created_at FROM transactions ORDER BY created_at DESC LIMIT {ROWS}) AS newest ORDER BY created_at LIMIT 1"
    ));
    let rows = fixture
        .text(&format!(
            "SELECT count(*)::text AS found FROM transactions WHERE created_at >= '{from}'"
        ))
        .parse()
        .expect("a number");
    let growth = export_once(fixture, &from, rows).await.growth;
    let (mut servers, mut copies) = (Vec::new(), Vec::new());
    for _ in 0..settings.rounds.max(3) {
        servers.push(export_once(fixture, &from, rows).await);
        copies.push(copy(fixture, &from));
    }
    Export {
        rows,
        server: median(servers.iter().map(|one| one.total)),
        copy: median(copies),
        first: median(servers.iter().map(|one| one.first)),
        growth,
    }
}

/// The times and the memory growth of one export.
struct Measured {
    total: f64,
    first: f64,
    growth: f64,
}

async fn export_once(fixture: &Fixture, from: &str, rows: u64) -> Measured {
    let (began, before) = (Instant::now(), fixture.server.memory());
    let mut stream = TcpStream::connect(("127.0.0.1", fixture.server.port))
        .await
        .expect("the server answers");
    let request = http::request(
        "GET",
        &format!("/v1/transactions/export?created_at_from={from}"),
        Some(&fixture.token),
        &[("Connection", "close")],
        "",
    );
    stream
        .write_all(&request)
        .await
        .expect("the request is sent");
    let (mut buffer, mut last) = (vec![0; 1 << 16], 0);
    let (mut first, mut peak, mut lines, mut checked_at) = (None, before, 0, Instant::now());
    loop {
        let read = stream.read(&mut buffer).await.expect("an answer");
        if read == 0 {
            break;
        }
        first.get_or_insert_with(|| began.elapsed().as_secs_f64());
        for byte in &buffer[..read] {
            // Counts lines of the file; the lines of the chunked encoding end in CR LF.
            lines += u64::from(*byte == b'\n' && last != b'\r');
            last = *byte;
        }
        if checked_at.elapsed() > Duration::from_millis(20) {
            peak = peak.max(fixture.server.memory());
            checked_at = Instant::now();
        }
    }
    assert_eq!(lines, rows + 1, "the file has every row and the header");
    Measured {
        total: began.elapsed().as_secs_f64(),
        first: first.expect("a first byte"),
        growth: peak - before,
    }
}

/// Returns the seconds of `COPY`, including the start of psql.
fn copy(fixture: &Fixture, from: &str) -> f64 {
    let sql = PAYMENTS.trim().replace(":from", &format!("'{from}'"));
    let psql = fixture
        .pgbench
        .parent()
        .unwrap_or_else(|| Path::new("."))
        .join("psql");
    let began = Instant::now();
    let status = Command::new(psql)
        .args(["-qX", "-c", &sql, &fixture.url])
        .stdout(Stdio::null())
        .status()
        .expect("psql runs");
    assert!(status.success(), "COPY fails");
    began.elapsed().as_secs_f64()
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
