//! Received webhooks.

text_enum! {
    /// Result of processing a webhook.
    WebhookReceiptStatus: ReceiptStatus, "receipt_status" { Received = "received", Applied = "applied", Ignored = "ignored", Rejected = "rejected", Failed = "failed" }
}
