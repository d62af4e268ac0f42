//! Figures for Prometheus.

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

struct Figures {
    registry: Registry,
    requests: HistogramVec,
    jobs: IntCounterVec,
    queue: IntGaugeVec,
    database: IntGaugeVec,
    hashes: IntCounter,
    signatures: IntCounterVec,
}

static FIGURES: LazyLock<Option<Figures>> = LazyLock::new(|| figures().ok());

fn figures() -> prometheus::Result<Figures> {
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
    registry.register(Box::new(signatures.clone()))?;
    registry.register(Box::new(hashes.clone()))?;
    registry.register(Box::new(requests.clone()))?;
    registry.register(Box::new(jobs.clone()))?;
    registry.register(Box::new(queue.clone()))?;
    registry.register(Box::new(database.clone()))?;
    Ok(Figures {
        registry,
        requests,
        jobs,
        queue,
        database,
        hashes,
        signatures,
    })
}

/// A request was answered.
pub fn request_done(method: &str, route: &str, status: u16, took: std::time::Duration) {
    if let Some(figures) = &*FIGURES {
        figures
            .requests
            .with_label_values(&[method, route, &status.to_string()])
            .observe(took.as_secs_f64());
    }
}

/// A job was run.
pub fn job_done(kind: &str, well: bool) {
    if let Some(figures) = &*FIGURES {
        figures
            .jobs
            .with_label_values(&[kind, if well { "done" } else { "failed" }])
            .inc();
    }
}

/// A password was hashed.
pub fn password_hashed() {
    if let Some(figures) = &*FIGURES {
        figures.hashes.inc();
    }
}

/// Counts a webhook that was rejected because of its signature.
pub fn signature_rejected(gateway: &str) {
    if let Some(figures) = &*FIGURES {
        figures.signatures.with_label_values(&[gateway]).inc();
    }
}

/// Everything, as Prometheus reads it.
pub async fn text(ctx: &Ctx) -> Result<Vec<u8>> {
    let figures = FIGURES
        .as_ref()
        .ok_or_else(|| Error::internal("no metrics"))?;
    figures.queue.reset();
    let depth = health::in_time(ctx.db.read(jobs::depth)).await;
    for (status, count) in depth.unwrap_or_default() {
        figures.queue.with_label_values(&[&status]).set(count);
    }
    let (waiting, limit) = ctx.db.load();
    figures
        .database
        .with_label_values(&["waiting"])
        .set(i64::try_from(waiting).unwrap_or(0));
    figures
        .database
        .with_label_values(&["limit"])
        .set(i64::try_from(limit).unwrap_or(0));
    let mut out = Vec::new();
    TextEncoder::new()
        .encode(&figures.registry.gather(), &mut out)
        .map_err(Error::internal)?;
    Ok(out)
}
