//! The hourly housekeeping job.

use super::query;
use chrono::TimeDelta;
use platform::{
    Ctx, Result, idempotency,
    jobs::{self, Job},
    limits,
};
use serde::{Deserialize, Serialize};

/// How long completed jobs are kept.
const RETENTION: TimeDelta = TimeDelta::days(7);

/// Deletes expired idempotency responses, rate limits and completed jobs, and creates the partitions of the coming months.
/// Scheduled every hour.
#[derive(Serialize, Deserialize)]
pub struct Housekeeping {}

impl Job for Housekeeping {
    const KIND: &'static str = "housekeeping";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        // One transaction per step, so that no step holds the locks of another.
        ctx.db.write(query::create_partitions).await?;
        let responses = ctx.db.write(move |tx| idempotency::purge(tx, now)).await?;
        ctx.db.write(move |tx| limits::purge(tx, now)).await?;
        let jobs = ctx
            .db
            .write(move |tx| jobs::purge(tx, now - RETENTION))
            .await?;
        tracing::info!(
            responses,
            jobs,
            "housekeeping deleted {responses} idempotency responses and {jobs} jobs"
        );
        Ok(())
    }
}
