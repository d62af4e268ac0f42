//! The metrics for Prometheus.

use crate::{
    ctx::Ctx,
    error::{Error, Result},
    health, jobs,
};
use prometheus::{
    Encoder, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Registry, TextEncoder,
    histogram_opts, opts,
};
use std::sync::LazyLock;

struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    jobs: IntCounterVec,
    queue: IntGaugeVec,
    database: IntGaugeVec,
    hashes: IntCounter,
    repeated_transactions: IntCounter,
    signatures: IntCounterVec,
    provider_calls: HistogramVec,
}

static METRICS: LazyLock<Option<Metrics>> = LazyLock::new(|| register().ok());

fn register() -> prometheus::Result<Metrics> {
    let registry = Registry::new();
    let buckets = vec![
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
    ];
    let requests = HistogramVec::new(
        histogram_opts!(
            "http_request_duration_seconds",
            "How long requests took",
            buckets
        ),
        &["method", "route", "status"],
    )?;
    let jobs = IntCounterVec::new(
        opts!("jobs_total", "Jobs that were run"),
        &["kind", "outcome"],
    )?;
    let queue = IntGaugeVec::new(opts!("jobs_waiting", "Jobs by state"), &["status"])?;
    let database = IntGaugeVec::new(
        opts!(
            "database_queue",
            "Requests that wait for the database, and how many may"
        ),
        &["what"],
    )?;
    let repeated_transactions = IntCounter::new(
        "database_transactions_repeated_total",
        "Transactions that ran again after a deadlock or a serialization failure",
    )?;
    let hashes = IntCounter::new(
        "password_hashes_total",
        "Passwords that were hashed, to be kept or to be compared",
    )?;
    let signatures = IntCounterVec::new(
        opts!(
            "webhook_signatures_rejected_total",
            "Webhooks rejected because of their signature"
        ),
        &["gateway"],
    )?;
    let provider_calls = HistogramVec::new(
        histogram_opts!(
            "provider_call_duration_seconds",
            "How long calls of providers took, with their repetitions",
            vec![0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0]
        ),
        &["adapter", "operation", "outcome"],
    )?;
    registry.register(Box::new(provider_calls.clone()))?;
    registry.register(Box::new(signatures.clone()))?;
    registry.register(Box::new(hashes.clone()))?;
    registry.register(Box::new(repeated_transactions.clone()))?;
    registry.register(Box::new(requests.clone()))?;
    registry.register(Box::new(jobs.clone()))?;
    registry.register(Box::new(queue.clone()))?;
    registry.register(Box::new(database.clone()))?;
    Ok(Metrics {
        registry,
        requests,
        jobs,
        queue,
        database,
        hashes,
        repeated_transactions,
        signatures,
        provider_calls,
    })
}

/// Records the duration of a request.
pub fn record_request(method: &str, route: &str, status: u16, took: std::time::Duration) {
    if let Some(metrics) = &*METRICS {
        metrics
            .requests
            .with_label_values(&[method, route, &status.to_string()])
            .observe(took.as_secs_f64());
    }
}

/// Counts a job that was run.
pub fn record_job(kind: &str, succeeded: bool) {
    if let Some(metrics) = &*METRICS {
        metrics
            .jobs
            .with_label_values(&[kind, if succeeded { "done" } else { "failed" }])
            .inc();
    }
}

/// Counts a password hash.
pub fn record_password_hash() {
    if let Some(metrics) = &*METRICS {
        metrics.hashes.inc();
    }
}

/// Counts a transaction that runs again.
pub fn record_repeated_transaction() {
    if let Some(metrics) = &*METRICS {
        metrics.repeated_transactions.inc();
    }
}

/// Counts a webhook that was rejected because of its signature.
pub fn record_rejected_signature(gateway: &str) {
    if let Some(metrics) = &*METRICS {
        metrics.signatures.with_label_values(&[gateway]).inc();
    }
}

/// Records the duration of a call of a provider's API.
pub fn record_provider_call(
    adapter: &str,
    operation: &str,
    outcome: &str,
    took: std::time::Duration,
) {
    if let Some(metrics) = &*METRICS {
        metrics
            .provider_calls
            .with_label_values(&[adapter, operation, outcome])
            .observe(took.as_secs_f64());
    }
}

/// Renders all metrics in the text format of Prometheus.
pub async fn render(ctx: &Ctx) -> Result<Vec<u8>> {
    let metrics = METRICS
        .as_ref()
        .ok_or_else(|| Error::internal("no metrics"))?;
    metrics.queue.reset();
    let depth = health::with_timeout(ctx.db.read(jobs::depth)).await;
    for (status, count) in depth.unwrap_or_default() {
        metrics.queue.with_label_values(&[&status]).set(count);
    }
    let (waiting, limit) = ctx.db.load();
    metrics
        .database
        .with_label_values(&["waiting"])
        .set(i64::try_from(waiting).unwrap_or(0));
    metrics
        .database
        .with_label_values(&["limit"])
        .set(i64::try_from(limit).unwrap_or(0));
    let mut out = Vec::new();
    TextEncoder::new()
        .encode(&metrics.registry.gather(), &mut out)
        .map_err(Error::internal)?;
    Ok(out)
}
