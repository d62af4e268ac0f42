//! Merging a ticket into another one of the same customer, and splitting messages off.

use super::{NewMessage, insert};
use crate::{
    messages::query,
    threads,
    tickets::{
        self, Draft, LockedTicket, create_for, move_to_survivor, subject_context, to_ticket,
    },
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use uuid::Uuid;
use wire::{
    BulkRequest, ProblemCode, TicketId, TicketMessageId,
    support::tickets::{BulkTicketAction, SplitTicket, Ticket, TicketStatus},
    system::audit::AuditAction,
};

/// Merges a ticket into another one of the same customer: its description and messages move there, and its number leads
/// there. The surviving ticket takes the earlier start, and keeps its own pauses and results.
pub fn merge(
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: TicketId,
    into: TicketId,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    if from == into {
        return Err(Error::field(
            "into_id",
            "same",
            "Choose another ticket than this one.",
        ));
    }
    // Locked in the order of their ids, so that two merges do not wait for each other.
    let (mut source, mut target) = if from < into {
        let source = LockedTicket::lock(tx, actor, from, now)?;
        (source, lock_target(tx, actor, into, now)?)
    } else {
        let target = lock_target(tx, actor, into, now)?;
        (LockedTicket::lock(tx, actor, from, now)?, target)
    };
    check_merge(&source, &target)?;
    let description = actor.keys.open(
        subject_context(from, "description"),
        &source.row.description,
    )?;
    insert(
        tx,
        actor,
        &NewMessage {
            id: TicketMessageId::new(),
            ticket: into,
            sender: Some(source.row.user_id),
            text: &description,
            is_internal: false,
            channel: source.row.channel,
            attachments: &[],
            mentions: &[],
            at: source.row.created_at,
        },
    )?;
    query::move_all(tx, from, into)?;
    threads::move_all(tx, &actor.keys, from, into)?;
    move_to_survivor(tx, from, into)?;
    target.take_start(&source);
    target.row.last_message_at = target.row.last_message_at.max(source.row.last_message_at);
    if source.row.status != TicketStatus::Closed {
        source.transition(TicketStatus::Closed)?;
    }
    source.row.merged_into_id = Some(into);
    let numbers = json!({ "from": source.row.ticket_number, "into": target.row.ticket_number });
    source.save(tx, actor)?;
    let survivor = target.save(tx, actor)?;
    for (id, action) in [
        (from, AuditAction::TicketMerge),
        (into, AuditAction::TicketAbsorb),
    ] {
        audit::record(
            tx,
            actor,
            AuditEvent::new(action, id).with_change(numbers.clone()),
        )?;
    }
    to_ticket(tx.conn(), actor, survivor)
}

fn lock_target(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    now: DateTime<Utc>,
) -> Result<LockedTicket> {
    LockedTicket::lock(tx, actor, id, now).map_err(|error| match error.code() {
        Some(ProblemCode::NotFound) => {
            Error::field("into_id", "unknown", "There is no ticket with this id.")
        }
        _ => error,
    })
}

fn check_merge(source: &LockedTicket, target: &LockedTicket) -> Result<()> {
    if source.row.user_id != target.row.user_id {
        return Err(Error::field(
            "into_id",
            "other_customer",
            "Only tickets of the same customer can be merged.",
        ));
    }
    if source.row.merged_into_id.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The ticket was merged already.",
        ));
    }
    if target.row.status == TicketStatus::Closed {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The other ticket is closed. Choose one that is not.",
        ));
    }
    Ok(())
}

/// Moves messages of a ticket to a new ticket of the same customer, which counts from the first of them.
pub fn split(
    tx: &mut Tx<'_>,
    actor: &Actor,
    from: TicketId,
    request: &SplitTicket,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let source = LockedTicket::lock(tx, actor, from, now)?;
    source.require_not_closed()?;
    let mut ids = request.message_ids.clone();
    ids.sort_unstable();
    ids.dedup();
    let moved = query::some(tx.conn(), from, &ids)?;
    if moved.len() != ids.len() {
        return Err(Error::field(
            "message_ids",
            "unknown",
            "One of these messages does not belong to this ticket.",
        ));
    }
    let waits_since = moved
        .iter()
        .find(|row| row.sender_id == Some(source.row.user_id))
        .map_or(now, |row| row.created_at);
    let description = format!("Split from {}.", source.row.ticket_number);
    let new = create_for(
        tx,
        actor,
        Draft {
            user_id: source.row.user_id,
            subject: &request.subject,
            description: &description,
            text: &request.subject,
            priority: Some(source.row.priority),
            category: source.row.category.clone(),
            tags: source.row.tags(),
            channel: source.row.channel,
            links: tickets::links_of(&source.row),
            follows_id: Some(from),
            waits_since,
        },
        now,
    )?;
    query::move_some(tx, &ids, new.id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketSplit, from)
            .with_change(json!({ "into": new.ticket_number, "messages": ids.len() })),
    )?;
    to_ticket(tx.conn(), actor, new)
}

/// Applies a bulk action to one ticket.
pub fn apply_bulk(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    bulk: &BulkRequest<BulkTicketAction>,
    now: DateTime<Utc>,
) -> Result<()> {
    match &bulk.action {
        BulkTicketAction::MergeInto(into) => merge(tx, actor, TicketId(id), *into, now).map(drop),
        action => tickets::apply_bulk(tx, actor, TicketId(id), action, now),
    }
}
