//! Support tickets and their messages.

mod actions;
mod context;
mod input;
mod messages;

pub use actions::{
    AssignTicket, BulkTicketAction, MergeTicket, NewTicketRating, SplitTicket, TicketRating,
};
pub use context::{
    ContextCustomer, ContextEsim, ContextOrder, ContextPayment, ContextRefund, ContextTicket,
    PresencePing, PresentPerson, TicketContext, TicketHistory, TicketPresence,
};
pub use input::{EditTicket, NewTicket};
pub use messages::{
    AfterReply, Attachment, AttachmentLink, AttachmentOptions, NewTicketMessage, SenderKind,
    TicketMessage, TicketThread,
};

use super::sla::TicketClocks;
use crate::{
    AnyOf, EsimId, FieldErrors, OrderId, Param, Resource, TicketId, TransactionId, UserId,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Maximum number of characters of a description or a message.
pub const MAX_TEXT: usize = 20_000;
/// Maximum number of tags of a ticket.
pub const MAX_TAGS: usize = 20;
/// Maximum number of files of a message.
pub const MAX_FILES: usize = 10;
/// How long a signal of a person who views a ticket counts.
pub const PRESENCE_DURATION: TimeDelta = TimeDelta::seconds(30);
/// How long a link to a file is valid.
pub const FILE_LINK_LIFETIME: TimeDelta = TimeDelta::seconds(60);

text_enum! {
    /// Priority of a ticket.
    TicketPriority: TicketPriority, "ticket_priority" { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
}

text_enum! {
    /// Status of a ticket.
    TicketStatus: TicketStatus, "ticket_status" { Open = "open", InProgress = "in_progress", Resolved = "resolved", Closed = "closed" }
}

text_enum! {
    /// How a ticket or a message arrived.
    TicketChannel: TicketChannel, "ticket_channel" {
        /// Staff wrote it in the panel.
        Panel = "panel",
        /// A customer or an API client sent it.
        Api = "api",
        /// It is an email.
        Email = "email",
    }
}

text_enum! {
    /// A queue of tickets, such as those of the caller.
    TicketView: text {
        /// Tickets that are assigned to the caller and not resolved.
        Mine = "mine",
        /// Tickets without an assignee that are not resolved.
        Unassigned = "unassigned",
        /// Tickets with a due time that has passed.
        Overdue = "overdue",
        /// Tickets that wait for the customer.
        Waiting = "waiting",
        /// Tickets that are not resolved and do not wait for the customer.
        ToDo = "to_do",
        /// Tickets with an internal note that mentions the caller.
        Mentions = "mentions",
    }
}

impl TicketStatus {
    /// Returns whether a ticket of this status can get the status `to`. A closed ticket stays closed: an answer to it opens
    /// a new ticket.
    pub const fn can_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Open, Self::InProgress | Self::Resolved | Self::Closed)
                | (Self::InProgress, Self::Open | Self::Resolved | Self::Closed)
                | (Self::Resolved, Self::Open | Self::Closed)
        )
    }

    /// Returns whether staff still work on a ticket of this status.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }
}

