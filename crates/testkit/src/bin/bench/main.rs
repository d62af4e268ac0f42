//! Measures the release build against `pgbench -M prepared` sending the same SQL to the same PostgreSQL.
//!
//! `cargo xtask bench` builds everything, starts a durable PostgreSQL and runs this with `BENCH_DATABASE` (a libpq
//! address ending in `dbname=`), `PGBENCH`, `ESIM_ADMIN_BIN` and `PANEL_DIR`; `BENCH_KEPT` names an existing database,
//! seeded or not, that is not dropped (`BENCH_PASSWORD` is the password of its administrator). The server and pgbench run in
//! turns, so that other load on the machine affects both; the median of the rounds counts. Single times are meaningless on a
//! shared machine. This process sends the requests and needs processor time itself: the table contains it.
//!
//! Arguments: `--scale S|L`, `--rounds N`, `--seconds N` (per round), `--only TEXT` (workloads whose name contains it).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::panic,
    reason = "a measurement that cannot be made has failed"
)]

mod cpu;
mod export;
mod fixture;
mod http;
mod load;
mod money;
mod pgbench;
mod report;
mod sign_in;
mod workloads;

use fixture::{Fixture, Settings};
use report::{Pair, Report};
use std::time::Duration;
use workloads::Workload;

const CONNECTIONS: [usize; 2] = [8, 64];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = Settings::read();
    let mut fixture = Fixture::prepare(&settings).await;
    let mut report = Report::start(&mut fixture, &settings).await;
    let seconds = Duration::from_secs(settings.seconds);
    for name in workloads::all(&mut fixture, &settings)
        .await
        .iter()
        .map(|workload| workload.name)
        .filter(|name| settings.includes(name))
    {
        let workload = workload(&mut fixture, &settings, name).await;
        fixture.prepare_for(&workload);
        for connections in CONNECTIONS {
            load::run(&fixture, &workload, connections, Duration::from_millis(500)).await;
            let mut pair = Pair::new(&workload, connections);
            for _ in 0..settings.rounds {
                pair.server
                    .push(load::run(&fixture, &workload, connections, seconds).await);
                pair.pgbench
                    .push(pgbench::run(&fixture, &workload, connections, seconds));
            }
            eprintln!("{}", pair.row());
            report.pairs.push(pair);
        }
    }
    report.peak = fixture.server.peak_memory();
    if settings.includes("export") {
        fixture.sign_in().await;
        report.export = Some(export::measure(&mut fixture, &settings).await);
    }
    if settings.only.is_none() {
        let read = workload(&mut fixture, &settings, workloads::BY_ID).await;
        report.sign_in = Some(sign_in::measure(&fixture, &read, seconds).await);
    }
    println!("{}", report.markdown());
}

/// Returns a workload by its name, with a new access token.
async fn workload(fixture: &mut Fixture, settings: &Settings, name: &str) -> Workload {
    fixture.sign_in().await;
    workloads::all(fixture, settings)
        .await
        .into_iter()
        .find(|workload| workload.name == name)
        .expect("a known workload")
}
