//! What happened to a person and through them: the timeline of their page.

use crate::{AnyOf, UserId, billing::orders::Tone};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What an event is about.
    HappeningKind: text {
        /// The account itself: created, changed, suspended.
        Account = "account",
        /// Signing in.
        Login = "login",
        /// Documents, and what was decided about them.
        Kyc = "kyc",
        /// Orders.
        Order = "order",
        /// Payments and refunds.
        Payment = "payment",
        /// The states of their eSIMs.
        Esim = "esim",
        /// What was sent to them.
        Message = "message",
        /// What they asked the support.
        Ticket = "ticket",
    }
}
text_enum! {
    /// What kind of record an event leads to.
    SubjectKind: text {
        User = "user", Session = "session", KycDocument = "kyc_document", Order = "order", Transaction = "transaction",
        Refund = "refund", Esim = "esim", Notification = "notification", Ticket = "ticket",
    }
}

/// Events of a person's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Happenings {
    /// The events, the newest first.
    pub data: Vec<Happening>,
    /// Give it as `after` for what was before these; null when that is all.
    pub next: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Happening {
    /// Which event; stays the same however often it is asked for.
    pub id: uuid::Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub kind: HappeningKind,
    /// What, in a word of the trade: `ordered`, `suspended`, `signed in`, ...
    pub what: String,
    /// What, in a sentence.
    pub sentence: String,
    /// Whether it is good.
    pub tone: Tone,
    /// Who did it; null for the system, and for whoever need not know.
    pub actor_id: Option<UserId>,
    /// Who, by name.
    pub actor: Option<String>,
    /// The record that it left.
    pub subject: Option<Subject>,
}

/// The record that an event left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Subject {
    /// What kind of record.
    pub kind: SubjectKind,
    /// Which one.
    pub id: uuid::Uuid,
    /// What people call it, such as `ORD-100001`.
    pub label: String,
}

filter! {
    /// Which part of a timeline is asked for.
    HappeningFilter {
        /// About any of these.
        kind: AnyOf<HappeningKind>,
        /// How many events, 1 to 100; 50 when absent.
        limit: i32,
        /// The `next` of the part that came after this one in time.
        after: String,
    }
}
