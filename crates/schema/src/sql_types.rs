//! The native enums of the database, one marker type per enum.
//!
//! `wire` declares their values with `text_enum!`, and a test compares them with `pg_enum`.

use diesel::query_builder::QueryId;
use diesel::sql_types::SqlType;

macro_rules! native_enums {
    ($($(#[$doc:meta])* $name:ident = $sql:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, SqlType, QueryId)]
        #[diesel(postgres_type(name = $sql))]
        pub struct $name;
    )+};
}

native_enums! {
    /// `data_allocations.status`
    AllocationStatus = "allocation_status",
    /// `api_clients.mode`
    ApiClientMode = "api_client_mode",
    /// `provisioning_attempts.status`
    AttemptStatus = "attempt_status",
    /// `esim_bundles.status`
    BundleStatus = "bundle_status",
    /// `reconciliation_cases.kind`
    CaseKind = "case_kind",
    /// `reconciliation_cases.status`
    CaseStatus = "case_status",
    /// `supplier_claims.state`
    ClaimState = "claim_state",
    /// `promotional_codes.discount_type`
    DiscountType = "discount_type",
    /// `disputes.state`
    DisputeState = "dispute_state",
    /// `esim_operations.kind`
    EsimOperationKind = "esim_operation_kind",
    /// `esim_operations.status`
    EsimOperationStatus = "esim_operation_status",
    /// `esims.status`
    EsimStatus = "esim_status",
    /// `esims.iccid_check`
    IccidCheck = "iccid_check",
    /// `inbound_emails.status`
    InboundEmailStatus = "inbound_email_status",
    /// `jobs.status`
    JobStatus = "job_status",
    /// `kyc_documents.status`
    KycDocumentStatus = "kyc_document_status",
    /// `kyc_documents.document_type`
    KycDocumentType = "kyc_document_type",
    /// `users.kyc_status`
    KycStatus = "kyc_status",
    /// `notifications.status`
    NotificationStatus = "notification_status",
    /// `notifications.type`
    NotificationType = "notification_type",
    /// `orders.kind`
    OrderKind = "order_kind",
    /// `orders.status`
    OrderStatus = "order_status",
    /// `transactions.payment_method`
    PaymentMethod = "payment_method",
    /// `esims.profile_state`
    ProfileState = "profile_state",
    /// `data_providers.adapter`
    ProviderAdapter = "provider_adapter",
    /// `provider_runs.kind`
    ProviderRunKind = "provider_run_kind",
    /// `provider_runs.status`
    ProviderRunStatus = "provider_run_status",
    /// `provisioning_jobs.status`
    ProvisioningStatus = "provisioning_status",
    /// `webhook_receipts.status`
    ReceiptStatus = "receipt_status",
    /// `promo_redemptions.state`
    RedemptionState = "redemption_state",
    /// `refunds.approval_state`
    RefundApprovalState = "refund_approval_state",
    /// `refunds.effect`
    RefundEffect = "refund_effect",
    /// `refunds.status`
    RefundStatus = "refund_status",
    /// `revenue_reports.period_type`
    ReportPeriodType = "report_period_type",
    /// `system_settings.data_type`
    SettingDataType = "setting_data_type",
    /// `price_list_syncs.state`
    SyncState = "sync_state",
    /// `email_templates.template_type`
    TemplateType = "template_type",
    /// `support_tickets.channel`
    TicketChannel = "ticket_channel",
    /// `support_tickets.priority`
    TicketPriority = "ticket_priority",
    /// `support_tickets.status`
    TicketStatus = "ticket_status",
    /// `transactions.status`
    TransactionStatus = "transaction_status",
    /// `twilio_config.auth_mode`
    TwilioAuthMode = "twilio_auth_mode",
    /// `users.role`
    UserRole = "user_role",
    /// `users.status`
    UserStatus = "user_status",
    /// `plans.validity_policy`
    ValidityPolicy = "validity_policy",
    /// `saved_views.audience`
    ViewAudience = "view_audience",
}
