//! SQL of messages and their files.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Actor, Conn, Result, Tx, batch::Write, people};
use schema::{
    api_clients, support_tickets as tickets, ticket_attachments as attachments,
    ticket_messages as messages, users,
};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    ApiClientId, TicketAttachmentId, TicketId, TicketMessageId, UserId,
    accounts::users::{UserRole, UserStatus},
    support::tickets::TicketChannel,
};

/// Messages of a thread.
const MOST_MESSAGES: i64 = 1000;

/// A message as stored: its text is sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(Pg))]
pub struct MessageRow {
    pub id: TicketMessageId,
    pub ticket_id: TicketId,
    pub sender_id: Option<UserId>,
    pub message: Vec<u8>,
    pub is_internal: bool,
    pub channel: TicketChannel,
    pub mentions: Value,
    pub created_at: DateTime<Utc>,
}

/// A new message, sealed.
#[derive(Debug, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub struct NewMessageRow {
    pub id: TicketMessageId,
    pub ticket_id: TicketId,
    pub sender_id: Option<UserId>,
    pub message: Vec<u8>,
    pub attachments: Option<Value>,
    pub is_internal: bool,
    pub channel: TicketChannel,
    pub search_tokens: Vec<i64>,
    pub mentions: Value,
    pub created_at: DateTime<Utc>,
}

impl NewMessageRow {
    /// Returns the row as it is stored.
    pub fn stored(&self) -> MessageRow {
        MessageRow {
            id: self.id,
            ticket_id: self.ticket_id,
            sender_id: self.sender_id,
            message: self.message.clone(),
            is_internal: self.is_internal,
            channel: self.channel,
            mentions: self.mentions.clone(),
            created_at: self.created_at,
        }
    }
}

/// Selects the messages of a ticket that an actor may see: without internal notes for everyone but staff.
fn visible<'a>(actor: &Actor, ticket: TicketId) -> messages::BoxedQuery<'a, Pg> {
    let rows = messages::table
        .filter(messages::ticket_id.eq(ticket))
        .filter(messages::deleted_at.is_null())
        .into_boxed();
    match actor.owner_filter() {
        Some(_) => rows.filter(messages::is_internal.eq(false)),
        None => rows,
    }
}

/// Returns the messages of a ticket that the actor may see, the oldest first. The caller has checked the ticket.
pub fn thread(conn: &mut Conn, actor: &Actor, ticket: TicketId) -> Result<Vec<MessageRow>> {
    let mut rows: Vec<MessageRow> = visible(actor, ticket)
        .order_by((messages::created_at.desc(), messages::id.desc()))
        .limit(MOST_MESSAGES)
        .select(MessageRow::as_select())
        .load(conn)?;
    rows.reverse();
    Ok(rows)
}

/// Returns these messages of a ticket, the oldest first.
pub fn some(conn: &mut Conn, ticket: TicketId, ids: &[TicketMessageId]) -> Result<Vec<MessageRow>> {
    Ok(messages::table
        .filter(messages::ticket_id.eq(ticket))
        .filter(messages::deleted_at.is_null())
        .filter(messages::id.eq_any(ids))
        .order_by((messages::created_at, messages::id))
        .select(MessageRow::as_select())
        .load(conn)?)
}

/// Returns the statement that inserts a message.
pub fn insertion(new: NewMessageRow) -> Write {
    Box::new(diesel::insert_into(messages::table).values(new))
}

/// Inserts a message.
pub fn insert(tx: &mut Tx<'_>, new: &NewMessageRow) -> Result<MessageRow> {
    Ok(diesel::insert_into(messages::table)
        .values(new)
        .returning(MessageRow::as_returning())
        .get_result(tx.conn())?)
}

/// Moves all messages and files of a ticket to another one.
pub fn move_all(tx: &mut Tx<'_>, from: TicketId, to: TicketId) -> Result<()> {
    diesel::update(messages::table.filter(messages::ticket_id.eq(from)))
        .set(messages::ticket_id.eq(to))
        .execute(tx.conn())?;
    diesel::update(attachments::table.filter(attachments::ticket_id.eq(from)))
        .set(attachments::ticket_id.eq(to))
        .execute(tx.conn())?;
    Ok(())
}

