//! Linking what was written, and telling the world where the chain ends.

use super::{
    heads,
    query::chain,
    rules::{self, head_of},
};
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Links what was written since the last time; how many entries that were. Due every few seconds, and therefore no job
/// of the queue: it would fill it with thousands of rows a day. Whoever comes second waits, and finds nothing to do.
pub async fn link(ctx: &Ctx) -> Result<i64> {
    let mut linked = 0;
    loop {
        let keys = ctx.keys.clone();
        let (some, more) = ctx.db.write(move |tx| rules::link_young(tx, &keys)).await?;
        linked += some;
        if !more {
            return Ok(linked);
        }
    }
}

/// Writes down where the chain ends, outside the database. To be enqueued every minute.
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
        // What proves that something is wrong is not written over.
        if let Some(finding) = rules::compare(&known, link.as_ref()) {
            tracing::error!("the record was tampered with: {}", finding.says);
            return Ok(());
        }
        if known == head {
            return Ok(());
        }
        heads::export(&ctx, &head).await
    }
}
