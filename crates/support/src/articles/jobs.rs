//! The job that forgets the readers of earlier days.

use super::query;
use chrono::TimeDelta;
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// Deletes the keyed hashes of the readers of earlier days. Scheduled every hour.
#[derive(Serialize, Deserialize)]
pub struct ForgetReaders {}

impl Job for ForgetReaders {
    const KIND: &'static str = "articles.forget_readers";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let before = (ctx.clock.now() - TimeDelta::days(1)).date_naive();
        ctx.db
            .write(move |tx| query::delete_readers(tx, before))
            .await
    }
}
