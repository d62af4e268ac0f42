//! The worker: claims jobs, runs them side by side, wakes when one is added and looks by itself every few seconds.

use super::{
    Job,
    queue::{self, Claimed},
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

/// Jobs at once.
const AT_ONCE: usize = 8;
/// How often the queue is looked at without being woken; LISTEN may miss.
const POLL: Duration = Duration::from_secs(2);

/// How often the lease of a running job is renewed: well within its length.
const RENEW: Duration = Duration::from_secs(2);

type Run = Arc<dyn Fn(Ctx, Value) -> BoxFuture<'static, Result<()>> + Send + Sync>;
type GiveUp = Arc<dyn Fn(Ctx, Value, String) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// The kinds of jobs that a process does.
#[derive(Clone, Default)]
pub struct Worker {
    kinds: HashMap<&'static str, (Run, GiveUp)>,
}

impl Worker {
    /// Also does this kind.
    pub fn with<J: Job>(mut self) -> Self {
        let run: Run =
            Arc::new(|ctx, payload| Box::pin(async move { read::<J>(payload)?.run(ctx).await }));
        let give_up: GiveUp = Arc::new(|ctx, payload, why| {
            Box::pin(async move { read::<J>(payload)?.give_up(ctx, why).await })
        });
        self.kinds.insert(J::KIND, (run, give_up));
        self
    }

    /// Works until told to stop, then finishes what it has begun.
    pub async fn run(self, ctx: Ctx, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        while !*stop.borrow() {
            let free = AT_ONCE.saturating_sub(running.len());
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
            // A full load means there may be more: look again as soon as one is done.
            tokio::select! {
                _ = running.join_next(), if !running.is_empty() => {}
                () = wake.notified(), if running.len() < AT_ONCE => {}
                () = tokio::time::sleep(POLL), if found == 0 || running.len() < AT_ONCE => {}
                _ = stop.changed() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Does everything that is due now, in order, and says how much that was. For tests.
    pub async fn drain(&self, ctx: &Ctx) -> usize {
        let mut done = 0;
        loop {
            let claimed = self.claim(ctx, AT_ONCE).await;
            if claimed.is_empty() {
                return done;
            }
            for job in claimed {
                done += 1;
                self.work(ctx.clone(), job).await;
            }
        }
    }

    async fn claim(&self, ctx: &Ctx, count: usize) -> Vec<Claimed> {
        let count = i64::try_from(count).unwrap_or(1);
        ctx.db
            .read(move |conn| queue::claim(conn, count))
            .await
            .unwrap_or_else(|error| {
                tracing::warn!("jobs cannot be claimed: {error}");
                Vec::new()
            })
    }

    async fn work(&self, ctx: Ctx, job: Claimed) {
        let request = job.request_id.clone();
        http::within(request, self.attempt(ctx, job)).await;
    }

    async fn attempt(&self, ctx: Ctx, job: Claimed) {
        let Some((run, give_up)) = self.kinds.get(job.kind.as_str()).cloned() else {
            tracing::error!(kind = job.kind, "no worker knows the job kind {}", job.kind);
            let _ = ctx.db.read(move |conn| queue::release(conn, &job)).await;
            return;
        };
        // Run as a task of its own, so that a panic fails the job and not the worker.
        let task = tokio::spawn(http::within(
            job.request_id.clone(),
            run(ctx.clone(), job.payload.clone()),
        ));
        let outcome = holding(&ctx, (job.id, job.attempts), task)
            .await
            .unwrap_or_else(|panic| Err(Error::internal(format!("the job panicked: {panic}"))));
        crate::metrics::job_done(&job.kind, outcome.is_ok());
        let Err(error) = outcome else {
            if let Err(error) = ctx.db.read(move |conn| queue::finish(conn, &job)).await {
                tracing::warn!("a finished job could not be closed and will run again: {error}");
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

/// Waits for a job, and renews its lease meanwhile.
async fn holding<T>(
    ctx: &Ctx,
    held: (Uuid, i32),
    mut task: JoinHandle<T>,
) -> std::result::Result<T, JoinError> {
    loop {
        tokio::select! {
            outcome = &mut task => return outcome,
            () = tokio::time::sleep(RENEW) => {
                if let Err(error) = ctx.db.read(move |conn| queue::renew(conn, held)).await {
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

/// Wakes the worker when a job is added. One connection of its own; Diesel does not block on notifications, so it
/// looks every 50 ms. A pure accelerator: without it, the worker's own poll finds everything.
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
                        match hear(&mut conn) {
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

/// Whether a job was added. Of a connection that is gone there is no end of errors: the first one is enough.
fn hear(conn: &mut PgConnection) -> QueryResult<bool> {
    let mut is_any = false;
    for note in conn.notifications_iter() {
        note?;
        is_any = true;
    }
    Ok(is_any)
}