/// Moves these messages and their files to another ticket.
pub fn move_some(tx: &mut Tx<'_>, ids: &[TicketMessageId], to: TicketId) -> Result<()> {
    diesel::update(messages::table.filter(messages::id.eq_any(ids)))
        .set(messages::ticket_id.eq(to))
        .execute(tx.conn())?;
    diesel::update(attachments::table.filter(attachments::message_id.eq_any(ids)))
        .set(attachments::ticket_id.eq(to))
        .execute(tx.conn())?;
    Ok(())
}

/// Moves unused files to the ticket that continues theirs.
pub fn move_uploads(tx: &mut Tx<'_>, ids: &[TicketAttachmentId], to: TicketId) -> Result<()> {
    let unused = attachments::table
        .filter(attachments::id.eq_any(ids))
        .filter(attachments::message_id.is_null());
    diesel::update(unused)
        .set(attachments::ticket_id.eq(to))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns those of these users who are active staff members.
pub fn staff_among(conn: &mut Conn, ids: &[UserId]) -> Result<Vec<UserId>> {
    Ok(users::table
        .filter(users::id.eq_any(ids))
        .filter(users::role.ne(UserRole::Customer))
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::deleted_at.is_null())
        .select(users::id)
        .load(conn)?)
}

/// A file as stored: its name is sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = attachments, check_for_backend(Pg))]
pub struct AttachmentRow {
    pub id: TicketAttachmentId,
    pub ticket_id: TicketId,
    pub message_id: Option<TicketMessageId>,
    pub storage_key: String,
    pub file_name: Option<Vec<u8>>,
    pub content_type: String,
    pub byte_size: i64,
}

/// A new file, which is in the store.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = attachments)]
pub struct NewAttachmentRow {
    pub id: TicketAttachmentId,
    pub ticket_id: TicketId,
    pub message_id: Option<TicketMessageId>,
    pub storage_key: String,
    pub file_name: Vec<u8>,
    pub content_type: &'static str,
    pub byte_size: i64,
    pub uploaded_by: Option<UserId>,
    pub client_id: Option<ApiClientId>,
    pub created_at: DateTime<Utc>,
}

/// Inserts a file.
pub fn insert_attachment(tx: &mut Tx<'_>, new: &NewAttachmentRow) -> Result<AttachmentRow> {
    Ok(diesel::insert_into(attachments::table)
        .values(new)
        .returning(AttachmentRow::as_returning())
        .get_result(tx.conn())?)
}

