//! The worker: claims jobs, runs them concurrently, wakes when a job is added, and polls every few seconds.

use super::{
    Job,
    queue::{self, ClaimedJob},
};
use crate::{
    ctx::Ctx,
    db,
    error::{Error, Result},
    http,
};
use diesel::{PgConnection, QueryResult, connection::SimpleConnection};
use futures_util::future::BoxFuture;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, watch},
    task::{JoinError, JoinHandle, JoinSet},
};
use uuid::Uuid;

/// The number of jobs that run concurrently.
const CONCURRENCY: usize = 8;
/// How often the queue is polled without a notification, because LISTEN may miss one.
const POLL: Duration = Duration::from_secs(2);

/// How often the lease of a running job is renewed: well within its length.
const RENEW: Duration = Duration::from_secs(2);

type Run = Arc<dyn Fn(Ctx, Value) -> BoxFuture<'static, Result<()>> + Send + Sync>;
type GiveUp = Arc<dyn Fn(Ctx, Value, String) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// The kinds of jobs that a process runs.
#[derive(Clone, Default)]
pub struct Worker {
    kinds: HashMap<&'static str, (Run, GiveUp)>,
}

impl Worker {
    /// Adds a kind.
    pub fn with<J: Job>(mut self) -> Self {
        let run: Run =
            Arc::new(|ctx, payload| Box::pin(async move { read::<J>(payload)?.run(ctx).await }));
        let give_up: GiveUp = Arc::new(|ctx, payload, why| {
            Box::pin(async move { read::<J>(payload)?.give_up(ctx, why).await })
        });
        self.kinds.insert(J::KIND, (run, give_up));
        self
    }

    /// Runs jobs until the stop signal, then finishes the running ones.
    pub async fn run(self, ctx: Ctx, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        while !*stop.borrow() {
            let free = CONCURRENCY.saturating_sub(running.len());
            let claimed = if free == 0 {
                Vec::new()
            } else {
                self.claim(&ctx, free).await
            };
            let found = claimed.len();
            for job in claimed {
                let (worker, ctx) = (self.clone(), ctx.clone());
                running.spawn(async move { worker.work(ctx, job).await });
            }
            // With a full load there may be more due jobs: claim again as soon as one is done.
            tokio::select! {
                _ = running.join_next(), if !running.is_empty() => {}
                () = wake.notified(), if running.len() < CONCURRENCY => {}
                () = tokio::time::sleep(POLL), if found == 0 || running.len() < CONCURRENCY => {}
                _ = stop.changed() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Runs all due jobs in order and returns their number. For tests.
    pub async fn drain(&self, ctx: &Ctx) -> usize {
        let mut done = 0;
        loop {
            let claimed = self.claim(ctx, CONCURRENCY).await;
            if claimed.is_empty() {
                return done;
            }
            for job in claimed {
                done += 1;
                self.work(ctx.clone(), job).await;
            }
        }
    }

    async fn claim(&self, ctx: &Ctx, count: usize) -> Vec<ClaimedJob> {
        let count = i64::try_from(count).unwrap_or(1);
        ctx.db
            .read(move |conn| queue::claim(conn, count))
            .await
            .unwrap_or_else(|error| {
                tracing::warn!("jobs cannot be claimed: {error}");
                Vec::new()
            })
    }

    async fn work(&self, ctx: Ctx, job: ClaimedJob) {
        let request = job.request_id.clone();
        http::with_request_id(request, self.attempt(ctx, job)).await;
    }

    async fn attempt(&self, ctx: Ctx, job: ClaimedJob) {
        let Some((run, give_up)) = self.kinds.get(job.kind.as_str()).cloned() else {
            tracing::error!(kind = job.kind, "unknown job kind {}", job.kind);
            let _ = ctx.db.read(move |conn| queue::release(conn, &job)).await;
            return;
        };
        // Run as a task of its own, so that a panic fails the job and not the worker.
        let task = tokio::spawn(http::with_request_id(
            job.request_id.clone(),
            run(ctx.clone(), job.payload.clone()),
        ));
        let outcome = run_with_lease(&ctx, job.id, job.attempts, task)
            .await
            .unwrap_or_else(|panic| Err(Error::internal(format!("the job panicked: {panic}"))));
        crate::metrics::record_job(&job.kind, outcome.is_ok());
        let Err(error) = outcome else {
            if let Err(error) = ctx.db.read(move |conn| queue::finish(conn, &job)).await {
                tracing::warn!(
                    "a finished job could not be marked as done and will run again: {error}"
                );
            }
            return;
        };
        let why = error.to_string();
        let last = job.attempts >= job.max_attempts;
        tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, "job {} {} failed on attempt {}: {why}", job.kind, job.id, job.attempts);
        if last && let Err(error) = give_up(ctx.clone(), job.payload.clone(), why.clone()).await {
            tracing::error!(job = %job.id, "giving up job {} failed: {error}", job.id);
        }
        let _ = ctx.db.read(move |conn| queue::fail(conn, &job, &why)).await;
    }
}

/// Waits for a job and renews its lease.
async fn run_with_lease<T>(
    ctx: &Ctx,
    id: Uuid,
    attempt: i32,
    mut task: JoinHandle<T>,
) -> std::result::Result<T, JoinError> {
    loop {
        tokio::select! {
            outcome = &mut task => return outcome,
            () = tokio::time::sleep(RENEW) => {
                if let Err(error) = ctx.db.read(move |conn| queue::renew(conn, id, attempt)).await {
                    tracing::warn!("a lease could not be renewed: {error}");
                }
            }
        }
    }
}

fn read<J: Job>(payload: Value) -> Result<J> {
    serde_json::from_value(payload).map_err(|error| {
        Error::internal(format!(
            "the payload of {} cannot be read: {error}",
            J::KIND
        ))
    })
}

/// Wakes the worker when a job is added. The listener has a connection of its own; Diesel does not block on notifications,
/// so the listener polls every 50 ms. Without the listener, the poll of the worker still finds every job.
///
/// A transaction pooler does not pass notifications on, so behind one the worker only polls.
pub fn listen(ctx: Ctx, wake: Arc<Notify>, stop: watch::Receiver<bool>) {
    let spawned = std::thread::Builder::new()
        .name("jobs-listen".into())
        .spawn(move || {
            while !*stop.borrow() {
                if !ctx.db.is_pooled()
                    && let Ok(mut conn) = db::connect(&ctx.config.database_url)
                    && conn.batch_execute("LISTEN jobs").is_ok()
                {
                    wake.notify_one();
                    while !*stop.borrow() {
                        match has_notification(&mut conn) {
                            Ok(true) => wake.notify_one(),
                            Ok(false) => {}
                            Err(_) => break,
                        }
                        std::thread::sleep(Duration::from_millis(50));
                    }
                }
                std::thread::sleep(Duration::from_millis(500));
            }
        });
    if let Err(error) = spawned {
        tracing::warn!("jobs are found by polling only: {error}");
    }
}

/// Returns whether a job was added. A closed connection returns errors without end, so the first error is returned.
fn has_notification(conn: &mut PgConnection) -> QueryResult<bool> {
    let mut is_any = false;
    for note in conn.notifications_iter() {
        note?;
        is_any = true;
    }
    Ok(is_any)
}
