//! Requests that create and change tickets.

use super::{MAX_TEXT, TicketPriority, check_tags};
use crate::{Check, EsimId, FieldErrors, OrderId, TransactionId, UserId, check::edit_field};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// A ticket to open. The eSIM, the order and the payment are found in the text when they are absent: by an ICCID, the
/// number of an order or an ID of the customer's.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicket {
    /// The customer; the caller when a customer calls.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// Subject.
    #[cfg_attr(feature = "server", schema(example = "No connection in Italy"))]
    pub subject: String,
    /// Description.
    #[cfg_attr(
        feature = "server",
        schema(example = "The eSIM is installed, but the phone finds no network.")
    )]
    pub description: String,
    /// Priority; medium when absent. Only staff can set it.
    #[serde(default)]
    pub priority: Option<TicketPriority>,
    /// Category.
    #[serde(default)]
    pub category: Option<String>,
    /// Tags. Only staff can set them.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
    /// The eSIM that the ticket is about.
    #[serde(default)]
    pub esim_id: Option<EsimId>,
    /// The order that the ticket is about.
    #[serde(default)]
    pub order_id: Option<OrderId>,
    /// The payment that the ticket is about.
    #[serde(default)]
    pub transaction_id: Option<TransactionId>,
}

/// A change of a ticket; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditTicket {
    /// Subject.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub subject: Option<String>,
    /// Priority. The due times are calculated again from the creation of the ticket.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub priority: Option<TicketPriority>,
    /// Category.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub category: Option<Option<String>>,
    /// Tags.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub tags: Option<Vec<String>>,
    /// The eSIM that the ticket is about.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub esim_id: Option<Option<EsimId>>,
    /// The order that the ticket is about.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub order_id: Option<Option<OrderId>>,
    /// The payment that the ticket is about.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub transaction_id: Option<Option<TransactionId>>,
}

impl Check for NewTicket {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("subject", &self.subject, 1, 255);
        bad.lines("description", &self.description, 1, MAX_TEXT);
        if let Some(category) = &self.category {
            bad.length("category", category, 1, 50);
        }
        if let Some(tags) = &self.tags {
            check_tags(bad, "tags", tags);
        }
    }
}

impl Check for EditTicket {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(subject) = &self.subject {
            bad.length("subject", subject, 1, 255);
        }
        if let Some(Some(category)) = &self.category {
            bad.length("category", category, 1, 50);
        }
        if let Some(tags) = &self.tags {
            check_tags(bad, "tags", tags);
        }
    }
}
