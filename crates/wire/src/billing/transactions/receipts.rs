//! What a gateway has told of a payment.

use crate::{ReceiptId, integrations::webhooks::ReceiptStatus};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One thing that a gateway has told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::webhook_receipts, check_for_backend(diesel::pg::Pg)))]
pub struct Receipt {
    /// Which receipt.
    pub id: ReceiptId,
    /// The gateway.
    pub source: String,
    /// Its id of the event.
    pub event_id: Option<String>,
    /// Its word for the event.
    pub event_type: Option<String>,
    /// What became of it here.
    pub status: ReceiptStatus,
    /// Why.
    pub note: Option<String>,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// What a gateway has told of a payment, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Receipts {
    /// The receipts.
    pub data: Vec<Receipt>,
}
