//! Links new log entries, and exports the head of the chain.

use super::{
    heads,
    query::chain,
    rules::{self, head_of},
};
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Links the entries that were written since the last call, and returns their number. Runs every few seconds without a job,
/// because a job would add thousands of rows per day to the queue. A second server waits for the lock and then finds no
/// entry to link.
pub async fn link(ctx: &Ctx) -> Result<i64> {
    let mut linked = 0;
    loop {
        let keys = ctx.keys.clone();
        let (newly_linked, has_more) = ctx
            .db
            .write(move |tx| rules::link_recent(tx, &keys))
            .await?;
        linked += newly_linked;
        if !has_more {
            return Ok(linked);
        }
    }
}

/// Exports the head of the chain outside the database. Scheduled every minute.
#[derive(Serialize, Deserialize)]
pub struct ExportHead {}

impl Job for ExportHead {
    const KIND: &'static str = "audit.head";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let Some(last) = ctx.db.read(chain::last).await? else {
            return Ok(());
        };
        let (head, known) = (head_of(&last), heads::newest(&ctx).await?);
        let Some(known) = known else {
            return heads::export(&ctx, &head).await;
        };
        let seq = known.seq;
        let link = ctx.db.read(move |conn| chain::link(conn, seq)).await?;
        // Keep the exported head when the chain contradicts it: that head is the evidence.
        if let Some(finding) = rules::compare(&known, link.as_ref()) {
            tracing::error!("the audit log was tampered with: {}", finding.message);
            return Ok(());
        }
        if known == head {
            return Ok(());
        }
        heads::export(&ctx, &head).await
    }
}
