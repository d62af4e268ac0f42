//! Clearing up after those who have left.

use super::query;
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Forgets sessions that have ended by themselves and failures of long ago. To be enqueued every hour.
#[derive(Serialize, Deserialize)]
pub struct Tidy {}

impl Job for Tidy {
    const KIND: &'static str = "sessions.tidy";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db.write(move |tx| query::tidy(tx, now)).await
    }
}
