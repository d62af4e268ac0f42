//! The hourly round.

use super::query;
use chrono::TimeDelta;
use platform::{
    Ctx, Result, idempotency,
    jobs::{self, Job},
    limits,
};
use serde::{Deserialize, Serialize};

/// How long a job that was done is remembered.
const DONE: TimeDelta = TimeDelta::days(7);

/// Forgets answers and jobs that are kept no longer, and makes the partitions of the coming months. To be
/// enqueued every hour.
#[derive(Serialize, Deserialize)]
pub struct Housekeeping {}

impl Job for Housekeeping {
    const KIND: &'static str = "housekeeping";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        // One transaction each: none waits for the locks of another.
        ctx.db.write(query::make_partitions).await?;
        let answers = ctx.db.write(move |tx| idempotency::purge(tx, now)).await?;
        ctx.db.write(move |tx| limits::purge(tx, now)).await?;
        let done = ctx.db.write(move |tx| jobs::purge(tx, now - DONE)).await?;
        tracing::info!(
            answers,
            jobs = done,
            "housekeeping forgot {answers} answers and {done} jobs"
        );
        Ok(())
    }
}
