//! The ID types of all records.

ids! {
    /// ID of a user: a customer or a staff member.
    UserId,
    /// ID of an identity document.
    KycDocumentId,
    /// ID of a session of a signed-in browser.
    SessionId,
    /// ID of an API client, the program of an integrator.
    ApiClientId,
    /// ID of a key of an API client.
    ApiKeyId,
    /// ID of an eSIM.
    EsimId,
    /// ID of a reading of an eSIM's data usage.
    UsageId,
    /// ID of a status change of an eSIM.
    EsimStateChangeId,
    /// ID of a data package on an eSIM.
    BundleId,
    /// ID of an operation on an eSIM: suspend, resume, cancel or refresh.
    EsimOperationId,
    /// ID of a request of operations on eSIMs.
    EsimOperationBatchId,
    /// ID of a share link of an eSIM.
    EsimShareId,
    /// ID of the minimum stock of a plan.
    StockThresholdId,
    /// ID of a plan.
    PlanId,
    /// ID of a price of a plan.
    PriceId,
    /// ID of a promotion code.
    PromotionId,
    /// ID of an order.
    OrderId,
    /// ID of a payment.
    TransactionId,
    /// ID of a refund.
    RefundId,
    /// ID of a payment dispute.
    DisputeId,
    /// ID of an invoice.
    InvoiceId,
    /// ID of a credit note.
    CreditNoteId,
    /// ID of a claim on a provider for a refunded eSIM.
    SupplierClaimId,
    /// ID of a reconciliation case.
    CaseId,
    /// ID of a provider's price list that was compared with the catalog.
    PriceListId,
    /// ID of a bulk price change.
    PriceChangeId,
    /// ID of the use of a promotion code by an order.
    RedemptionId,
    /// ID of an account at Twilio or KORE.
    TwilioConfigId,
    /// ID of a provider of eSIMs.
    ProviderId,
    /// ID of a requested call to a provider, such as a test of the connection.
    ProviderRunId,
    /// ID of a provider's offer for a plan.
    OfferId,
    /// ID of data that a provider allocated to an eSIM.
    AllocationId,
    /// ID of the provisioning of one ordered eSIM.
    ProvisioningJobId,
    /// ID of a request to a provider.
    ProvisioningAttemptId,
    /// ID of a received webhook.
    WebhookReceiptId,
    /// ID of an email template.
    TemplateId,
    /// ID of a message to a user.
    NotificationId,
    /// ID of a support ticket.
    TicketId,
    /// ID of a message of a support ticket.
    TicketMessageId,
    /// ID of a file that is attached to a message of a support ticket.
    TicketAttachmentId,
    /// ID of a macro: a prepared reply with actions.
    MacroId,
    /// ID of a rule for new tickets.
    TicketRuleId,
    /// ID of the policy of service levels.
    SlaPolicyId,
    /// ID of an email to support.
    InboundEmailId,
    /// ID of a knowledge base article.
    ArticleId,
    /// ID of a group of translations of an article.
    ArticleGroupId,
    /// ID of a published version of an article.
    ArticleVersionId,
    /// ID of a search that found no article.
    ArticleSearchId,
    /// ID of an analytics event.
    EventId,
    /// ID of a financial report.
    ReportId,
    /// ID of a fact that reports count: that of its payment, refund, dispute, allocation or supplier claim.
    ReportEntryId,
    /// ID of a lock of financial reports.
    ReportLockId,
    /// ID of an exchange rate.
    ExchangeRateId,
    /// ID of a setting.
    SettingId,
    /// ID of a change of a setting.
    SettingChangeId,
    /// ID of a saved view of a list.
    ViewId,
    /// ID of an entry of the audit log.
    AuditId,
    /// ID of an entry of the log of access to personal data.
    AccessId,
    /// ID of a background job.
    JobId,
}
