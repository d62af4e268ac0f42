//! Support tickets and their messages.

use crate::{EsimId, JsonList, TicketId, TicketMessageId, TransactionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Priority of a ticket.
    TicketPriority: TicketPriority, "ticket_priority" { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
}

text_enum! {
    /// Status of a ticket.
    TicketStatus: TicketStatus, "ticket_status" { Open = "open", InProgress = "in_progress", Resolved = "resolved", Closed = "closed" }
}

/// A support ticket of a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::support_tickets, check_for_backend(diesel::pg::Pg)))]
pub struct Ticket {
    /// ID of the ticket.
    pub id: TicketId,
    /// Ticket number, such as `TKT-100001`.
    pub ticket_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The staff member who works on the ticket.
    pub assigned_to: Option<UserId>,
    /// The eSIM that the ticket is about.
    pub esim_id: Option<EsimId>,
    /// The payment that the ticket is about.
    pub transaction_id: Option<TransactionId>,
    /// Subject.
    pub subject: String,
    /// Description in the customer's words.
    pub description: String,
    /// Priority.
    pub priority: TicketPriority,
    /// Status.
    pub status: TicketStatus,
    /// Category.
    pub category: Option<String>,
    /// How often the ticket was reopened.
    pub reopened_count: i32,
    /// When staff first responded.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When the ticket was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When the ticket was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When the ticket was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// Version of the ticket, as sent in the `ETag`.
    pub version: i32,
    /// When the ticket was created.
    pub created_at: DateTime<Utc>,
    /// When the ticket was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A message of a ticket. Customers never see internal messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::ticket_messages, check_for_backend(diesel::pg::Pg)))]
pub struct TicketMessage {
    /// ID of the message.
    pub id: TicketMessageId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// The sender; null for the system.
    pub sender_id: Option<UserId>,
    /// Text of the message.
    pub message: String,
    /// Attached files.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<Attachment>>))]
    pub attachments: Option<JsonList<Attachment>>,
    /// Whether only staff can see the message.
    pub is_internal: bool,
    /// When the message was sent.
    pub created_at: DateTime<Utc>,
}

/// A file attached to a message. It can be downloaded with a short-lived link that is created per request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Original name of the file.
    pub name: String,
    /// Media type, such as `image/png`.
    pub content_type: String,
    /// Size in bytes.
    pub size: i64,
}
