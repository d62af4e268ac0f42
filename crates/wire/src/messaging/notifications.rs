//! Messages to customers: the outbox.

use crate::{AnyOf, EsimId, NotificationId, OrderId, Resource, TemplateId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The way a message goes.
    NotificationType: NotificationType, "notification_type" { Email = "email", Sms = "sms", Push = "push", InApp = "in_app" }
}
text_enum! {
    /// How far a message has come.
    NotificationStatus: NotificationStatus, "notification_status" { Pending = "pending", Sent = "sent", Failed = "failed", Read = "read" }
}

/// A message to somebody. Its text is shown with activation codes masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Notification {
    /// Which message.
    pub id: NotificationId,
    /// To whom.
    pub user_id: UserId,
    /// The way it goes.
    pub r#type: NotificationType,
    /// The template it was made from.
    pub template_id: Option<TemplateId>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text, secrets masked.
    pub message: String,
    /// Where it goes, masked.
    pub destination: String,
    /// True when the message or the address cannot be read any more; such a value reads `(unreadable)`.
    #[serde(default)]
    pub is_unreadable: bool,
    /// How far it has come.
    pub status: NotificationStatus,
    /// How often sending was tried.
    pub attempts: i32,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    /// The eSIM it is about.
    pub esim_id: Option<EsimId>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Whether messages can be sent at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NotificationSetup {
    /// Email.
    pub email: ChannelSetup,
}

/// Whether one way of sending is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChannelSetup {
    /// Whether the server has what it needs for it, such as the address of a mail server.
    pub configured: bool,
    /// How many messages wait to be sent this way.
    pub waiting: i64,
}

filter! {
    /// What the list of messages can be narrowed by.
    NotificationFilter {
        /// To this person.
        user_id: UserId,
        /// Any of these ways.
        r#type: AnyOf<NotificationType>,
        /// Any of these states.
        status: AnyOf<NotificationStatus>,
        /// About this order.
        order_id: OrderId,
        /// Written at or after.
        created_at_from: DateTime<Utc>,
        /// Written before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of messages can be ordered by. */ NotificationSort { CreatedAt = "created_at" desc, SentAt = "sent_at" });

impl Resource for Notification {
    const PATH: &'static str = "/v1/notifications";
    const ONE: &'static str = "notification";
    const MANY: &'static str = "notifications";
    const NAMES_PEOPLE: bool = true;
    type Id = NotificationId;
    type Filter = NotificationFilter;
    type Sort = NotificationSort;
    fn id(&self) -> NotificationId {
        self.id
    }
    fn label(&self) -> String {
        self.subject.clone().unwrap_or_default()
    }
}
