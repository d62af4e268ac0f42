//! Tickets as the API shows them: opened, with names, and without what only staff may see.

use crate::{
    sla::{self, Clocks},
    tickets::query::{self, ListQuery, Search, TicketRow},
};
use platform::{
    Actor, Conn, Error, Result,
    crypto::{FieldContext, Keyring},
    people,
};
use std::collections::HashMap;
use wire::{
    Page, Paging, TicketId, UserId,
    support::tickets::{Ticket, TicketFilter, TicketRef, TicketSort},
};

/// Returns the context in which a text of a ticket is sealed.
pub const fn subject_context<'a>(id: TicketId, column: &'a str) -> FieldContext<'a> {
    FieldContext::new("support_tickets", column, id.0)
}

/// Opens a text of a ticket. A text that does not open is recorded and marked.
pub fn open_text(
    conn: &mut Conn,
    keys: &Keyring,
    context: FieldContext<'_>,
    sealed: &[u8],
) -> Result<String> {
    let opened = people::value_or_report(conn, keys, keys.open(context, sealed))?;
    Ok(opened.unwrap_or_else(|| people::UNREADABLE.to_owned()))
}

/// Returns one page of the tickets that the actor sees.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &TicketFilter,
    paging: &Paging<TicketSort>,
) -> Result<Page<Ticket>> {
    let search = filter
        .q
        .as_deref()
        .map(|q| Search::new(conn, actor, q))
        .transpose()?;
    let query = ListQuery {
        filter,
        search: search.as_ref(),
        actor,
    };
    query::page(conn, query, paging)?.try_all(|rows| {
        let clocks = clocks_of(conn, actor, &rows)?;
        to_tickets(conn, actor, rows, clocks)
    })
}

/// Returns a ticket that the actor sees.
pub fn show(conn: &mut Conn, actor: &Actor, name: &TicketRef) -> Result<Ticket> {
    let row = query::find_ref(conn, actor, name)?;
    to_ticket(conn, actor, row)
}

/// Converts a row.
pub fn to_ticket(conn: &mut Conn, actor: &Actor, row: TicketRow) -> Result<Ticket> {
    let rows = vec![row];
    let clocks = clocks_of(conn, actor, &rows)?;
    only(to_tickets(conn, actor, rows, clocks)?)
}

/// Converts the row of a new ticket, whose clocks are known.
pub fn to_new_ticket(
    conn: &mut Conn,
    actor: &Actor,
    row: TicketRow,
    clocks: Clocks,
) -> Result<Ticket> {
    let clocks = match actor.owner_filter() {
        Some(_) => HashMap::new(),
        None => HashMap::from([(row.id, clocks)]),
    };
    only(to_tickets(conn, actor, vec![row], clocks)?)
}

fn only(mut tickets: Vec<Ticket>) -> Result<Ticket> {
    tickets
        .pop()
        .ok_or_else(|| Error::internal("the response of a ticket is missing"))
}

/// Returns the clocks of these tickets. Only staff see them.
fn clocks_of(
    conn: &mut Conn,
    actor: &Actor,
    rows: &[TicketRow],
) -> Result<HashMap<TicketId, Clocks>> {
    if actor.owner_filter().is_some() {
        return Ok(HashMap::new());
    }
    let ids: Vec<TicketId> = rows.iter().map(|row| row.id).collect();
    Ok(sla::clocks_of(conn, &ids)?.into_iter().collect())
}

fn to_tickets(
    conn: &mut Conn,
    actor: &Actor,
    rows: Vec<TicketRow>,
    mut clocks: HashMap<TicketId, Clocks>,
) -> Result<Vec<Ticket>> {
    let is_staff = actor.owner_filter().is_none();
    let customers: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    let is_masked = people::is_masked_for(actor.role);
    let customers = people::names(conn, &actor.keys, &customers, is_masked)?;
    let assignees: Vec<UserId> = rows.iter().filter_map(|row| row.assigned_to).collect();
    let assignees = if is_staff {
        people::names(conn, &actor.keys, &assignees, false)?
    } else {
        HashMap::new()
    };
    let mut made = Vec::with_capacity(rows.len());
    for row in rows {
        let context = |column| subject_context(row.id, column);
        let subject = open_text(conn, &actor.keys, context("subject"), &row.subject)?;
        let description = open_text(conn, &actor.keys, context("description"), &row.description)?;
        let is_unreadable = [&subject, &description]
            .into_iter()
            .any(|text| text == people::UNREADABLE);
        made.push(Ticket {
            tags: if is_staff { row.tags() } else { Vec::new() },
            customer: customers.get(&row.user_id).cloned().unwrap_or_default(),
            assignee: row.assigned_to.and_then(|id| assignees.get(&id).cloned()),
            assigned_to: row.assigned_to.filter(|_| is_staff),
            category: row.category.filter(|_| is_staff),
            next_due_at: row.next_due_at.filter(|_| is_staff),
            clocks: clocks.remove(&row.id).map(|clocks| clocks.show()),
            subject,
            description,
            is_unreadable,
            id: row.id,
            ticket_number: row.ticket_number,
            user_id: row.user_id,
            esim_id: row.esim_id,
            order_id: row.order_id,
            transaction_id: row.transaction_id,
            priority: row.priority,
            status: row.status,
            channel: row.channel,
            waiting_since: row.waiting_since,
            merged_into_id: row.merged_into_id,
            follows_id: row.follows_id,
            reopened_count: row.reopened_count,
            first_response_at: row.first_response_at,
            resolved_at: row.resolved_at,
            closed_at: row.closed_at,
            archived_at: row.archived_at,
            last_message_at: row.last_message_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(made)
}
