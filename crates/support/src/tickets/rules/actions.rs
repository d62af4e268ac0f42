//! Actions on tickets.

use super::{LockedTicket, create::check_owned, response::subject_context, to_ticket};
use crate::tickets::query::{self, Links, RatingRow};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::FieldContext,
    people,
};
use serde_json::{Value, json};
use wire::{
    BulkRequest, FieldErrors, ProblemCode, TicketId, UserId,
    support::tickets::{
        BulkTicketAction, EditTicket, NewTicketRating, Ticket, TicketRating, TicketStatus,
    },
    system::audit::AuditAction,
};

/// Changes a ticket, unless it has changed since the version that the caller read.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    version: i32,
    edit: &EditTicket,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let mut ticket = LockedTicket::lock(tx, actor, id, now)?;
    if ticket.row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    ticket.require_not_closed()?;
    let before = visible_fields(&ticket);
    change_links(tx, &mut ticket, edit)?;
    if let Some(category) = &edit.category {
        ticket.row.category.clone_from(category);
    }
    if let Some(priority) = edit.priority {
        ticket.set_priority(priority);
    }
    if let Some(tags) = &edit.tags {
        ticket.set_tags(tags);
    }
    if let Some(subject) = &edit.subject {
        ticket.row.subject = actor.keys.seal(subject_context(id, "subject"), subject)?;
        let description = actor
            .keys
            .open(subject_context(id, "description"), &ticket.row.description)?;
        let mut tokens = people::prefix_tokens(&actor.keys, subject);
        tokens.extend(people::word_tokens(&actor.keys, &description));
        query::set_tokens(tx, id, &tokens)?;
    }
    let after = visible_fields(&ticket);
    let mut change = audit::change(&before, &after);
    if let (Some(_), Value::Object(fields)) = (&edit.subject, &mut change) {
        // The subject is personal data: the audit log records only that it was changed.
        fields.insert("subject".into(), json!("changed"));
    }
    let row = ticket.save(tx, actor)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketEdit, id).with_change(change),
    )?;
    to_ticket(tx.conn(), actor, row)
}

fn visible_fields(ticket: &LockedTicket) -> Value {
    let row = &ticket.row;
    json!({
        "priority": row.priority, "category": row.category, "tags": row.tags,
        "esim_id": row.esim_id, "order_id": row.order_id, "transaction_id": row.transaction_id,
    })
}

fn change_links(tx: &mut Tx<'_>, ticket: &mut LockedTicket, edit: &EditTicket) -> Result<()> {
    let given = Links {
        esim_id: edit.esim_id.flatten(),
        order_id: edit.order_id.flatten(),
        transaction_id: edit.transaction_id.flatten(),
    };
    let owned = query::owned(tx.conn(), ticket.row.user_id, given)?;
    check_owned(given, owned)?;
    if let Some(id) = edit.esim_id {
        ticket.row.esim_id = id;
    }
    if let Some(id) = edit.order_id {
        ticket.row.order_id = id;
    }
    if let Some(id) = edit.transaction_id {
        ticket.row.transaction_id = id;
    }
    Ok(())
}

/// Assigns a ticket to the caller. A ticket that another staff member works on is not taken over.
pub fn claim(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, now: DateTime<Utc>) -> Result<Ticket> {
    let me = actor.person()?;
    let mut ticket = LockedTicket::lock(tx, actor, id, now)?;
    if let Some(other) = ticket.row.assigned_to.filter(|other| *other != me) {
        let names = people::names(tx.conn(), &actor.keys, &[other], false)?;
        let name = names.get(&other).map_or("Another person", String::as_str);
        return Err(Error::with_detail(
            ProblemCode::Conflict,
            format!("{name} works on this ticket already."),
        ));
    }
    ticket.assign(Some(me))?;
    let row = ticket.save(tx, actor)?;
    to_ticket(tx.conn(), actor, row)
}

/// Assigns a ticket to a staff member, or to no staff member.
pub fn assign(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    to: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    check_assignee(tx.conn(), to)?;
    let mut ticket = LockedTicket::lock(tx, actor, id, now)?;
    ticket.assign(to)?;
    let row = ticket.save(tx, actor)?;
    to_ticket(tx.conn(), actor, row)
}

fn check_assignee(conn: &mut Conn, to: Option<UserId>) -> Result<()> {
    let Some(user) = to else { return Ok(()) };
    if query::is_staff(conn, user)? {
        return Ok(());
    }
    Err(Error::field(
        "assigned_to",
        "unknown",
        "There is no active staff member with this id.",
    ))
}

/// Resolves a ticket.
pub fn resolve(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, now: DateTime<Utc>) -> Result<Ticket> {
    change_status(tx, actor, id, TicketStatus::Resolved, now)
}

/// Closes a ticket.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, now: DateTime<Utc>) -> Result<Ticket> {
    change_status(tx, actor, id, TicketStatus::Closed, now)
}