/// A support ticket of a customer. Customers and API clients see neither the assignee nor the tags, the due times and the
/// category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// ID of the ticket.
    pub id: TicketId,
    /// Ticket number, such as `TCK-2026-000123`.
    pub ticket_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// The staff member who works on the ticket.
    pub assigned_to: Option<UserId>,
    /// Name of this staff member.
    pub assignee: Option<String>,
    /// The eSIM that the ticket is about.
    pub esim_id: Option<EsimId>,
    /// The order that the ticket is about.
    pub order_id: Option<OrderId>,
    /// The payment that the ticket is about.
    pub transaction_id: Option<TransactionId>,
    /// Subject.
    pub subject: String,
    /// Description in the customer's words.
    pub description: String,
    /// True when the subject or the description cannot be decrypted; such a value reads `(unreadable)`.
    #[serde(default)]
    pub is_unreadable: bool,
    /// Priority.
    pub priority: TicketPriority,
    /// Status.
    pub status: TicketStatus,
    /// Category.
    pub category: Option<String>,
    /// How the ticket arrived.
    pub channel: TicketChannel,
    /// Tags.
    pub tags: Vec<String>,
    /// Since when the ticket waits for an answer of the customer.
    pub waiting_since: Option<DateTime<Utc>>,
    /// When the next clock is due; null while no clock runs.
    pub next_due_at: Option<DateTime<Utc>>,
    /// The clocks of the service level.
    pub clocks: Option<TicketClocks>,
    /// The ticket that this one was merged into.
    pub merged_into_id: Option<TicketId>,
    /// The ticket that this one continues.
    pub follows_id: Option<TicketId>,
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
    /// When the last message to or from the customer was sent.
    pub last_message_at: DateTime<Utc>,
    /// Version of the ticket, as sent in the `ETag`.
    pub version: i32,
    /// When the ticket was created.
    pub created_at: DateTime<Utc>,
    /// When the ticket was last changed.
    pub updated_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of tickets.
    TicketFilter {
        /// Prefix of a ticket number, words of the ticket or its messages, or the customer's name or email address.
        q: String,
        /// A queue of tickets.
        queue: TicketView,
        /// Tickets with any of these statuses.
        status: AnyOf<TicketStatus>,
        /// Tickets with any of these priorities.
        priority: AnyOf<TicketPriority>,
        /// Tickets that arrived by any of these channels.
        channel: AnyOf<TicketChannel>,
        /// Tickets of this category.
        category: String,
        /// Tickets with this tag.
        tag: String,
        /// Tickets of this customer.
        user_id: UserId,
        /// Tickets that are assigned to this staff member.
        assigned_to: UserId,
        /// Tickets about this eSIM.
        esim_id: EsimId,
        /// Tickets about this order.
        order_id: OrderId,
        /// Tickets about this payment.
        transaction_id: TransactionId,
        /// Tickets with a clock that is due before.
        due_before: DateTime<Utc>,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of tickets.
    TicketSort {
    CreatedAt = "created_at" desc, NextDueAt = "next_due_at", Priority = "priority", LastMessageAt = "last_message_at", UpdatedAt = "updated_at"
});

impl Resource for Ticket {
    const PATH: &'static str = "/v1/tickets";
    const ONE: &'static str = "ticket";
    const MANY: &'static str = "tickets";
    const NAMES_PEOPLE: bool = true;
    type Id = TicketId;
    type Filter = TicketFilter;
    type Sort = TicketSort;
    fn id(&self) -> TicketId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.ticket_number.clone()
    }
}

/// A ticket in a URL, by its ID or its number.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketRef {
    /// By ID.
    Id(TicketId),
    /// By number.
    Number(String),
}

impl Param for TicketRef {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if let Ok(id) = TicketId::parse(text) {
            return Ok(Self::Id(id));
        }
        let number = crate::identifier::order_number(text);
        if number.len() <= 20 && number.starts_with("TCK-") {
            Ok(Self::Number(number))
        } else {
            Err("must be a UUID or a number such as TCK-2026-000123")
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Id(id) => id.show(),
            Self::Number(number) => number.clone(),
        }
    }
}

/// Returns a tag as it is stored: in lower case.
pub fn normalize_tag(tag: &str) -> String {
    crate::text::one_line(tag).to_lowercase()
}

/// Validates the tags of a ticket or a rule.
pub(crate) fn check_tags(bad: &mut FieldErrors, field: &str, tags: &[String]) {
    if tags.len() > MAX_TAGS {
        bad.add(field, "too_many", format!("Use {MAX_TAGS} tags at most."));
    }
    for tag in tags {
        bad.length(field, tag, 1, 50);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticket_is_named_by_id_or_number() {
        let id = TicketId(uuid::Uuid::nil());
        assert_eq!(TicketRef::parse(&id.to_string()), Ok(TicketRef::Id(id)));
        assert_eq!(
            TicketRef::parse(" tck–2026-000123 "),
            Ok(TicketRef::Number("TCK-2026-000123".into()))
        );
        for other in ["", "123", "ORD-1", "TCK-2026-0001230000000000"] {
            assert!(TicketRef::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn closed_is_final_and_only_resolved_tickets_reopen() {
        for &to in TicketStatus::ALL {
            assert!(!TicketStatus::Closed.can_become(to), "{to}");
            assert!(!to.can_become(to), "{to}");
        }
        assert!(TicketStatus::Resolved.can_become(TicketStatus::Open));
        assert!(!TicketStatus::Resolved.can_become(TicketStatus::InProgress));
    }
}
