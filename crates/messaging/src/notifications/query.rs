//! All SQL of the outbox.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{Conn, Owner, Result, Tx, any_of, page, people};
use schema::notifications;
use wire::{
    EsimId, NotificationId, OrderId, Page, Paging, TemplateId, UserId,
    messaging::notifications::{
        NotificationFilter, NotificationSort, NotificationStatus, NotificationType,
    },
};

/// A row of the table, sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(Pg))]
pub struct NotificationRow {
    pub id: NotificationId,
    pub user_id: UserId,
    pub type_: NotificationType,
    pub template_id: Option<TemplateId>,
    pub order_id: Option<OrderId>,
    pub esim_id: Option<EsimId>,
    pub destination: Option<Vec<u8>>,
    pub subject: Option<String>,
    pub message: Vec<u8>,
    pub message_html: Option<Vec<u8>>,
    pub headers: Option<Vec<u8>>,
    pub status: NotificationStatus,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A new message.
#[derive(Insertable)]
#[diesel(table_name = notifications)]
pub struct NewNotification {
    pub id: NotificationId,
    pub user_id: UserId,
    pub order_id: Option<OrderId>,
    pub esim_id: Option<EsimId>,
    pub destination: Vec<u8>,
    pub subject: String,
    pub message: Vec<u8>,
    pub message_html: Option<Vec<u8>>,
    pub headers: Option<Vec<u8>>,
    pub dedupe_key: String,
    /// By this server's clock, like the audit log, so that an email sorts after the action that it reports.
    pub created_at: DateTime<Utc>,
}

diesel::define_sql_function! {
    /// Returns the first time unless it is null, otherwise the second.
    fn coalesce(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

fn visible<'a>(only: Option<Owner>) -> notifications::BoxedQuery<'a, Pg> {
    let rows = notifications::table.into_boxed();
    match only {
        Some(owner) => rows.filter(notifications::user_id.eq_any(people::customers_of(owner))),
        None => rows,
    }
}

fn matching<'a>(
    filter: &'a NotificationFilter,
    only: Option<Owner>,
) -> notifications::BoxedQuery<'a, Pg> {
    let mut rows = visible(only);
    if let Some(user) = filter.user_id {
        rows = rows.filter(notifications::user_id.eq(user));
    }
    rows = any_of!(rows, notifications::type_, filter.r#type);
    rows = any_of!(rows, notifications::status, filter.status);
    if let Some(order) = filter.order_id {
        rows = rows.filter(notifications::order_id.eq(order));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(notifications::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(notifications::created_at.lt(to));
    }
    rows
}

/// Returns one page of messages, sealed.
pub fn page(
    conn: &mut Conn,
    filter: &NotificationFilter,
    only: Option<Owner>,
    paging: &Paging<NotificationSort>,
) -> Result<Page<NotificationRow>> {
    page!(conn, paging, matching(filter, only) => NotificationRow, tie notifications::id, {
        NotificationSort::CreatedAt => notifications::created_at,
        NotificationSort::SentAt => nullable notifications::sent_at,
    })
}

/// Returns a message, sealed.
pub fn find(conn: &mut Conn, id: NotificationId, only: Option<Owner>) -> Result<NotificationRow> {
    Ok(visible(only)
        .filter(notifications::id.eq(id))
        .select(NotificationRow::as_select())
        .first(conn)?)
}

/// Returns the number of pending messages of a channel.
pub fn count_pending(conn: &mut Conn, channel: NotificationType) -> Result<i64> {
    Ok(notifications::table
        .filter(notifications::status.eq(NotificationStatus::Pending))
        .filter(notifications::type_.eq(channel))
        .count()
        .get_result(conn)?)
}

/// Adds an email unless one with the same deduplication key exists, and returns whether it was added.
pub fn insert(tx: &mut Tx<'_>, new: &NewNotification) -> Result<bool> {
    let added = diesel::insert_into(notifications::table)
        .values((new, notifications::type_.eq(NotificationType::Email)))
        .on_conflict(notifications::dedupe_key)
        .do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Marks a message as pending again, with this destination.
pub fn requeue(tx: &mut Tx<'_>, id: NotificationId, destination: &[u8]) -> Result<NotificationRow> {
    Ok(diesel::update(notifications::table.find(id))
        .set((
            notifications::status.eq(NotificationStatus::Pending),
            notifications::attempts.eq(0),
            notifications::last_error.eq(None::<String>),
            notifications::destination.eq(destination),
        ))
        .returning(NotificationRow::as_returning())
        .get_result(tx.conn())?)
}

/// Counts an attempt to send a pending message, and returns the message. Returns `None` when it is no longer pending.
pub fn start_attempt(tx: &mut Tx<'_>, id: NotificationId) -> Result<Option<NotificationRow>> {
    Ok(diesel::update(pending(id))
        .set(notifications::attempts.eq(notifications::attempts + 1))
        .returning(NotificationRow::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Stores why a message is still pending.
pub fn note_error(tx: &mut Tx<'_>, id: NotificationId, error: &str) -> Result<()> {
    diesel::update(pending(id))
        .set(notifications::last_error.eq(error))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a message as sent. A resent message keeps the time of its first delivery, because an order is delivered once.
pub fn mark_sent(
    tx: &mut Tx<'_>,
    id: NotificationId,
    now: DateTime<Utc>,
    receipt: &str,
) -> Result<()> {
    diesel::update(pending(id))
        .set((
            notifications::status.eq(NotificationStatus::Sent),
            notifications::sent_at.eq(coalesce(notifications::sent_at, now).nullable()),
            notifications::provider_message_id.eq(receipt),
            notifications::last_error.eq(None::<String>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a message as failed, and returns whether it was still pending.
pub fn mark_failed(tx: &mut Tx<'_>, id: NotificationId, error: &str) -> Result<bool> {
    let failed = diesel::update(pending(id))
        .set((
            notifications::status.eq(NotificationStatus::Failed),
            notifications::last_error.eq(error),
        ))
        .execute(tx.conn())?;
    Ok(failed == 1)
}

/// Returns the pending messages that were created before this time.
pub fn pending_before(conn: &mut Conn, before: DateTime<Utc>) -> Result<Vec<NotificationId>> {
    Ok(notifications::table
        .filter(notifications::status.eq(NotificationStatus::Pending))
        .filter(notifications::created_at.lt(before))
        .order_by((notifications::created_at, notifications::id))
        .limit(500)
        .select(notifications::id)
        .load(conn)?)
}

#[diesel::dsl::auto_type]
fn pending(id: NotificationId) -> _ {
    let status: NotificationStatus = NotificationStatus::Pending;
    notifications::table
        .filter(notifications::id.eq(id))
        .filter(notifications::status.eq(status))
}
