//! Jobs of analytics.

use super::rules;
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Counts the events of the last two days, and of earlier days that have got events since. Runs every hour.
#[derive(Serialize, Deserialize)]
pub struct CountEvents {}

impl Job for CountEvents {
    const KIND: &'static str = "analytics.count_events";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("analytics.count_events".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db.write(move |tx| rules::count_days(tx, now)).await
    }
}
