//! Jobs that record breaches, and calculate clocks again after the policy has changed.

use super::{query, rules};
use platform::{
    Actor, Ctx, Result,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use wire::TicketId;

/// Tickets that one job handles.
const BATCH: i64 = 200;

/// Records the breaches of clocks that are due. Scheduled every minute.
#[derive(Serialize, Deserialize)]
pub struct RecordBreaches {}

impl Job for RecordBreaches {
    const KIND: &'static str = "tickets.record_breaches";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        let due = ctx
            .db
            .read(move |conn| query::due(conn, now, BATCH))
            .await?;
        for ticket in due {
            let actor = Actor::system(&ctx);
            // A transaction per ticket, so that no ticket is locked longer than its own change takes.
            ctx.db
                .write(move |tx| {
                    rules::change_clocks(tx, &actor, ticket, now, |clocks| clocks.breach_due(now))
                })
                .await?;
        }
        Ok(())
    }
}

/// Calculates the running clocks again after the policy has changed. Each batch has a job of its own.
#[derive(Serialize, Deserialize)]
pub struct RecalculateClocks {
    /// The version of the policy.
    pub version: i32,
    /// The last ticket of the batch before this one.
    pub after: Option<TicketId>,
}

impl Job for RecalculateClocks {
    const KIND: &'static str = "tickets.recalculate_clocks";
    fn unique_key(&self) -> Option<String> {
        let after = self.after.map_or_else(String::new, |id| id.to_string());
        Some(format!("{}:{}:{after}", Self::KIND, self.version))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let (now, after) = (ctx.clock.now(), self.after);
        let batch = ctx
            .db
            .read(move |conn| query::running_after(conn, after, BATCH))
            .await?;
        for ticket in &batch {
            let (actor, ticket) = (Actor::system(&ctx), *ticket);
            ctx.db
                .write(move |tx| {
                    let policy = rules::load_policy(tx.conn())?;
                    rules::change_clocks(tx, &actor, ticket, now, |clocks| {
                        clocks.reschedule(now, &policy.schedule);
                    })
                })
                .await?;
        }
        let Some(last) = batch.last().copied() else {
            return Ok(());
        };
        let next = Self {
            version: self.version,
            after: Some(last),
        };
        let next = std::sync::Arc::new(next);
        ctx.db
            .write(move |tx| jobs::enqueue(tx, next.as_ref()))
            .await
    }
}