/// Counts the files of a ticket that no message has taken.
pub fn count_unused(conn: &mut Conn, ticket: TicketId) -> Result<i64> {
    Ok(attachments::table
        .filter(attachments::ticket_id.eq(ticket))
        .filter(attachments::message_id.is_null())
        .filter(attachments::deleted_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Gives the actor's unused files of a ticket to a message, and returns their number.
pub fn attach(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ticket: TicketId,
    ids: &[TicketAttachmentId],
    message: TicketMessageId,
) -> Result<usize> {
    let client = actor.client.as_ref().map(|client| client.id);
    let own = attachments::table
        .filter(attachments::ticket_id.eq(ticket))
        .filter(attachments::id.eq_any(ids))
        .filter(attachments::message_id.is_null())
        .filter(attachments::deleted_at.is_null())
        .filter(attachments::uploaded_by.is_not_distinct_from(actor.id))
        .filter(attachments::client_id.is_not_distinct_from(client));
    Ok(diesel::update(own)
        .set(attachments::message_id.eq(message))
        .execute(tx.conn())?)
}

/// Returns the files of these messages, in the order of their upload.
pub fn attachments_of(conn: &mut Conn, ids: &[TicketMessageId]) -> Result<Vec<AttachmentRow>> {
    Ok(attachments::table
        .filter(attachments::message_id.eq_any(ids))
        .filter(attachments::deleted_at.is_null())
        .order_by((attachments::created_at, attachments::id))
        .select(AttachmentRow::as_select())
        .load(conn)?)
}

/// Returns a file that the actor may see: of a visible message of a visible ticket, or the actor's own upload.
pub fn find_attachment(
    conn: &mut Conn,
    actor: &Actor,
    id: TicketAttachmentId,
) -> Result<AttachmentRow> {
    let customers = users::table
        .filter(users::deleted_at.is_null())
        .select(users::id);
    let seen = tickets::table
        .filter(tickets::deleted_at.is_null())
        .filter(tickets::user_id.eq_any(customers))
        .select(tickets::id);
    let mut rows = attachments::table
        .filter(attachments::id.eq(id))
        .filter(attachments::deleted_at.is_null())
        .filter(attachments::ticket_id.eq_any(seen))
        .select(AttachmentRow::as_select())
        .into_boxed();
    if let Some(owner) = actor.owner_filter() {
        let client = actor.client.as_ref().map(|client| client.id);
        let is_own = attachments::message_id
            .is_null()
            .and(attachments::uploaded_by.is_not_distinct_from(actor.id))
            .and(attachments::client_id.is_not_distinct_from(client));
        let public = messages::table
            .filter(messages::is_internal.eq(false))
            .filter(messages::deleted_at.is_null())
            .select(messages::id.nullable());
        let is_public = attachments::message_id
            .is_not_null()
            .and(attachments::message_id.eq_any(public).assume_not_null());
        let own = tickets::table
            .filter(tickets::user_id.eq_any(people::customers_of(owner)))
            .select(tickets::id);
        rows = rows
            .filter(attachments::ticket_id.eq_any(own))
            .filter(is_public.or(is_own));
    }
    Ok(rows.first(conn)?)
}

/// Returns a file that is not deleted.
pub fn attachment(conn: &mut Conn, id: TicketAttachmentId) -> Result<Option<AttachmentRow>> {
    Ok(attachments::table
        .find(id)
        .filter(attachments::deleted_at.is_null())
        .select(AttachmentRow::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the API client with this id, if there is one.
pub fn viewer_client(conn: &mut Conn, viewer: Uuid) -> Result<Option<ApiClientId>> {
    Ok(api_clients::table
        .find(ApiClientId(viewer))
        .select(api_clients::id)
        .first(conn)
        .optional()?)
}

/// Returns files whose content may be deleted: deleted files, and files that no message took before a time.
pub fn deletable(
    conn: &mut Conn,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TicketAttachmentId, String)>> {
    let unused = attachments::message_id
        .is_null()
        .and(attachments::created_at.lt(before));
    Ok(attachments::table
        .filter(attachments::storage_key.ne(""))
        .filter(attachments::deleted_at.is_not_null().or(unused))
        .order_by(attachments::id)
        .limit(limit)
        .select((attachments::id, attachments::storage_key))
        .load(conn)?)
}

/// Changes the storage key of a file, or clears it. Returns the number of rows changed: none when the key was not `from`.
pub fn change_key(tx: &mut Tx<'_>, id: TicketAttachmentId, from: &str, to: &str) -> Result<usize> {
    let unchanged = attachments::table
        .find(id)
        .filter(attachments::storage_key.eq(from));
    Ok(diesel::update(unchanged)
        .set(attachments::storage_key.eq(to))
        .execute(tx.conn())?)
}

/// Marks a file as deleted.
pub fn mark_deleted(tx: &mut Tx<'_>, id: TicketAttachmentId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(
        attachments::table
            .find(id)
            .filter(attachments::deleted_at.is_null()),
    )
    .set(attachments::deleted_at.eq(now))
    .execute(tx.conn())?;
    Ok(())
}

/// Returns the storage keys of these files.
pub fn keys_of(conn: &mut Conn, ids: &[TicketAttachmentId]) -> Result<Vec<String>> {
    Ok(attachments::table
        .filter(attachments::id.eq_any(ids))
        .select(attachments::storage_key)
        .load(conn)?)
}

/// Returns up to `limit` files whose storage key does not end with `suffix`.
pub fn sealed_with_other_key(
    conn: &mut Conn,
    suffix: &str,
    limit: i64,
) -> Result<Vec<(TicketAttachmentId, String)>> {
    Ok(attachments::table
        .filter(attachments::storage_key.ne(""))
        .filter(attachments::storage_key.not_like(format!("%{suffix}")))
        .order_by(attachments::id)
        .limit(limit)
        .select((attachments::id, attachments::storage_key))
        .load(conn)?)
}

/// Returns the ids of files as a message stores them.
pub fn attachment_list(ids: &[TicketAttachmentId]) -> Option<Value> {
    (!ids.is_empty()).then(|| json!(ids))
}
