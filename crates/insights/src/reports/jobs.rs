//! Jobs of the financial reports.

use super::rules;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Generates the reports of the last days, and of the weeks, months and years that contain them, and locks past months. Runs
/// every hour, so that the reports of a day are there soon after its midnight in any time zone.
#[derive(Serialize, Deserialize)]
pub struct MakeReports {}

impl Job for MakeReports {
    const KIND: &'static str = "reports.make";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("reports.make".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db
            .write(move |tx| rules::generate_recent(tx, now))
            .await?;
        let actor = Actor::system(&ctx);
        ctx.db
            .write(move |tx| rules::lock_past_months(tx, &actor, now))
            .await
    }
}
