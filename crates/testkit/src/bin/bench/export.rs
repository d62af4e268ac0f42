//! A list taken away as CSV, against `COPY` of the same rows in the same order.

use crate::{
    ground::{Ground, Settings},
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

/// The most rows that are taken away.
const ROWS: u64 = 100_000;
const PAYMENTS: &str = include_str!("sql/export.sql");

/// The figures, medians of the rounds.
pub struct Export {
    /// Rows that were taken away.
    pub rows: u64,
    /// Seconds until everything was there, and the same with `COPY`.
    pub server: f64,
    pub copy: f64,
    /// Seconds until the first byte of the body was there.
    pub first: f64,
    /// MiB by which the server grew while it exported for the first time.
    pub grown: f64,
}

impl Export {
    /// Its lines of the table.
    pub fn rows_of_table(&self) -> String {
        format!(
            "| {} payments as CSV | {:.2} s, COPY {:.2} s: {:.2} times | <= 2 times |\n| its first byte | {:.3} s | < 0.2 s |\n| memory, grown meanwhile | {:.1} MiB | < 10 MiB |\n",
            self.rows,
            self.server,
            self.copy,
            self.server / self.copy.max(0.001),
            self.first,
            self.grown
        )
    }
}

/// Measures it.
pub async fn measure(ground: &mut Ground, settings: &Settings) -> Export {
    let from = ground.text(&format!(
        "SELECT to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS found FROM (SELECT created_at FROM transactions ORDER BY created_at DESC LIMIT {ROWS}) AS newest ORDER BY created_at LIMIT 1"
    ));
    let rows = ground
        .text(&format!(
            "SELECT count(*)::text AS found FROM transactions WHERE created_at >= '{from}'"
        ))
        .parse()
        .expect("a number");
    let grown = once(ground, &from, rows).await.grown;
    let (mut servers, mut copies) = (Vec::new(), Vec::new());
    for _ in 0..settings.rounds.max(3) {
        servers.push(once(ground, &from, rows).await);
        copies.push(copy(ground, &from));
    }
    Export {
        rows,
        server: middle(servers.iter().map(|one| one.whole)),
        copy: middle(copies),
        first: middle(servers.iter().map(|one| one.first)),
        grown,
    }
}

/// One export.
struct Taken {
    whole: f64,
    first: f64,
    grown: f64,
}

async fn once(ground: &Ground, from: &str, rows: u64) -> Taken {
    let (began, before) = (Instant::now(), ground.server.memory());
    let mut stream = TcpStream::connect(("127.0.0.1", ground.server.port))
        .await
        .expect("the server answers");
    let request = http::request(
        "GET",
        &format!("/v1/transactions/export?created_at_from={from}"),
        Some(&ground.token),
        &[("Connection", "close")],
        "",
    );
    stream.write_all(&request).await.expect("it is sent");
    let (mut buffer, mut last) = (vec![0; 1 << 16], 0);
    let (mut first, mut most, mut lines, mut looked) = (None, before, 0, Instant::now());
    loop {
        let read = stream.read(&mut buffer).await.expect("an answer");
        if read == 0 {
            break;
        }
        first.get_or_insert_with(|| began.elapsed().as_secs_f64());
        for byte in &buffer[..read] {
            // Lines of the file; those between its pieces end in CR LF.
            lines += u64::from(*byte == b'\n' && last != b'\r');
            last = *byte;
        }
        if looked.elapsed() > Duration::from_millis(20) {
            most = most.max(ground.server.memory());
            looked = Instant::now();
        }
    }
    assert_eq!(lines, rows + 1, "every row is there, and the heading");
    Taken {
        whole: began.elapsed().as_secs_f64(),
        first: first.expect("a first byte"),
        grown: most - before,
    }
}

/// Seconds that `COPY` takes, with everything that psql needs to begin.
fn copy(ground: &Ground, from: &str) -> f64 {
    let sql = PAYMENTS.trim().replace(":from", &format!("'{from}'"));
    let psql = ground
        .pgbench
        .parent()
        .unwrap_or_else(|| Path::new("."))
        .join("psql");
    let began = Instant::now();
    let done = Command::new(psql)
        .args(["-qX", "-c", &sql, &ground.url])
        .stdout(Stdio::null())
        .status()
        .expect("psql runs");
    assert!(done.success(), "COPY fails");
    began.elapsed().as_secs_f64()
}

fn middle(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
