//! Sends requests, one after the other on every connection, for the duration of a round.

use crate::{cpu, fixture::Fixture, http::Connection, workloads::Workload};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The result of a round.
#[derive(Debug, Clone, Default)]
pub struct Round {
    /// Requests or transactions per second.
    pub rate: f64,
    /// The median and the 99th percentile, in milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Milliseconds of processor time per request: of the server, of PostgreSQL, and of the client.
    pub server: f64,
    pub postgres: f64,
    pub load: f64,
}

/// Runs a round against the server.
pub async fn run(
    fixture: &Fixture,
    workload: &Workload,
    connections: usize,
    duration: Duration,
) -> Round {
    let before = Times::now(fixture);
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            tokio::spawn(send_until(
                fixture.server.port,
                workload.requests.clone(),
                began + duration,
            ))
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.expect("the connection stays open"));
    }
    let (seconds, times) = (began.elapsed().as_secs_f64(), Times::now(fixture));
    took.sort_unstable();
    let count = took.len().max(1) as f64;
    let spent = |before: u64, after: u64| (after - before) as f64 * 10.0 / count;
    Round {
        rate: count / seconds,
        p50: percentile(&took, 50),
        p99: percentile(&took, 99),
        server: spent(before.server, times.server),
        postgres: spent(before.postgres, times.postgres),
        load: spent(before.load, times.load),
    }
}

/// Sends requests until a time; returns the duration of each in microseconds.
async fn send_until(
    port: u16,
    requests: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    until: Instant,
) -> Vec<u32> {
    let mut connection = Connection::open(port).await.expect("the server answers");
    let mut took = Vec::with_capacity(1 << 14);
    while Instant::now() < until {
        let request = requests();
        let began = Instant::now();
        let status = connection.send(&request).await.expect("a response");
        took.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        assert!(
            (200..300).contains(&status),
            "{status} for {}",
            String::from_utf8_lossy(&request)
        );
    }
    took
}

/// Returns a percentile of sorted microseconds, in milliseconds.
pub fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(index)
        .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

/// The processor times of all processes.
struct Times {
    server: u64,
    postgres: u64,
    load: u64,
}

impl Times {
    fn now(fixture: &Fixture) -> Self {
        Self {
            server: cpu::ticks_of(fixture.server.id()),
            postgres: cpu::ticks_of_family(fixture.postmaster),
            load: cpu::ticks_of(std::process::id()),
        }
    }
}
