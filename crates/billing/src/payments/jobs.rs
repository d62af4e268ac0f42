//! The making of days.

use super::rules;
use chrono::{DateTime, Utc};
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Makes the sums of the days that are over. Runs every hour: whichever zone's midnight has passed, it is soon made.
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
        ctx.db.write(move |tx| rules::make_days(tx, now)).await
    }
}

/// Makes the day of a moment anew, whenever that was: a payment that had failed on it has come in after all.
#[derive(Serialize, Deserialize)]
pub struct MakeDay {
    /** The moment. */
    pub at: DateTime<Utc>,
}

impl Job for MakeDay {
    const KIND: &'static str = "payments.make_day";

    async fn run(self, ctx: Ctx) -> Result<()> {
        ctx.db.write(move |tx| rules::make_day(tx, self.at)).await
    }
}
