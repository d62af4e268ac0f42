//! Support tickets and what was written in them.

use crate::{EsimId, JsonList, TicketId, TicketMessageId, TransactionId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How soon a ticket wants an answer.
    TicketPriority: TicketPriority, "ticket_priority" { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
}

text_enum! {
    /// How far a ticket has come.
    TicketStatus: TicketStatus, "ticket_status" { Open = "open", InProgress = "in_progress", Resolved = "resolved", Closed = "closed" }
}

/// A customer's question or complaint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::support_tickets, check_for_backend(diesel::pg::Pg)))]
pub struct Ticket {
    /// Which ticket.
    pub id: TicketId,
    /// What people call it, such as `TKT-100001`.
    pub ticket_number: String,
    /// The customer.
    pub user_id: UserId,
    /// Who of the staff has taken it on.
    pub assigned_to: Option<UserId>,
    /// The eSIM it is about.
    pub esim_id: Option<EsimId>,
    /// The payment it is about.
    pub transaction_id: Option<TransactionId>,
    /// What it is about.
    pub subject: String,
    /// What happened, in the customer's words.
    pub description: String,
    /// How soon it wants an answer.
    pub priority: TicketPriority,
    /// How far it has come.
    pub status: TicketStatus,
    /// What kind of question it is.
    pub category: Option<String>,
    /// How often it was opened again.
    pub reopened_count: i32,
    /// When the customer was first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it was put into the archive.
    pub archived_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// One message of a ticket. Customers never see an internal one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::ticket_messages, check_for_backend(diesel::pg::Pg)))]
pub struct TicketMessage {
    /// Which message.
    pub id: TicketMessageId,
    /// Of this ticket.
    pub ticket_id: TicketId,
    /// Who wrote it; null for the system.
    pub sender_id: Option<UserId>,
    /// What they wrote.
    pub message: String,
    /// Files that came with it.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<Attachment>>))]
    pub attachments: Option<JsonList<Attachment>>,
    /// Whether it is a note among the staff.
    pub is_internal: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// A file that came with a message. It is fetched by a short-lived link that is made per request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// What it was called when it was uploaded.
    pub name: String,
    /// What it is, such as `image/png`.
    pub content_type: String,
    /// How large it is, in bytes.
    pub size: i64,
}