/// Reopens a resolved ticket.
pub fn reopen(tx: &mut Tx<'_>, actor: &Actor, id: TicketId, now: DateTime<Utc>) -> Result<Ticket> {
    let mut ticket = LockedTicket::lock(tx, actor, id, now)?;
    if ticket.row.status != TicketStatus::Resolved {
        let status = ticket.row.status;
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("A ticket that is {status} cannot be reopened."),
        ));
    }
    ticket.transition(TicketStatus::Open)?;
    let row = ticket.save(tx, actor)?;
    to_ticket(tx.conn(), actor, row)
}

fn change_status(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    to: TicketStatus,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let mut ticket = LockedTicket::lock(tx, actor, id, now)?;
    ticket.transition(to)?;
    let row = ticket.save(tx, actor)?;
    to_ticket(tx.conn(), actor, row)
}

/// Closes a ticket that was resolved before a time, unless it was reopened meanwhile.
pub fn auto_close(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut ticket = match LockedTicket::lock(tx, actor, id, now) {
        Ok(ticket) => ticket,
        // The ticket or its customer was deleted meanwhile.
        Err(error) if error.code() == Some(ProblemCode::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let is_old = ticket.row.resolved_at.is_some_and(|at| at < before);
    if ticket.row.status != TicketStatus::Resolved || !is_old {
        return Ok(());
    }
    ticket.transition(TicketStatus::Closed)?;
    ticket.save(tx, actor).map(drop)
}

/// Validates a bulk action before it is applied to the first ticket.
pub fn check_bulk(_: &Actor, bulk: &BulkRequest<BulkTicketAction>) -> Result<()> {
    let mut bad = FieldErrors::default();
    bulk.action.check(&mut bad);
    if bad.0.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(bad.0))
    }
}

/// Applies a bulk action to one ticket. Merging is not among these actions: see `messages`.
pub fn apply_bulk(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    action: &BulkTicketAction,
    now: DateTime<Utc>,
) -> Result<()> {
    if let BulkTicketAction::Assign(to) = action {
        check_assignee(tx.conn(), *to)?;
    }
    let mut ticket = LockedTicket::lock(tx, actor, id, now)?;
    let before = visible_fields(&ticket);
    let is_edit = match action {
        BulkTicketAction::Assign(to) => {
            ticket.assign(*to)?;
            false
        }
        BulkTicketAction::Resolve => {
            ticket.transition(TicketStatus::Resolved)?;
            false
        }
        BulkTicketAction::Close => {
            ticket.transition(TicketStatus::Closed)?;
            false
        }
        BulkTicketAction::SetPriority(to) => {
            ticket.require_not_closed()?;
            ticket.set_priority(*to);
            true
        }
        BulkTicketAction::AddTag(tag) => {
            ticket.add_tag(tag);
            true
        }
        BulkTicketAction::RemoveTag(tag) => {
            ticket.remove_tag(tag);
            true
        }
        BulkTicketAction::MergeInto(_) => {
            return Err(Error::internal("tickets are merged with their messages"));
        }
    };
    let after = visible_fields(&ticket);
    ticket.save(tx, actor)?;
    if is_edit {
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::TicketEdit, id)
                .with_change(audit::change(&before, &after)),
        )?;
    }
    Ok(())
}

/// Stores the customer's rating of a ticket that is resolved or closed.
pub fn rate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TicketId,
    new: &NewTicketRating,
    now: DateTime<Utc>,
) -> Result<TicketRating> {
    let row = query::lock(tx, actor, id)?;
    if row.status.is_active() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The ticket can be rated once it is resolved.",
        ));
    }
    let comment = new.comment.as_deref();
    let comment = comment
        .map(|text| actor.keys.seal(comment_context(id), text))
        .transpose()?;
    let stored = query::store_rating(tx, id, new.score, comment, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketRate, id).with_change(json!({ "score": new.score })),
    )?;
    to_rating(tx.conn(), actor, stored)
}

/// Returns the rating of a ticket that the actor sees.
pub fn rating(conn: &mut Conn, actor: &Actor, id: TicketId) -> Result<TicketRating> {
    query::find(conn, actor, id)?;
    let row = query::rating(conn, id)?;
    to_rating(conn, actor, row)
}

fn to_rating(conn: &mut Conn, actor: &Actor, row: RatingRow) -> Result<TicketRating> {
    let comment = row
        .comment
        .as_deref()
        .map(|sealed| super::open_text(conn, &actor.keys, comment_context(row.ticket_id), sealed))
        .transpose()?;
    Ok(TicketRating {
        ticket_id: row.ticket_id,
        score: row.score,
        comment,
        created_at: row.created_at,
    })
}

const fn comment_context<'a>(id: TicketId) -> FieldContext<'a> {
    FieldContext::new("ticket_ratings", "comment", id.0)
}
