//! Messages of tickets and their files.

use super::{MAX_FILES, MAX_TEXT, TicketChannel};
use crate::{Check, FieldErrors, TicketAttachmentId, TicketId, TicketMessageId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who wrote a message.
    SenderKind: text {
        /// The customer.
        Customer = "customer",
        /// A staff member.
        Staff = "staff",
        /// The system.
        System = "system",
    }
}

text_enum! {
    /// The status of a ticket after a reply to the customer.
    AfterReply: text {
        /// The ticket waits for the customer, and its clocks stand still.
        Wait = "wait",
        /// The status stays, and the clock of the resolution runs.
        Keep = "keep",
        /// The ticket is resolved.
        Resolve = "resolve",
    }
}

/// A message of a ticket. Customers never see internal notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketMessage {
    /// ID of the message.
    pub id: TicketMessageId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// The sender; null for the system, and null for customers where a staff member wrote the message.
    pub sender_id: Option<UserId>,
    /// Name of the sender, masked for support; null where `sender_id` is null.
    pub sender: Option<String>,
    /// Who wrote the message.
    pub sender_kind: SenderKind,
    /// Text of the message, in Markdown.
    pub message: String,
    /// True when the message cannot be decrypted; its text reads `(unreadable)`.
    #[serde(default)]
    pub is_unreadable: bool,
    /// How the message arrived.
    pub channel: TicketChannel,
    /// Attached files.
    pub attachments: Vec<Attachment>,
    /// Whether only staff can see the message.
    pub is_internal: bool,
    /// The staff members that an internal note mentions.
    pub mentions: Vec<UserId>,
    /// When the message was sent.
    pub created_at: DateTime<Utc>,
}

/// The messages of a ticket, the oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketThread {
    /// The messages: the newest 1,000.
    pub data: Vec<TicketMessage>,
}

/// A file attached to a message. It can be downloaded with a short-lived link that is created per request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// ID of the file.
    pub id: TicketAttachmentId,
    /// Original name of the file.
    pub name: String,
    /// Media type: `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: String,
    /// Size in bytes.
    pub size: i64,
}

/// A link that opens a file once it is requested, for 60 seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AttachmentLink {
    /// The URL of the file.
    pub url: String,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
}

filter! {
    /// The description of a file to upload.
    AttachmentOptions {
        /// Name of the file.
        file_name: String,
    }
}

/// A message to add to a ticket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicketMessage {
    /// Text of the message, in Markdown.
    #[cfg_attr(feature = "server", schema(example = "Please switch data roaming on."))]
    pub message: String,
    /// Whether only staff can see the message. Only staff can write internal notes.
    #[serde(default)]
    pub is_internal: bool,
    /// Files that the caller has uploaded to the ticket.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<TicketAttachmentId>,
    /// The staff members that an internal note mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// The status of the ticket after a reply of staff; `wait` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<AfterReply>,
}

impl Check for NewTicketMessage {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("message", &self.message, 1, MAX_TEXT);
        if self.attachments.len() > MAX_FILES {
            let message = format!("Attach {MAX_FILES} files at most.");
            bad.add("attachments", "too_many", message);
        }
        if self.mentions.len() > 20 {
            bad.add("mentions", "too_many", "Mention 20 people at most.");
        }
        if !self.is_internal && !self.mentions.is_empty() {
            bad.add(
                "mentions",
                "not_internal",
                "Only internal notes mention people.",
            );
        }
        if self.is_internal && self.then.is_some() {
            bad.add(
                "then",
                "internal",
                "An internal note does not change the status.",
            );
        }
    }
}
