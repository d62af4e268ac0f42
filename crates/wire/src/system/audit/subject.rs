//! The records that events of the audit log refer to.

use crate::{
    ApiClientId, ArticleId, CaseId, DisputeId, EsimId, InboundEmailId, InvoiceId, JobId,
    KycDocumentId, MacroId, NotificationId, OfferId, OrderId, PlanId, PriceChangeId, PriceId,
    PriceListId, PromotionId, ProviderId, RefundId, ReportLockId, SessionId, SettingId,
    SlaPolicyId, StockThresholdId, SupplierClaimId, TicketId, TicketRuleId, TransactionId,
    TwilioConfigId, UserId, ViewId, WebhookReceiptId,
};
use uuid::Uuid;

/// The ID of a record that events of the audit log refer to. The type of the ID determines the type of the record, so an
/// event cannot name another type.
pub trait Auditable: Copy {
    /// The type of the record in the audit log, such as `order`.
    const KIND: &'static str;
    /// Returns the ID.
    fn uuid(self) -> Uuid;
}

macro_rules! auditable {
    ($($id:ident = $kind:literal),+ $(,)?) => {$(
        impl Auditable for $id {
            const KIND: &'static str = $kind;
            fn uuid(self) -> Uuid { self.0 }
        }
    )+};
}

auditable! {
    ApiClientId = "api_client",
    ArticleId = "article",
    CaseId = "case",
    DisputeId = "dispute",
    EsimId = "esim",
    InboundEmailId = "inbound_email",
    InvoiceId = "invoice",
    JobId = "job",
    KycDocumentId = "kyc_document",
    MacroId = "macro",
    NotificationId = "notification",
    OfferId = "offer",
    OrderId = "order",
    PlanId = "plan",
    PriceChangeId = "price_change",
    PriceId = "price",
    PriceListId = "price_list",
    PromotionId = "promotion",
    ProviderId = "provider",
    RefundId = "refund",
    ReportLockId = "report_lock",
    SessionId = "session",
    SettingId = "setting",
    SlaPolicyId = "sla_policy",
    StockThresholdId = "stock_threshold",
    SupplierClaimId = "supplier_claim",
    TicketId = "ticket",
    TicketRuleId = "ticket_rule",
    TransactionId = "transaction",
    TwilioConfigId = "twilio_config",
    UserId = "user",
    ViewId = "view",
    WebhookReceiptId = "webhook_receipt",
}
