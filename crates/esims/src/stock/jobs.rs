//! The job of the stock.

use super::rules;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Compares the stock with its thresholds, and records each crossing once. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct CheckStock {}

impl Job for CheckStock {
    const KIND: &'static str = "esims.check_stock";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("esims.check_stock".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db.write(move |tx| rules::check(tx, &actor, now)).await
    }
}
