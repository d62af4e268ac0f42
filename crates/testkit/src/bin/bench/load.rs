//! Requests, one after the other on every connection, for as long as a round lasts.

use crate::{cpu, ground::Ground, http::Connection, workloads::Workload};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What a round came to.
#[derive(Debug, Clone, Default)]
pub struct Round {
    /// Requests or transactions per second.
    pub rate: f64,
    /// The middle and the 99th of a hundred, in milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Milliseconds of processor time per request: of our server, of PostgreSQL, and of the one who asks.
    pub server: f64,
    pub postgres: f64,
    pub load: f64,
}

/// Loads the server.
pub async fn run(
    ground: &Ground,
    workload: &Workload,
    connections: usize,
    lasting: Duration,
) -> Round {
    let before = Times::of(ground);
    let began = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            tokio::spawn(ask(
                ground.server.port,
                workload.requests.clone(),
                began + lasting,
            ))
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.expect("a connection lasts"));
    }
    let (seconds, times) = (began.elapsed().as_secs_f64(), Times::of(ground));
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

/// Microseconds that each request took.
async fn ask(
    port: u16,
    requests: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    until: Instant,
) -> Vec<u32> {
    let mut connection = Connection::open(port).await.expect("the server answers");
    let mut took = Vec::with_capacity(1 << 14);
    while Instant::now() < until {
        let request = requests();
        let began = Instant::now();
        let status = connection.send(&request).await.expect("an answer");
        took.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
        assert!(
            (200..300).contains(&status),
            "{status} for {}",
            String::from_utf8_lossy(&request)
        );
    }
    took
}

/// The value that so many of a hundred do not pass, from microseconds to milliseconds.
pub fn percentile(sorted: &[u32], of_hundred: usize) -> f64 {
    let place = (sorted.len() * of_hundred / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(place)
        .map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

/// Processor times.
struct Times {
    server: u64,
    postgres: u64,
    load: u64,
}

impl Times {
    fn of(ground: &Ground) -> Self {
        Self {
            server: cpu::of(ground.server.id()),
            postgres: cpu::of_family(ground.postmaster),
            load: cpu::of(std::process::id()),
        }
    }
}
