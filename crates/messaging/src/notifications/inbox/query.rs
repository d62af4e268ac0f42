//! SQL of the notifications in the panel.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Result, Tx, count::Counted};
use schema::notifications;
use wire::{
    NotificationId, TicketId, UserId,
    messaging::{
        inbox::{InboxOptions, NotificationEvent},
        notifications::{NotificationStatus, NotificationType},
    },
};

/// The maximum number of notifications of a list.
const MOST: i64 = 100;
/// The number up to which unread notifications are counted.
const MOST_UNREAD: i64 = 1000;

/// A notification as stored: its text is sealed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(Pg))]
pub struct InboxRow {
    pub id: NotificationId,
    pub event: Option<NotificationEvent>,
    pub subject: Option<String>,
    pub message: Vec<u8>,
    pub ticket_id: Option<TicketId>,
    pub read_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A new notification, sealed.
#[derive(Insertable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
pub struct NewInboxRow {
    pub id: NotificationId,
    pub user_id: UserId,
    pub type_: NotificationType,
    pub status: NotificationStatus,
    pub event: NotificationEvent,
    pub ticket_id: Option<TicketId>,
    pub subject: String,
    pub message: Vec<u8>,
    pub dedupe_key: String,
    pub sent_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// Adds notifications, except those whose deduplication keys exist.
pub fn insert(tx: &mut Tx<'_>, new: &[NewInboxRow]) -> Result<()> {
    diesel::insert_into(notifications::table)
        .values(new)
        .on_conflict(notifications::dedupe_key)
        .do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn of(user: UserId) -> _ {
    let in_app: NotificationType = NotificationType::InApp;
    notifications::table
        .filter(notifications::user_id.eq(user))
        .filter(notifications::type_.eq(in_app))
}

/// Returns the newest notifications of a user.
pub fn newest(conn: &mut Conn, user: UserId, options: &InboxOptions) -> Result<Vec<InboxRow>> {
    let mut rows = of(user)
        .order_by((notifications::created_at.desc(), notifications::id.desc()))
        .limit(MOST)
        .select(InboxRow::as_select())
        .into_boxed();
    if options.unread_only == Some(true) {
        rows = rows.filter(notifications::read_at.is_null());
    }
    if let Some(ticket) = options.ticket_id {
        rows = rows.filter(notifications::ticket_id.eq(ticket));
    }
    Ok(rows.load(conn)?)
}

/// Counts the unread notifications of a user, up to a maximum.
pub fn count_unread(conn: &mut Conn, user: UserId) -> Result<i64> {
    let unread = of(user)
        .filter(notifications::read_at.is_null())
        .select(notifications::id)
        .limit(MOST_UNREAD);
    Ok(Counted(unread).get_result(conn)?)
}

/// Marks a notification of a user as read, and returns it. A notification that was read keeps its time.
pub fn mark_read(
    tx: &mut Tx<'_>,
    user: UserId,
    id: NotificationId,
    now: DateTime<Utc>,
) -> Result<InboxRow> {
    let unread = of(user)
        .filter(notifications::id.eq(id))
        .filter(notifications::read_at.is_null());
    diesel::update(unread)
        .set((
            notifications::status.eq(NotificationStatus::Read),
            notifications::read_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(of(user)
        .filter(notifications::id.eq(id))
        .select(InboxRow::as_select())
        .first(tx.conn())?)
}

/// Marks the unread notifications of a user as read that were created up to a time.
pub fn mark_all_read(
    tx: &mut Tx<'_>,
    user: UserId,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let unread = of(user)
        .filter(notifications::created_at.le(until))
        .filter(notifications::read_at.is_null());
    diesel::update(unread)
        .set((
            notifications::status.eq(NotificationStatus::Read),
            notifications::read_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}
