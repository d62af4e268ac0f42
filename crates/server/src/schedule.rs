//! When each periodic job runs. Every process that works enqueues them; their unique keys make them run once.

use platform::{Ctx, Result, jobs};
use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};

/// Enqueues what is due until told to stop.
pub async fn run(ctx: Ctx, mut stop: watch::Receiver<bool>) {
    let mut hour = tokio::time::interval(Duration::from_secs(3600));
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    hour.set_missed_tick_behavior(MissedTickBehavior::Delay);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        let outcome = tokio::select! {
            _ = hour.tick() => hourly(&ctx).await,
            _ = minute.tick() => minutely(&ctx).await,
            _ = stop.changed() => Ok(()),
        };
        if let Err(error) = outcome {
            tracing::warn!("a periodic job could not be enqueued: {error}");
        }
    }
}

async fn hourly(ctx: &Ctx) -> Result<()> {
    enqueue(ctx, accounts::Tidy {}).await?;
    enqueue(ctx, accounts::Sweep {}).await?;
    enqueue(ctx, system::Housekeeping {}).await
}

async fn minutely(ctx: &Ctx) -> Result<()> {
    enqueue(ctx, billing::Sweep {}).await?;
    enqueue(ctx, messaging::Outbox {}).await
}

async fn enqueue(ctx: &Ctx, job: impl jobs::Job + Sync) -> Result<()> {
    ctx.db.write(move |tx| jobs::enqueue(tx, &job)).await
}
