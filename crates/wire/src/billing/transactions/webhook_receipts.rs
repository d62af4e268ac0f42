//! Webhooks of a payment gateway about a payment.

use crate::{WebhookReceiptId, integrations::webhooks::WebhookReceiptStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A webhook that a payment gateway has sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::webhook_receipts, check_for_backend(diesel::pg::Pg)))]
pub struct WebhookReceipt {
    /// ID of the webhook receipt.
    pub id: WebhookReceiptId,
    /// The payment gateway.
    pub source: String,
    /// ID of the event at the gateway.
    pub event_id: Option<String>,
    /// Type of the event, as the gateway names it.
    pub event_type: Option<String>,
    /// Result of processing the webhook.
    pub status: WebhookReceiptStatus,
    /// Explanation of the status.
    pub note: Option<String>,
    /// When the server received the webhook.
    pub received_at: DateTime<Utc>,
}

/// Webhooks about a payment, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WebhookReceiptList {
    /// The webhooks.
    pub data: Vec<WebhookReceipt>,
}
