//! Keeping people findable.

use super::rules::{self, Batch, Which};
use platform::{
    Actor, Ctx, Result,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use wire::UserId;

/// Makes the search tokens of people anew that an older version made, some at a time, until there are none.
#[derive(Default, Serialize, Deserialize)]
pub struct Reindex {
    after: Option<UserId>,
}

impl Job for Reindex {
    const KIND: &'static str = "user.reindex";
    fn unique_key(&self) -> Option<String> {
        // The rest is another job: it is enqueued while this one still runs.
        Some(match self.after {
            None => Self::KIND.to_owned(),
            Some(after) => format!("{}:{after}", Self::KIND),
        })
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let batch = next(&ctx, Which::Outdated, self.after).await?;
        if batch.last.is_some() {
            let rest = Self { after: batch.last };
            ctx.db.write(move |tx| jobs::enqueue(tx, &rest)).await?;
        }
        Ok(())
    }
}

/// Makes the search tokens of everybody anew, and says after every batch what became of it.
pub async fn reindex_all(ctx: &Ctx, mut say: impl FnMut(&Batch)) -> Result<Batch> {
    let mut all = Batch::default();
    loop {
        let batch = next(ctx, Which::All, all.last).await?;
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
        say(&all);
    }
}

async fn next(ctx: &Ctx, which: Which, after: Option<UserId>) -> Result<Batch> {
    let actor = Actor::system(ctx);
    ctx.db
        .write(move |tx| rules::reindex(tx, &actor, which, after))
        .await
}
