//! Received webhooks.

use crate::{AnyOf, ProviderId, Resource, WebhookReceiptId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Result of processing a webhook.
    WebhookReceiptStatus: ReceiptStatus, "receipt_status" { Received = "received", Applied = "applied", Ignored = "ignored", Rejected = "rejected", Failed = "failed" }
}

/// A webhook of a provider. Webhooks with an invalid signature are counted by network and minute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProviderWebhook {
    /// ID of the webhook receipt.
    pub id: WebhookReceiptId,
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub provider_name: String,
    /// ID of the event at the provider.
    pub event_id: Option<String>,
    /// Type of the event, as the provider names it.
    pub event_type: Option<String>,
    /// Whether the provider signed the webhook. Otherwise only the token in the address was verified.
    pub is_signed: bool,
    /// Result of processing the webhook.
    pub status: WebhookReceiptStatus,
    /// Explanation of the status.
    pub note: Option<String>,
    /// Network of the sender of rejected webhooks.
    pub network: Option<String>,
    /// Number of deliveries: above 1 for rejected webhooks of one minute.
    pub deliveries: i32,
    /// How often an administrator has replayed the webhook.
    pub replays: i32,
    /// Version of the webhook receipt, as sent in the `ETag`.
    pub version: i32,
    /// When the server received the webhook.
    pub received_at: DateTime<Utc>,
    /// When it was applied.
    pub applied_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the list of webhooks of providers.
    ProviderWebhookFilter {
        /// Webhooks of this provider.
        provider_id: ProviderId,
        /// Webhooks with any of these results.
        status: AnyOf<WebhookReceiptStatus>,
        /// Prefix of an event ID.
        q: String,
        /// Received at or after.
        received_at_from: DateTime<Utc>,
        /// Received before.
        received_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of webhooks of providers.
    ProviderWebhookSort { ReceivedAt = "received_at" desc });

impl Resource for ProviderWebhook {
    const PATH: &'static str = "/v1/provider-webhooks";
    const ONE: &'static str = "provider webhook";
    const MANY: &'static str = "provider webhooks";
    type Id = WebhookReceiptId;
    type Filter = ProviderWebhookFilter;
    type Sort = ProviderWebhookSort;
    fn id(&self) -> WebhookReceiptId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.event_type.clone().unwrap_or_default()
    }
}
