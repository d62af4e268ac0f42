//! Notifications of staff in the panel.

use crate::{Check, FieldErrors, NotificationId, TicketId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The event that a notification reports.
    NotificationEvent: text {
        /// A ticket was assigned to the recipient.
        TicketAssigned = "ticket.assigned",
        /// An internal note mentions the recipient.
        TicketMentioned = "ticket.mentioned",
        /// A ticket has missed its service level.
        TicketBreached = "ticket.breached",
    }
}

/// A notification of the caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct InboxNotification {
    /// ID of the notification.
    pub id: NotificationId,
    /// The event that the notification reports.
    pub event: NotificationEvent,
    /// Title.
    pub title: String,
    /// Text.
    pub message: String,
    /// True when the text cannot be decrypted; it reads `(unreadable)`.
    #[serde(default)]
    pub is_unreadable: bool,
    /// The ticket that the notification is about.
    pub ticket_id: Option<TicketId>,
    /// When the caller read the notification; null while it is unread.
    pub read_at: Option<DateTime<Utc>>,
    /// When the event occurred.
    pub created_at: DateTime<Utc>,
}

/// The notifications of the caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Inbox {
    /// Number of unread notifications, up to 1,000.
    pub unread: i64,
    /// The newest notifications, 100 at most, the newest first.
    pub data: Vec<InboxNotification>,
}

filter! {
    /// Which notifications of the caller to show.
    InboxOptions {
        /// Whether to leave out the notifications that were read.
        unread_only: bool,
        /// Notifications about this ticket.
        ticket_id: TicketId,
    }
}

/// The notifications to mark as read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReadAll {
    /// The notifications that were created up to this time; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Check for ReadAll {
    fn check(&self, _: &mut FieldErrors) {}
}
