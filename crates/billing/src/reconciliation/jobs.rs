//! The check that runs by itself.

use super::rules;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Looks for what does not add up. Runs every hour, so that no money rests unseen for longer.
#[derive(Serialize, Deserialize)]
pub struct Check {}

impl Job for Check {
    const KIND: &'static str = "reconciliation.check";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("reconciliation.check".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let checked = ctx
            .db
            .write(move |tx| rules::check(tx, &actor, now))
            .await?;
        tracing::info!(
            opened = checked.opened,
            resolved = checked.resolved,
            "the check has opened {} cases and found {} put right",
            checked.opened,
            checked.resolved
        );
        Ok(())
    }
}
