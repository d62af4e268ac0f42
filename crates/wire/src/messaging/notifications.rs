//! Messages to users and their delivery.

use crate::{AnyOf, EsimId, NotificationId, OrderId, Resource, TemplateId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Channel of a message.
    NotificationType: NotificationType, "notification_type" { Email = "email", Sms = "sms", Push = "push", InApp = "in_app" }
}
text_enum! {
    /// Status of a message.
    NotificationStatus: NotificationStatus, "notification_status" { Pending = "pending", Sent = "sent", Failed = "failed", Read = "read" }
}

/// A message to a user. Activation codes in its text are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Notification {
    /// ID of the message.
    pub id: NotificationId,
    /// The recipient.
    pub user_id: UserId,
    /// Channel of the message.
    pub r#type: NotificationType,
    /// The template of the message.
    pub template_id: Option<TemplateId>,
    /// Subject.
    pub subject: Option<String>,
    /// Text with masked secrets.
    pub message: String,
    /// Masked address of the recipient.
    pub destination: String,
    /// True when the message or the address cannot be decrypted; such a value reads `(unreadable)`.
    #[serde(default)]
    pub is_unreadable: bool,
    /// Status of the message.
    pub status: NotificationStatus,
    /// Number of attempts to send the message.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// The order that the message is about.
    pub order_id: Option<OrderId>,
    /// The eSIM that the message is about.
    pub esim_id: Option<EsimId>,
    /// When the message was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the recipient read the message.
    pub read_at: Option<DateTime<Utc>>,
    /// When the message was created.
    pub created_at: DateTime<Utc>,
}

/// Whether the channels for messages are configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NotificationSetup {
    /// The email channel.
    pub email: ChannelSetup,
}

/// Configuration status of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChannelSetup {
    /// Whether the server has the configuration for the channel, such as the address of a mail server.
    pub configured: bool,
    /// Number of messages that wait to be sent.
    pub waiting: i64,
}

filter! {
    /// Filter of the list of messages.
    NotificationFilter {
        /// Messages to this user.
        user_id: UserId,
        /// Messages of any of these channels.
        r#type: AnyOf<NotificationType>,
        /// Messages with any of these statuses.
        status: AnyOf<NotificationStatus>,
        /// Messages about this order.
        order_id: OrderId,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of messages.
    NotificationSort { CreatedAt = "created_at" desc, SentAt = "sent_at" });

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
