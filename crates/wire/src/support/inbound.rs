//! Emails to support.

use crate::{AnyOf, InboundEmailId, Resource, TicketId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Status of a received email.
    InboundEmailStatus: InboundEmailStatus, "inbound_email_status" {
        /// A job reads the email soon.
        Received = "received",
        /// The email became a ticket or a message.
        Processed = "processed",
        /// The email was ignored: it is an automatic answer, a bounce, or an email of this system.
        Ignored = "ignored",
        /// The email could not be read.
        Failed = "failed",
    }
}

/// An email to support, without its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::inbound_emails, check_for_backend(diesel::pg::Pg)))]
pub struct InboundEmail {
    /// ID of the email.
    pub id: InboundEmailId,
    /// Status.
    pub status: InboundEmailStatus,
    /// Why the email was ignored.
    pub detail: Option<String>,
    /// The ticket of the email.
    pub ticket_id: Option<TicketId>,
    /// When the email was received.
    pub received_at: DateTime<Utc>,
    /// When the email was read.
    pub processed_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the received emails.
    InboundEmailFilter {
        /// Emails with any of these statuses.
        status: AnyOf<InboundEmailStatus>,
        /// Emails of this ticket.
        ticket_id: TicketId,
        /// Received at or after.
        received_at_from: DateTime<Utc>,
        /// Received before.
        received_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the received emails.
    InboundEmailSort { ReceivedAt = "received_at" desc });

impl Resource for InboundEmail {
    const PATH: &'static str = "/v1/inbound/emails";
    const ONE: &'static str = "received email";
    const MANY: &'static str = "received emails";
    type Id = InboundEmailId;
    type Filter = InboundEmailFilter;
    type Sort = InboundEmailSort;
    fn id(&self) -> InboundEmailId {
        self.id
    }
    fn label(&self) -> String {
        self.id.to_string()
    }
}
