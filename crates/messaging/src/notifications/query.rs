//! All SQL of the outbox.

use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{Conn, Owner, Result, Tx, any_of, page, people};
use schema::notifications as letters;
use wire::{
    EsimId, NotificationId, OrderId, Page, Paging, TemplateId, UserId,
    messaging::notifications::{
        NotificationFilter, NotificationSort, NotificationStatus, NotificationType,
    },
};

/// A message as the table keeps it, sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = letters, check_for_backend(Pg))]
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
    pub status: NotificationStatus,
    pub attempts: i32,
    pub last_error: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    pub read_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A new message.
#[derive(Insertable)]
#[diesel(table_name = letters)]
pub struct Fresh {
    pub id: NotificationId,
    pub user_id: UserId,
    pub order_id: Option<OrderId>,
    pub esim_id: Option<EsimId>,
    pub destination: Vec<u8>,
    pub subject: String,
    pub message: Vec<u8>,
    pub message_html: Option<Vec<u8>>,
    pub dedupe_key: String,
    /// By this machine's clock, as the record has it: a letter follows the act that it tells of.
    pub created_at: DateTime<Utc>,
}

diesel::define_sql_function! {
    /// The first time, or else the second.
    fn coalesce(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

fn visible<'a>(only: Option<Owner>) -> letters::BoxedQuery<'a, Pg> {
    let rows = letters::table.into_boxed();
    match only {
        Some(owner) => rows.filter(letters::user_id.eq_any(people::customers_of(owner))),
        None => rows,
    }
}

fn matching<'a>(
    filter: &'a NotificationFilter,
    only: Option<Owner>,
) -> letters::BoxedQuery<'a, Pg> {
    let mut rows = visible(only);
    if let Some(user) = filter.user_id {
        rows = rows.filter(letters::user_id.eq(user));
    }
    rows = any_of!(rows, letters::type_, filter.r#type);
    rows = any_of!(rows, letters::status, filter.status);
    if let Some(order) = filter.order_id {
        rows = rows.filter(letters::order_id.eq(order));
    }
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(letters::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(letters::created_at.lt(to));
    }
    rows
}

/// One page, sealed.
pub fn page(
    conn: &mut Conn,
    filter: &NotificationFilter,
    only: Option<Owner>,
    paging: &Paging<NotificationSort>,
) -> Result<Page<NotificationRow>> {
    page!(conn, paging, matching(filter, only) => NotificationRow, tie letters::id, {
        NotificationSort::CreatedAt => letters::created_at,
        NotificationSort::SentAt => nullable letters::sent_at,
    })
}

/// One message.
pub fn find(conn: &mut Conn, id: NotificationId, only: Option<Owner>) -> Result<NotificationRow> {
    Ok(visible(only)
        .filter(letters::id.eq(id))
        .select(NotificationRow::as_select())
        .first(conn)?)
}

/// Returns the number of pending messages of a channel.
pub fn waiting_by(conn: &mut Conn, channel: NotificationType) -> Result<i64> {
    Ok(letters::table
        .filter(letters::status.eq(NotificationStatus::Pending))
        .filter(letters::type_.eq(channel))
        .count()
        .get_result(conn)?)
}

/// Adds a message by mail, unless one with its key is there.
pub fn insert(tx: &mut Tx<'_>, fresh: &Fresh) -> Result<bool> {
    let added = diesel::insert_into(letters::table)
        .values((fresh, letters::type_.eq(NotificationType::Email)))
        .on_conflict(letters::dedupe_key)
        .do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Waiting again, for this destination.
pub fn reopen(tx: &mut Tx<'_>, id: NotificationId, destination: &[u8]) -> Result<NotificationRow> {
    Ok(diesel::update(letters::table.find(id))
        .set((
            letters::status.eq(NotificationStatus::Pending),
            letters::attempts.eq(0),
            letters::last_error.eq(None::<String>),
            letters::destination.eq(destination),
        ))
        .returning(NotificationRow::as_returning())
        .get_result(tx.conn())?)
}

/// Counts a try to send a message that waits; nothing comes back when it does not wait any more.
pub fn try_to_send(tx: &mut Tx<'_>, id: NotificationId) -> Result<Option<NotificationRow>> {
    Ok(diesel::update(waiting(id))
        .set(letters::attempts.eq(letters::attempts + 1))
        .returning(NotificationRow::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Notes why a message still waits.
pub fn note(tx: &mut Tx<'_>, id: NotificationId, why: &str) -> Result<()> {
    diesel::update(waiting(id))
        .set(letters::last_error.eq(why))
        .execute(tx.conn())?;
    Ok(())
}

/// It was sent. The first time counts: an order is delivered once.
pub fn sent(
    tx: &mut Tx<'_>,
    id: NotificationId,
    (now, receipt): (DateTime<Utc>, &str),
) -> Result<()> {
    diesel::update(waiting(id))
        .set((
            letters::status.eq(NotificationStatus::Sent),
            letters::sent_at.eq(coalesce(letters::sent_at, now).nullable()),
            letters::provider_message_id.eq(receipt),
            letters::last_error.eq(None::<String>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// It will not be sent; whether it was still waiting.
pub fn failed(tx: &mut Tx<'_>, id: NotificationId, why: &str) -> Result<bool> {
    let failed = diesel::update(waiting(id))
        .set((
            letters::status.eq(NotificationStatus::Failed),
            letters::last_error.eq(why),
        ))
        .execute(tx.conn())?;
    Ok(failed == 1)
}

/// Messages that have waited since before then.
pub fn left_behind(conn: &mut Conn, before: DateTime<Utc>) -> Result<Vec<NotificationId>> {
    Ok(letters::table
        .filter(letters::status.eq(NotificationStatus::Pending))
        .filter(letters::created_at.lt(before))
        .order_by((letters::created_at, letters::id))
        .limit(500)
        .select(letters::id)
        .load(conn)?)
}

#[diesel::dsl::auto_type]
fn waiting(id: NotificationId) -> _ {
    let pending: NotificationStatus = NotificationStatus::Pending;
    letters::table
        .filter(letters::id.eq(id))
        .filter(letters::status.eq(pending))
}
