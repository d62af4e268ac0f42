//! Jobs that close resolved tickets and archive closed ones.

use super::{query, rules};
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, Result,
    audit::{self, AuditEvent},
    jobs::Job,
    settings::{self, TicketAutoCloseDays},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wire::system::audit::AuditAction;

/// Tickets that one run closes.
const BATCH: i64 = 500;
/// When a closed ticket is archived.
const ARCHIVED_AFTER: TimeDelta = TimeDelta::days(365);

/// Closes the tickets that were resolved some days ago, archives the tickets that were closed a year ago, and deletes old
/// signals of people who viewed tickets. Scheduled every minute.
#[derive(Serialize, Deserialize)]
pub struct SweepTickets {}

impl Job for SweepTickets {
    const KIND: &'static str = "tickets.sweep";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        let (before, resolved) = ctx
            .db
            .read(move |conn| {
                let days = settings::get(conn, TicketAutoCloseDays)?;
                let before = now - TimeDelta::days(days);
                Ok((before, query::resolved_before(conn, before, BATCH)?))
            })
            .await?;
        for id in resolved {
            let actor = Actor::system(&ctx);
            ctx.db
                .write(move |tx| rules::auto_close(tx, &actor, id, before, now))
                .await?;
        }
        let actor = Actor::system(&ctx);
        ctx.db
            .write(move |tx| {
                query::delete_presence(tx, now - TimeDelta::hours(1))?;
                let archived = query::archive_closed(tx, now - ARCHIVED_AFTER, now)?;
                if archived == 0 {
                    return Ok(());
                }
                audit::record(
                    tx,
                    &actor,
                    AuditEvent::of_kind(AuditAction::TicketArchive, "ticket")
                        .with_change(json!({ "count": archived })),
                )
            })
            .await
    }
}
