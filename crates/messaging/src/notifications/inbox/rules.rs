//! Rules of the notifications in the panel.

use super::super::rules::{SealedMessage, field_context, open_sealed};
use super::query::{self, InboxRow, NewInboxRow};
use chrono::{DateTime, Utc};
use platform::{Actor, Conn, Error, Result, Tx, crypto::Keyring, people};
use wire::{
    NotificationId, TicketId, UserId,
    messaging::{
        inbox::{Inbox, InboxNotification, InboxOptions, NotificationEvent},
        notifications::{NotificationStatus, NotificationType},
    },
};

/// A notification to show to a user in the panel.
#[derive(Debug, Clone)]
pub struct InboxMessage {
    /// The recipient.
    pub user_id: UserId,
    /// The event.
    pub event: NotificationEvent,
    /// The ticket that it is about.
    pub ticket_id: Option<TicketId>,
    /// The title, without personal data.
    pub title: String,
    /// The text.
    pub message: String,
    /// The deduplication key: a second notification with the same key is not added.
    pub dedupe_key: String,
}

/// Adds notifications, in one statement.
pub fn notify(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    messages: Vec<InboxMessage>,
    now: DateTime<Utc>,
) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows: Vec<NewInboxRow> = messages
        .into_iter()
        .map(|message| seal(keys, message, now))
        .collect::<Result<_>>()?;
    query::insert(tx, &rows)
}

fn seal(keys: &Keyring, new: InboxMessage, now: DateTime<Utc>) -> Result<NewInboxRow> {
    let id = NotificationId::new();
    let message = SealedMessage {
        text: new.message,
        codes: Vec::new(),
    };
    let message = serde_json::to_string(&message).map_err(Error::internal)?;
    Ok(NewInboxRow {
        id,
        user_id: new.user_id,
        type_: NotificationType::InApp,
        status: NotificationStatus::Sent,
        event: new.event,
        ticket_id: new.ticket_id,
        subject: new.title.chars().take(255).collect(),
        message: keys.seal(field_context(id, "message"), &message)?,
        dedupe_key: new.dedupe_key,
        sent_at: now,
        created_at: now,
    })
}

/// Returns the notifications of the actor.
pub fn show(conn: &mut Conn, actor: &Actor, options: &InboxOptions) -> Result<Inbox> {
    let me = actor.person()?;
    let unread = query::count_unread(conn, me)?;
    let data = query::newest(conn, me, options)?
        .into_iter()
        .map(|row| show_row(conn, &actor.keys, row))
        .collect::<Result<_>>()?;
    Ok(Inbox { unread, data })
}

/// Marks a notification of the actor as read.
pub fn read(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: NotificationId,
    now: DateTime<Utc>,
) -> Result<InboxNotification> {
    let row = query::mark_read(tx, actor.person()?, id, now)?;
    show_row(tx.conn(), &actor.keys, row)
}

/// Marks the notifications of the actor as read that were created up to a time, and returns all of them.
pub fn read_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Inbox> {
    query::mark_all_read(tx, actor.person()?, until, now)?;
    show(tx.conn(), actor, &InboxOptions::default())
}

fn show_row(conn: &mut Conn, keys: &Keyring, row: InboxRow) -> Result<InboxNotification> {
    let opened = open_sealed(keys, row.id, &row.message);
    let message = people::value_or_report(conn, keys, opened)?;
    Ok(InboxNotification {
        id: row.id,
        event: row
            .event
            .ok_or_else(|| Error::internal(format!("notification {} has no event", row.id)))?,
        title: row.subject.unwrap_or_default(),
        is_unreadable: message.is_none(),
        message: message.map_or_else(|| people::UNREADABLE.to_owned(), |message| message.text),
        ticket_id: row.ticket_id,
        read_at: row.read_at,
        created_at: row.created_at,
    })
}
