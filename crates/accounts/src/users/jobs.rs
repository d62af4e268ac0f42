//! Jobs that rebuild search tokens.

use super::rules::{self, Batch, ReindexScope};
use platform::{
    Actor, Ctx, Result,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use wire::UserId;

/// Rebuilds the search tokens that an older version wrote, one batch per job, until none are left.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Reindex {
    after: Option<UserId>,
}

impl Job for Reindex {
    const KIND: &'static str = "user.reindex";
    fn unique_key(&self) -> Option<String> {
        // The next batch needs another key: it is enqueued while this job still runs.
        Some(match self.after {
            None => Self::KIND.to_owned(),
            Some(after) => format!("{}:{after}", Self::KIND),
        })
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let batch = run_batch(&ctx, ReindexScope::Outdated, self.after).await?;
        if batch.last.is_some() {
            let rest = Self { after: batch.last };
            ctx.db.write(move |tx| jobs::enqueue(tx, &rest)).await?;
        }
        Ok(())
    }
}

/// Rebuilds the search tokens of every person, and reports the totals so far after each batch.
pub async fn reindex_all(ctx: &Ctx, mut report: impl FnMut(&Batch)) -> Result<Batch> {
    let mut all = Batch::default();
    loop {
        let batch = run_batch(ctx, ReindexScope::All, all.last).await?;
        if batch.last.is_none() {
            return Ok(all);
        }
        all = Batch {
            last: batch.last,
            seen: all.seen + batch.seen,
            changed: all.changed + batch.changed,
            clashing: all.clashing + batch.clashing,
            broken: all.broken + batch.broken,
        };
        report(&all);
    }
}

async fn run_batch(ctx: &Ctx, scope: ReindexScope, after: Option<UserId>) -> Result<Batch> {
    let actor = Actor::system(ctx);
    ctx.db
        .write(move |tx| rules::reindex(tx, &actor, scope, after))
        .await
}
