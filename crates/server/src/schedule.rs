//! The schedule of periodic jobs. Every worker process enqueues them; their unique keys make each run once. Only the audit
//! log is linked without a job, because that is due every few seconds.

use platform::{Ctx, Result, jobs};
use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};

/// Enqueues the due jobs until `stop` is set.
pub async fn run(ctx: Ctx, mut stop: watch::Receiver<bool>) {
    let mut hour = tokio::time::interval(Duration::from_secs(3600));
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut five_seconds = tokio::time::interval(Duration::from_secs(5));
    hour.set_missed_tick_behavior(MissedTickBehavior::Delay);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    five_seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        let outcome = tokio::select! {
            _ = hour.tick() => hourly(&ctx).await,
            _ = minute.tick() => minutely(&ctx).await,
            _ = five_seconds.tick() => system::audit::jobs::link(&ctx).await.map(drop),
            _ = stop.changed() => Ok(()),
        };
        if let Err(error) = outcome {
            tracing::warn!("the scheduled jobs could not be enqueued: {error}");
        }
    }
}

async fn hourly(ctx: &Ctx) -> Result<()> {
    enqueue(ctx, esims::expiry::ConfirmExpired {}).await?;
    enqueue(ctx, esims::expiry::RecycleExpired {}).await?;
    enqueue(ctx, accounts::DeleteExpiredSessions {}).await?;
    enqueue(ctx, accounts::CleanUpKycFiles {}).await?;
    enqueue(ctx, accounts::Reindex::default()).await?;
    enqueue(ctx, support::CleanUpAttachments {}).await?;
    enqueue(ctx, support::ForgetReaders {}).await?;
    enqueue(ctx, billing::reconciliation::Check {}).await?;
    enqueue(ctx, billing::payments::MakeDays {}).await?;
    enqueue(ctx, insights::reports::MakeReports {}).await?;
    enqueue(ctx, insights::analytics::CountEvents {}).await?;
    enqueue(ctx, billing::provider_accounts::ReadBalances {}).await?;
    enqueue(ctx, catalog::price_lists::SyncDueCatalogs {}).await?;
    enqueue(ctx, esims::usage::RollUpMonths {}).await?;
    enqueue(ctx, esims::usage::CleanUpUsage {}).await?;
    enqueue(ctx, system::Housekeeping {}).await
}

async fn minutely(ctx: &Ctx) -> Result<()> {
    for job in esims::expiry::ExpireBundles::both() {
        enqueue(ctx, job).await?;
    }
    enqueue(ctx, esims::operations::FollowUpOperations {}).await?;
    enqueue(ctx, esims::stock::CheckStock {}).await?;
    enqueue(ctx, system::ExportHead {}).await?;
    enqueue(ctx, billing::checkout::SweepOrders {}).await?;
    enqueue(ctx, billing::refunding::FollowUpRefunds {}).await?;
    enqueue(ctx, support::RecordBreaches {}).await?;
    enqueue(ctx, support::SweepTickets {}).await?;
    enqueue(ctx, esims::usage::RefreshMonitor {}).await?;
    enqueue(ctx, esims::usage::PollUsage {}).await?;
    enqueue(ctx, esims::usage::RemindOfExpiry {}).await?;
    enqueue(ctx, messaging::Outbox {}).await
}

async fn enqueue(ctx: &Ctx, job: impl jobs::Job + Sync) -> Result<()> {
    let job = std::sync::Arc::new(job);
    ctx.db
        .write(move |tx| jobs::enqueue(tx, job.as_ref()))
        .await
}
