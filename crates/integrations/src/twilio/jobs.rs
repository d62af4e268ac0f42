//! Jobs of Twilio accounts.

use crate::{
    providers::{self, twilio_account},
    runs::{self, RunOutcome},
};
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use wire::{ProviderId, ProviderRunId, integrations::providers::ProviderAdapter};

/// Tests an account with a harmless call, whether or not it is active.
#[derive(Serialize, Deserialize)]
pub struct TestTwilio {
    /// The run.
    pub run: ProviderRunId,
}

impl Job for TestTwilio {
    const KIND: &'static str = "twilio.test";
    const ATTEMPTS: i32 = 3;
    fn unique_key(&self) -> Option<String> {
        Some(format!("run-{}", self.run))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let run = ctx.db.write(move |tx| runs::begin(tx, id, now)).await?;
        let Some(config) = run.and_then(|run| run.twilio_config_id) else {
            return Ok(());
        };
        let sealed = ctx
            .db
            .read(move |conn| twilio_account::for_test(conn, config))
            .await?;
        // Its own id, so that the adapter does not use a token of the active account.
        let account = sealed.open(&ctx.keys, ProviderId(config.0))?;
        let supplier = providers::supplier(&ctx, ProviderAdapter::SuperSim)?;
        let since = Instant::now();
        let outcome = match supplier.test_connection(&account).await {
            Ok(()) => RunOutcome::succeeded("The account accepts the credentials.", since),
            Err(error) => RunOutcome::failed(&error, since),
        };
        let now = ctx.clock.now();
        ctx.db
            .write(move |tx| runs::finish(tx, id, &outcome, now))
            .await
    }

    async fn give_up(self, ctx: Ctx, _: String) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let outcome = RunOutcome::not_made("The test could not be made. The log has the cause.");
        ctx.db
            .write(move |tx| runs::finish(tx, id, &outcome, now))
            .await
    }
}
