//! Jobs of providers.

use super::{account, adapters};
use crate::runs::{self, RunOutcome};
use platform::{Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use std::time::Instant;
use wire::ProviderRunId;

/// Tests the connection to a provider with a harmless call.
#[derive(Serialize, Deserialize)]
pub struct TestProvider {
    /// The run.
    pub run: ProviderRunId,
}

impl Job for TestProvider {
    const KIND: &'static str = "providers.test";
    const ATTEMPTS: i32 = 3;
    fn unique_key(&self) -> Option<String> {
        Some(format!("run-{}", self.run))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, now) = (self.run, ctx.clock.now());
        let run = ctx.db.write(move |tx| runs::begin(tx, id, now)).await?;
        let Some(provider) = run.and_then(|run| run.provider_id) else {
            return Ok(());
        };
        let sealed = ctx
            .db
            .read(move |conn| account::sealed_account(conn, provider))
            .await?;
        let outcome = match account::account(&sealed, &ctx.keys) {
            Err(_) if account::uses_twilio_config(sealed.adapter) => {
                RunOutcome::not_made(account::NO_TWILIO)
            }
            Err(error) => return Err(error),
            Ok(account) => {
                let supplier = adapters::supplier(&ctx, sealed.adapter)?;
                let since = Instant::now();
                match supplier.test_connection(&account).await {
                    Ok(()) => RunOutcome::succeeded("The provider accepts the credentials.", since),
                    Err(error) => RunOutcome::failed(&error, since),
                }
            }
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
