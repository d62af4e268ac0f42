//! SQL of received emails and their senders.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Actor, Conn, Result, Tx, any_of, page};
use schema::{inbound_emails as emails, support_tickets as tickets, users};
use wire::{
    ApiClientId, InboundEmailId, Page, Paging, TicketId, UserId,
    accounts::users::UserRole,
    support::inbound::{InboundEmail, InboundEmailFilter, InboundEmailSort, InboundEmailStatus},
};

fn matching(filter: &InboundEmailFilter) -> emails::BoxedQuery<'_, Pg> {
    let mut rows = emails::table.into_boxed();
    rows = any_of!(rows, emails::status, filter.status);
    if let Some(ticket) = filter.ticket_id {
        rows = rows.filter(emails::ticket_id.eq(ticket));
    }
    if let Some(from) = filter.received_at_from {
        rows = rows.filter(emails::received_at.ge(from));
    }
    if let Some(to) = filter.received_at_to {
        rows = rows.filter(emails::received_at.lt(to));
    }
    rows
}

/// Returns one page of the received emails.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &InboundEmailFilter,
    paging: &Paging<InboundEmailSort>,
) -> Result<Page<InboundEmail>> {
    page!(conn, paging, matching(filter) => InboundEmail, tie emails::id, {
        InboundEmailSort::ReceivedAt => emails::received_at,
    })
}

/// A received email, sealed.
#[derive(Insertable)]
#[diesel(table_name = emails)]
pub struct NewEmailRow {
    pub id: InboundEmailId,
    pub message_key: Vec<u8>,
    pub content: Vec<u8>,
    pub received_at: DateTime<Utc>,
}

/// Stores a received email, and returns whether it is new.
pub fn insert(tx: &mut Tx<'_>, new: &NewEmailRow) -> Result<bool> {
    let inserted = diesel::insert_into(emails::table)
        .values(new)
        .on_conflict(emails::message_key)
        .do_nothing()
        .execute(tx.conn())?;
    Ok(inserted == 1)
}

/// Returns the content of an email that was not read yet, sealed.
pub fn unread(conn: &mut Conn, id: InboundEmailId) -> Result<Option<Vec<u8>>> {
    let content: Option<Option<Vec<u8>>> = emails::table
        .find(id)
        .filter(emails::status.eq(InboundEmailStatus::Received))
        .select(emails::content)
        .first(conn)
        .optional()?;
    Ok(content.flatten())
}

/// The result of reading an email.
pub struct ReadResult<'a> {
    pub status: InboundEmailStatus,
    pub detail: Option<&'a str>,
    pub ticket: Option<TicketId>,
    pub at: DateTime<Utc>,
}

/// Stores the result, deletes the content, and returns whether the email was not read before.
pub fn finish(tx: &mut Tx<'_>, id: InboundEmailId, result: &ReadResult<'_>) -> Result<bool> {
    let unread = emails::table
        .find(id)
        .filter(emails::status.eq(InboundEmailStatus::Received));
    let finished = diesel::update(unread)
        .set((
            emails::status.eq(result.status),
            emails::detail.eq(result.detail),
            emails::ticket_id.eq(result.ticket),
            emails::processed_at.eq(result.at),
            emails::content.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn())?;
    Ok(finished == 1)
}

/// Marks an email that was read as ignored.
pub fn ignore(tx: &mut Tx<'_>, id: InboundEmailId, why: &str, at: DateTime<Utc>) -> Result<()> {
    diesel::update(emails::table.find(id))
        .set((
            emails::status.eq(InboundEmailStatus::Ignored),
            emails::detail.eq(why),
            emails::processed_at.eq(at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Names the ticket of an email that was read.
pub fn set_ticket(tx: &mut Tx<'_>, id: InboundEmailId, ticket: TicketId) -> Result<()> {
    diesel::update(emails::table.find(id))
        .set(emails::ticket_id.eq(ticket))
        .execute(tx.conn())?;
    Ok(())
}

/// A user with the address of the sender.
#[derive(Debug, Clone, Queryable)]
pub struct SenderRow {
    pub id: UserId,
    pub role: UserRole,
    pub client_id: Option<ApiClientId>,
}

/// Returns the users with an email address, the newest first. API clients may have customers with the same address.
pub fn senders(conn: &mut Conn, email_hash: &[u8]) -> Result<Vec<SenderRow>> {
    Ok(users::table
        .filter(users::email_hash.eq(email_hash))
        .filter(users::deleted_at.is_null())
        .order_by(users::created_at.desc())
        .select((users::id, users::role, users::client_id))
        .load(conn)?)
}

/// Returns the customer of a ticket that is not deleted.
pub fn customer_of(conn: &mut Conn, ticket: TicketId) -> Result<Option<UserId>> {
    Ok(tickets::table
        .find(ticket)
        .filter(tickets::deleted_at.is_null())
        .select(tickets::user_id)
        .first(conn)
        .optional()?)
}
