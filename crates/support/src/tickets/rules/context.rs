//! What staff see beside a ticket.

use super::response::{open_text, subject_context};
use crate::tickets::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Result, Tx,
    people::{self, Column},
};
use serde_json::Value;
use wire::{
    TicketId, UserId,
    billing::orders::TimelineStep,
    support::tickets::{
        ContextCustomer, ContextEsim, ContextTicket, PRESENCE_DURATION, PresencePing,
        PresentPerson, TicketContext, TicketHistory, TicketPresence,
    },
    system::audit::AuditAction,
};

/// Returns the customer of a ticket and the customer's newest records.
pub fn context(conn: &mut Conn, actor: &Actor, id: TicketId) -> Result<TicketContext> {
    let ticket = query::find(conn, actor, id)?;
    let user = ticket.user_id;
    let esims = query::esims_of(conn, user, ticket.esim_id)?
        .into_iter()
        .map(|row| ContextEsim {
            id: row.id,
            iccid: row.iccid,
            status: row.status,
            profile_state: row.profile_state,
            plan_name: row.plan_name,
            used_bytes: row.used_bytes,
            total_bytes: row.total_bytes,
            expires_at: row.expires_at,
        })
        .collect();
    let mut tickets = Vec::new();
    for row in query::others_of(conn, user, id)? {
        let context = subject_context(row.id, "subject");
        tickets.push(ContextTicket {
            subject: open_text(conn, &actor.keys, context, &row.subject)?,
            id: row.id,
            ticket_number: row.ticket_number,
            status: row.status,
            priority: row.priority,
            created_at: row.created_at,
        });
    }
    Ok(TicketContext {
        customer: customer(conn, actor, user)?,
        esims,
        orders: query::orders_of(conn, user, ticket.order_id)?,
        payments: query::payments_of(conn, user, ticket.transaction_id)?,
        refunds: query::refunds_of(conn, user)?,
        tickets,
    })
}

fn customer(conn: &mut Conn, actor: &Actor, user: UserId) -> Result<ContextCustomer> {
    let is_masked = people::is_masked_for(actor.role);
    let row = query::customer_row(conn, user)?;
    let mut names = people::names(conn, &actor.keys, &[user], is_masked)?;
    let opened = people::open_or_report(conn, &actor.keys, Column::new(user, "email"), &row.email)?;
    let email = match opened {
        Some(email) if is_masked => people::mask_email(&email),
        Some(email) => email,
        None => people::UNREADABLE.to_owned(),
    };
    Ok(ContextCustomer {
        id: user,
        name: names.remove(&user).unwrap_or_default(),
        email,
        status: row.status,
        kyc_status: row.kyc_status,
        created_at: row.created_at,
    })
}

/// Returns the history of a ticket.
pub fn history(conn: &mut Conn, actor: &Actor, id: TicketId) -> Result<TicketHistory> {
    query::find(conn, actor, id)?;
    let events = query::events_of(conn, &actor.keys, id)?;
    let people: Vec<UserId> = events.iter().filter_map(|event| event.actor_id).collect();
    let names = people::names(
        conn,
        &actor.keys,
        &people,
        people::is_masked_for(actor.role),
    )?;
    let steps = events.into_iter().filter_map(|event| {
        let text = AuditAction::from_name(&event.action)?.text();
        let sentence = text.with_detail(&detail(event.change.as_ref()));
        let reason = event.reason.unwrap_or_default();
        Some(TimelineStep {
            at: event.at,
            what: text.label.to_owned(),
            sentence: format!("{sentence} {reason}").trim().to_owned(),
            actor: event.actor_id.and_then(|id| names.get(&id).cloned()),
            actor_id: event.actor_id,
            tone: text.tone,
        })
    });
    Ok(TicketHistory {
        data: steps.collect(),
    })
}

/// Returns the clock, or the names of the fields that were changed.
fn detail(change: Option<&Value>) -> String {
    let Some(Value::Object(fields)) = change else {
        return String::new();
    };
    match fields.get("clock").and_then(Value::as_str) {
        Some(clock) => clock.replace('_', " "),
        None => {
            let changed = fields
                .iter()
                .filter(|(_, value)| value.get("after").is_some());
            let names: Vec<String> = changed.map(|(name, _)| name.replace('_', " ")).collect();
            names.join(", ")
        }
    }
}

/// Stores that the caller views a ticket, and returns the others who do.
pub fn ping(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    ping: &PresencePing,
    now: DateTime<Utc>,
) -> Result<TicketPresence> {
    query::find(tx.conn(), actor, id)?;
    let me = actor.person()?;
    query::store_presence(tx, id, me, ping.is_typing, now)?;
    let others = query::others_present(tx.conn(), id, me, now - PRESENCE_DURATION)?;
    let ids: Vec<UserId> = others.iter().map(|other| other.user_id).collect();
    let mut names = people::names(tx.conn(), &actor.keys, &ids, false)?;
    let data = others
        .into_iter()
        .map(|other| PresentPerson {
            name: names.remove(&other.user_id).unwrap_or_default(),
            user_id: other.user_id,
            is_typing: other.is_typing,
            seen_at: other.seen_at,
        })
        .collect();
    Ok(TicketPresence { data })
}
