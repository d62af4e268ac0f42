//! The ids of everything that has one.

ids! {
    /// A person: a customer or a member of the staff.
    UserId,
    /// A document that proves who a customer is.
    KycDocumentId,
    /// A signed-in browser.
    SessionId,
    /// An integrator's program.
    ApiClientId,
    /// One of its keys.
    ApiKeyId,
    /// An eSIM profile.
    EsimId,
    /// One reading of an eSIM's usage.
    UsageId,
    /// One change of an eSIM's state.
    EsimStateChangeId,
    /// A package of data on an eSIM.
    BundleId,
    /// A plan that is sold.
    PlanId,
    /// A price of a plan.
    PriceId,
    /// A promotional code.
    PromotionId,
    /// An order.
    OrderId,
    /// A payment.
    TransactionId,
    /// Money given back.
    RefundId,
    /// A payment that the customer's bank takes back.
    DisputeId,
    /// An invoice.
    InvoiceId,
    /// A credit note.
    CreditNoteId,
    /// What a provider owes us for a refund.
    ClaimId,
    /// Something that does not add up.
    CaseId,
    /// A provider's price list compared with what we sell.
    PriceListId,
    /// Many prices changed at once.
    PriceChangeId,
    /// The use of a promotion by an order.
    RedemptionId,
    /// An account at Twilio or KORE.
    TwilioConfigId,
    /// A supplier of eSIMs.
    ProviderId,
    /// What a provider offers for a plan.
    OfferId,
    /// Data that a provider has allocated to an eSIM.
    AllocationId,
    /// The provisioning of one ordered unit.
    ProvisioningJobId,
    /// One request to a provider.
    AttemptId,
    /// A webhook that came in.
    ReceiptId,
    /// A template of an e-mail.
    TemplateId,
    /// A message to somebody.
    NotificationId,
    /// A support ticket.
    TicketId,
    /// One message of a ticket.
    TicketMessageId,
    /// An article of the knowledge base.
    ArticleId,
    /// Something that happened, for the statistics.
    EventId,
    /// A financial report.
    ReportId,
    /// A setting of the system.
    SettingId,
    /// What a setting was set to at one time.
    SettingChangeId,
    /// A list as somebody likes it.
    ViewId,
    /// An entry of the audit log.
    AuditId,
    /// An entry of the log of who saw personal data.
    AccessId,
    /// Work to be done later.
    JobId,
}
