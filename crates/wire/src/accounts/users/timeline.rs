//! The timeline of a user: events of the account, its orders, payments, eSIMs and messages.

use crate::{AnyOf, UserId, billing::orders::EventTone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// The subject area of a timeline event.
    TimelineEventKind: text {
        /// The account: created, changed, suspended.
        Account = "account",
        /// Signing in.
        Login = "login",
        /// Identity documents and decisions about them.
        Kyc = "kyc",
        /// Orders.
        Order = "order",
        /// Payments and refunds.
        Payment = "payment",
        /// Status changes of eSIMs.
        Esim = "esim",
        /// Messages to the user.
        Message = "message",
        /// Support tickets.
        Ticket = "ticket",
    }
}
text_enum! {
    /// The type of the record that an event refers to.
    TimelineSubjectKind: text {
        User = "user", Session = "session", KycDocument = "kyc_document", Order = "order", Transaction = "transaction",
        Refund = "refund", Esim = "esim", Notification = "notification", Ticket = "ticket",
    }
}

/// A page of a user's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UserTimeline {
    /// The events, the newest first.
    pub data: Vec<TimelineEvent>,
    /// Cursor of older events: send it as `after`. Null when there are none.
    pub next: Option<String>,
}

/// An event of a user's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TimelineEvent {
    /// ID of the event; it is the same in every response.
    pub id: uuid::Uuid,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// Subject area of the event.
    pub kind: TimelineEventKind,
    /// Name of the event: `Order placed`, `Account suspended`, `Signed in`, ...
    pub what: String,
    /// Description of the event in a sentence.
    pub sentence: String,
    /// Whether the event is good or bad news.
    pub tone: EventTone,
    /// The user who caused the event; null for the system, and for callers who may not see the actor.
    pub actor_id: Option<UserId>,
    /// Name of the actor.
    pub actor: Option<String>,
    /// The record that the event refers to.
    pub subject: Option<TimelineSubject>,
}

/// The record that an event refers to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TimelineSubject {
    /// Type of the record.
    pub kind: TimelineSubjectKind,
    /// ID of the record.
    pub id: uuid::Uuid,
    /// Display name of the record, such as `ORD-100001`.
    pub label: String,
}

filter! {
    /// Filter and page of a user's timeline.
    TimelineFilter {
        /// Events of any of these kinds.
        kind: AnyOf<TimelineEventKind>,
        /// Number of events, 1 to 100; 50 when absent.
        limit: i32,
        /// The `next` of the previous page.
        after: String,
    }
}
