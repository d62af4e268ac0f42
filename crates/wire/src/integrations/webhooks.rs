//! Webhooks that came in.

text_enum! {
    /// What became of a webhook.
    ReceiptStatus: ReceiptStatus, "receipt_status" { Received = "received", Applied = "applied", Ignored = "ignored", Rejected = "rejected", Failed = "failed" }
}
