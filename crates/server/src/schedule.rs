//! When each periodic job runs. Every process that works enqueues them; their unique keys make them run once. Only
//! the record is linked without a job, because that is due every few seconds.

use platform::{Ctx, Result, jobs};
use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};

/// Enqueues what is due until told to stop.
pub async fn run(ctx: Ctx, mut stop: watch::Receiver<bool>) {
    let mut hour = tokio::time::interval(Duration::from_secs(3600));
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut moment = tokio::time::interval(Duration::from_secs(5));
    hour.set_missed_tick_behavior(MissedTickBehavior::Delay);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    moment.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        let outcome = tokio::select! {
            _ = hour.tick() => hourly(&ctx).await,
            _ = minute.tick() => minutely(&ctx).await,
            _ = moment.tick() => system::audit::jobs::link(&ctx).await.map(drop),
            _ = stop.changed() => Ok(()),
        };
        if let Err(error) = outcome {
            tracing::warn!("what is due could not be done: {error}");
        }
    }
}

async fn hourly(ctx: &Ctx) -> Result<()> {
    enqueue(ctx, accounts::Tidy {}).await?;
    enqueue(ctx, accounts::Sweep {}).await?;
    enqueue(ctx, accounts::Reindex::default()).await?;
    enqueue(ctx, billing::reconciliation::Check {}).await?;
    enqueue(ctx, billing::payments::MakeDays {}).await?;
    enqueue(ctx, system::Housekeeping {}).await
}

async fn minutely(ctx: &Ctx) -> Result<()> {
    enqueue(ctx, system::ExportHead {}).await?;
    enqueue(ctx, billing::Sweep {}).await?;
    enqueue(ctx, billing::refunds::FollowUp {}).await?;
    enqueue(ctx, messaging::Outbox {}).await
}

async fn enqueue(ctx: &Ctx, job: impl jobs::Job + Sync) -> Result<()> {
    ctx.db.write(move |tx| jobs::enqueue(tx, &job)).await
}
