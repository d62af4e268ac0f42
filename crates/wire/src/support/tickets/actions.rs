//! Actions on tickets.

use super::{TicketPriority, check_tags};
use crate::{Check, FieldErrors, TicketId, TicketMessageId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The staff member who works on a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AssignTicket {
    /// The staff member; null releases the ticket.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "server", schema(required))]
    pub assigned_to: Option<UserId>,
}

/// The ticket that receives the messages of another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MergeTicket {
    /// The ticket that stays, of the same customer.
    pub into_id: TicketId,
}

/// Messages to move to a new ticket of the same customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SplitTicket {
    /// The messages.
    pub message_ids: Vec<TicketMessageId>,
    /// Subject of the new ticket.
    #[cfg_attr(feature = "server", schema(example = "Invoice with a company name"))]
    pub subject: String,
}

/// An action on many tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum BulkTicketAction {
    /// Assign the tickets to a staff member, or to no staff member.
    Assign(Option<UserId>),
    /// Set the priority.
    SetPriority(TicketPriority),
    /// Add a tag.
    AddTag(String),
    /// Remove a tag.
    RemoveTag(String),
    /// Resolve the tickets.
    Resolve,
    /// Close the tickets.
    Close,
    /// Merge the tickets into one of the same customer.
    MergeInto(TicketId),
}

impl BulkTicketAction {
    /// Validates the value of the action.
    pub fn check(&self, bad: &mut FieldErrors) {
        if let Self::AddTag(tag) | Self::RemoveTag(tag) = self {
            check_tags(bad, "action", std::slice::from_ref(tag));
        }
    }
}

/// The customer's rating of the support.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicketRating {
    /// Score from 1, very bad, to 5, very good.
    #[cfg_attr(feature = "server", schema(example = 5))]
    pub score: i32,
    /// Comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A customer's rating of the support.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketRating {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Score from 1, very bad, to 5, very good.
    pub score: i32,
    /// Comment.
    pub comment: Option<String>,
    /// When the customer rated the support.
    pub created_at: DateTime<Utc>,
}

impl Check for AssignTicket {
    fn check(&self, _: &mut FieldErrors) {}
}

impl Check for MergeTicket {
    fn check(&self, _: &mut FieldErrors) {}
}

impl Check for SplitTicket {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("subject", &self.subject, 1, 255);
        if self.message_ids.is_empty() {
            bad.add("message_ids", "required", "Choose at least one message.");
        }
        if self.message_ids.len() > 200 {
            bad.add("message_ids", "too_many", "Choose 200 messages at most.");
        }
    }
}

impl Check for NewTicketRating {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("score", self.score.into(), 1, 5);
        if let Some(comment) = &self.comment {
            bad.lines("comment", comment, 1, 2000);
        }
    }
}
