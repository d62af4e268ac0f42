//! Measures the release build against `pgbench -M prepared` sending the same SQL to the same PostgreSQL.
//!
//! `cargo xtask bench` builds everything, starts a durable PostgreSQL and runs this with `BENCH_DATABASE` (a libpq
//! address ending in `dbname=`), `PGBENCH`, `ESIM_ADMIN_BIN` and `PANEL_DIR`; `BENCH_KEPT` names a database that is there,
//! seeded or not, and stays (`BENCH_PASSWORD` is its administrator's). The two take turns, so that a busy machine is
//! unfair to both; the median of the rounds counts. Single times mean nothing on a shared machine. The load comes from
//! this process, which wants a core's share of its own: what it took is in the table.
//!
//! Arguments: `--scale S|L`, `--rounds N`, `--seconds N` (of a round), `--only WORD` (workloads by name).
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
mod ground;
mod http;
mod load;
mod money;
mod pgbench;
mod report;
mod sign_in;
mod workloads;

use ground::{Ground, Settings};
use report::{Pair, Report};
use std::time::Duration;
use workloads::Workload;

const CONNECTIONS: [usize; 2] = [8, 64];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let settings = Settings::read();
    let mut ground = Ground::prepare(&settings).await;
    let mut report = Report::of(&mut ground, &settings).await;
    let seconds = Duration::from_secs(settings.seconds);
    for name in workloads::all(&mut ground, &settings)
        .await
        .iter()
        .map(|workload| workload.name)
        .filter(|name| settings.asks_for(name))
    {
        let workload = workload(&mut ground, &settings, name).await;
        ground.prepare_for(&workload);
        for connections in CONNECTIONS {
            load::run(&ground, &workload, connections, Duration::from_millis(500)).await;
            let mut pair = Pair::new(&workload, connections);
            for _ in 0..settings.rounds {
                pair.server
                    .push(load::run(&ground, &workload, connections, seconds).await);
                pair.pgbench
                    .push(pgbench::run(&ground, &workload, connections, seconds));
            }
            eprintln!("{}", pair.row());
            report.pairs.push(pair);
        }
    }
    report.peak = ground.server.peak_memory();
    if settings.asks_for("export") {
        ground.sign_in().await;
        report.export = Some(export::measure(&mut ground, &settings).await);
    }
    if settings.only.is_none() {
        let read = workload(&mut ground, &settings, workloads::BY_ID).await;
        report.sign_in = Some(sign_in::measure(&ground, &read, seconds).await);
    }
    println!("{}", report.markdown());
}

/// A workload by its name, with a token that lasts as long as it does.
async fn workload(ground: &mut Ground, settings: &Settings, name: &str) -> Workload {
    ground.sign_in().await;
    workloads::all(ground, settings)
        .await
        .into_iter()
        .find(|workload| workload.name == name)
        .expect("it is among them")
}
