//! The hourly check.

use super::{check::check, query};
use crate::webhooks;
use chrono::TimeDelta;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};

/// How far back the first check loads events: as long as a gateway repeats the delivery of an event.
const FIRST: TimeDelta = TimeDelta::days(3);
/// How far two checks overlap, because a gateway may list an event some time after it created the event.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// Loads the gateway's events since the last check, then compares the books. Runs every hour, so that no discrepancy
/// goes unnoticed for longer.
#[derive(Serialize, Deserialize)]
pub struct Check {}

impl Job for Check {
    const KIND: &'static str = "reconciliation.check";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("reconciliation.check".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        // The books are compared even while the gateway cannot be read; the job fails afterwards, so that it is noticed.
        let caught_up = catch_up(&ctx).await;
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let checked = ctx.db.write(move |tx| check(tx, &actor, now)).await?;
        tracing::info!(
            opened = checked.opened,
            resolved = checked.resolved,
            "the check opened {} cases and resolved {}",
            checked.opened,
            checked.resolved
        );
        caught_up
    }
}

/// Applies every event that the gateway created since the last check and that no webhook delivered: payments, refunds and
/// disputes. An event that was applied before changes nothing. After an event that cannot be applied, the later events are
/// applied nevertheless, and the next check loads all of them again.
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
    let mut failure = None;
    for event in events {
        let id = event.id.clone();
        if let Err(error) = webhooks::apply(ctx, gateway, event).await {
            tracing::error!(
                event = id,
                "the event {id} of {gateway} could not be applied: {error}"
            );
            failure = failure.or(Some(error));
        }
    }
    match failure {
        Some(error) => Err(error),
        None => {
            ctx.db
                .write(move |tx| query::check_to(tx, gateway, now))
                .await
        }
    }
}
