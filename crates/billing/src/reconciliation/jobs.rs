//! The check that runs by itself.

use super::{query, rules};
use crate::webhooks;
use chrono::TimeDelta;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// How far back a gateway is asked the first time: for so long it tries to deliver an event.
const FIRST: TimeDelta = TimeDelta::days(3);
/// So much of what was asked for before is asked for again: an event may be listed later than it was made.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// Asks the gateway what changed, then looks for what does not add up. Runs every hour, so that no money rests unseen
/// for longer.
#[derive(Serialize, Deserialize)]
pub struct Check {}

impl Job for Check {
    const KIND: &'static str = "reconciliation.check";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("reconciliation.check".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        if let Err(error) = catch_up(&ctx).await {
            tracing::warn!("the events of the payment gateway could not be checked: {error}");
        }
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

/// Applies every event that the gateway has made since the last check and that no webhook has brought: payments,
/// refunds and disputes that were made or changed there. An event that was applied before changes nothing.
async fn catch_up(ctx: &Ctx) -> Result<()> {
    let (port, now) = (ctx.ports.payments.clone(), ctx.clock.now());
    let gateway = port.name();
    let checked_to = ctx
        .db
        .read(move |conn| query::checked_to(conn, gateway))
        .await?;
    let since = checked_to.map_or(now - FIRST, |at| at - OVERLAP);
    let events = port
        .events_since(since)
        .await
        .map_err(platform::Error::internal)?;
    for event in events {
        webhooks::apply(ctx, gateway, event).await?;
    }
    ctx.db
        .write(move |tx| query::check_to(tx, gateway, now))
        .await
}
