//! Jobs that store the sums of past days.

use super::rules;
use chrono::{DateTime, Utc};
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Stores the sums of the past days. Runs every hour, so that a day is stored soon after its midnight in any time zone.
#[derive(Serialize, Deserialize)]
pub struct MakeDays {}

impl Job for MakeDays {
    const KIND: &'static str = "payments.make_days";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("payments.make_days".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db.write(move |tx| rules::store_days(tx, now)).await
    }
}

/// Stores the sums of the day of a time again, because a payment that had failed on that day was completed.
#[derive(Serialize, Deserialize)]
pub struct MakeDay {
    /// The time.
    pub at: DateTime<Utc>,
}

impl Job for MakeDay {
    const KIND: &'static str = "payments.make_day";

    async fn run(self, ctx: Ctx) -> Result<()> {
        ctx.db.write(move |tx| rules::store_day(tx, self.at)).await
    }
}
