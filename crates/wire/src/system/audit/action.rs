//! The actions of the audit log: their names, and the texts that describe them on every timeline.

use crate::billing::orders::EventTone;

/// The text of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionText {
    /// A few words, such as `Order placed`.
    pub label: &'static str,
    /// A sentence without details, such as `The order was placed.`
    pub sentence: &'static str,
    /// Whether the action is good or bad news.
    pub tone: EventTone,
}

impl ActionText {
    /// Returns the sentence with a detail at its end: `A refund was requested: 3.00 USD.` Returns the plain sentence when the
    /// detail is empty.
    pub fn with_detail(self, detail: &str) -> String {
        let detail = detail.trim();
        if detail.is_empty() {
            return self.sentence.to_owned();
        }
        format!("{}: {detail}.", self.sentence.trim_end_matches('.'))
    }
}

/// Declares the actions, one per line: the variant, the name, former names, the label, the sentence and the tone.
///
/// Entries of the audit log are sealed, so an entry keeps the name that it was written with. `was` lists the former names
/// of an action: they are read and searched as the same action, and never written.
macro_rules! audit_actions {
    ($($variant:ident = $name:literal $(was $former:literal)* : $label:literal, $sentence:literal, $tone:ident;)+) => {
        /// An action of the audit log.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AuditAction { $(#[doc = concat!("`", $name, "`: ", $sentence)] $variant),+ }

        impl AuditAction {
            /// All actions, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Returns the name of the action, such as `order.place`.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $name),+ } }
            /// Returns the name, and the former names that older entries have.
            pub const fn names(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$name $(, $former)*]),+ }
            }
            /// Returns the action with this name or former name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name $(| $former)* => Some(Self::$variant),)+ _ => None }
            }
            /// Returns the text of the action.
            pub const fn text(self) -> ActionText {
                match self {
                    $(Self::$variant => ActionText { label: $label, sentence: $sentence, tone: EventTone::$tone }),+
                }
            }
        }
    };
}

audit_actions! {
    AccessDeny = "access.deny" was "access.refused": "Access denied", "Access to an operation was denied.", Bad;
    ApiClientCreate = "api_client.create": "API client created", "The API client was created.", Good;
    ApiClientEdit = "api_client.edit": "API client edited", "The API client was edited.", Neutral;
    ApiClientRotate = "api_client.rotate": "API key rotated", "The key of the API client was rotated.", Neutral;
    ApiClientRevoke = "api_client.revoke": "API client revoked", "The API client was revoked.", Bad;
    ArticleCreate = "article.create": "Article created", "The article was created as a draft.", Good;
    ArticleEdit = "article.edit": "Article edited", "The draft of the article was edited.", Neutral;
    ArticlePublish = "article.publish": "Article published", "The article was published.", Good;
    ArticleUnpublish = "article.unpublish": "Article unpublished", "Customers no longer see the article.", Bad;
    ArticleRollback = "article.rollback": "Article rolled back", "An earlier version of the article became its draft.", Neutral;
    ArticleDelete = "article.delete": "Article deleted", "The article was deleted.", Bad;
    ArticleRestore = "article.restore": "Article restored", "The article was restored as a draft.", Good;
    AuditVerify = "audit.verify": "Audit log verified", "The audit log was verified.", Neutral;
    CaseOpen = "case.open": "Case opened", "The case was opened.", Waiting;
    CaseClaim = "case.claim": "Case claimed", "The case was claimed.", Neutral;
    CaseRelease = "case.release": "Case released", "The case was released.", Neutral;
    CaseEscalate = "case.escalate": "Case escalated", "The case was escalated.", Waiting;
    CaseResolve = "case.resolve": "Case resolved", "The case was resolved.", Good;
    CreditNoteIssue = "credit_note.issue": "Credit note issued", "The credit note was issued.", Neutral;
    DecryptionFail = "decryption.fail" was "seal.broken": "Decryption failed", "A stored value could not be decrypted.", Bad;
    DisputeOpen = "dispute.open": "Dispute opened", "The customer's bank opened a dispute.", Waiting;
    DisputeUpdate = "dispute.update" was "dispute.hear": "Dispute updated", "The customer's bank updated the dispute.", Waiting;
    EsimImport = "esim.import": "eSIMs imported", "eSIMs were imported.", Good;
    EsimEdit = "esim.edit": "eSIM edited", "The eSIM was edited.", Neutral;
    EsimChangeStatus = "esim.change_status" was "esim.move": "eSIM status changed", "The status of the eSIM was changed.", Neutral;
    EsimOperate = "esim.operate": "eSIM operation requested", "An operation on the eSIM was requested.", Waiting;
    EsimOperationFail = "esim.operation_fail": "eSIM operation failed", "An operation on the eSIM was refused or has failed.", Bad;
    EsimReassign = "esim.reassign": "eSIM reassigned", "The eSIM was assigned to another customer.", Neutral;
    EsimShare = "esim.share": "Share link created", "A share link of the eSIM was created.", Neutral;
    EsimShareView = "esim.share_view": "Share link opened", "The QR code was shown on the share page of the eSIM.", Neutral;
    EsimShareLock = "esim.share_lock": "Share link locked", "The share link was locked after too many wrong access codes.", Bad;
    EsimShareRevoke = "esim.share_revoke": "Share link revoked", "The share link of the eSIM was revoked.", Neutral;
    EsimReveal = "esim.reveal": "Activation code revealed", "The activation code was revealed.", Neutral;
    EsimWithdraw = "esim.withdraw": "eSIM withdrawn", "The eSIM was withdrawn from the stock.", Bad;
    UsageRecord = "usage.record": "Usage recorded", "Readings of usage counters were recorded.", Neutral;
    UsageRefresh = "usage.refresh": "Usage requested", "The provider was asked for the usage of the eSIM.", Neutral;
    ExchangeRateImport = "exchange_rate.import": "Exchange rates entered", "Exchange rates were entered.", Neutral;
    InvoiceIssue = "invoice.issue": "Invoice issued", "The invoice was issued.", Neutral;
    JobRetry = "job.retry": "Job retried", "The background job was retried.", Neutral;
    JobDrop = "job.drop": "Job dropped", "The background job was dropped.", Bad;
    KeysRotate = "keys.rotate": "Encryption keys rotated", "The encryption keys were rotated.", Neutral;
    KycUpload = "kyc.upload": "Document uploaded", "A document was uploaded.", Waiting;
    KycClaim = "kyc.claim": "Document claimed", "The document was claimed for review.", Neutral;
    KycRelease = "kyc.release": "Document released", "The document was released.", Neutral;
    KycView = "kyc.view": "Document viewed", "The document was viewed.", Neutral;
    KycApprove = "kyc.approve": "Document approved", "The document was approved.", Good;
    KycReject = "kyc.reject": "Document rejected", "The document was rejected.", Bad;
    KycDelete = "kyc.delete": "Document deleted", "The document was deleted.", Neutral;
    ListExport = "list.export": "List exported", "The list was exported.", Neutral;
    MacroCreate = "macro.create": "Macro created", "The macro was created.", Good;
    MacroEdit = "macro.edit": "Macro edited", "The macro was edited.", Neutral;
    MacroDelete = "macro.delete": "Macro deleted", "The macro was deleted.", Bad;
    MfaBegin = "mfa.begin" was "factor.begin": "Two-factor setup started", "The setup of two-factor authentication was started.", Neutral;
    MfaEnable = "mfa.enable" was "factor.enrol": "Two-factor turned on", "Two-factor authentication was turned on.", Good;
    MfaRenewCodes = "mfa.renew_codes" was "factor.codes": "Recovery codes created", "New recovery codes were created; earlier ones no longer work.", Neutral;
    MfaRecover = "mfa.recover" was "factor.recover": "Recovery code used", "The user signed in with a recovery code.", Waiting;
    MfaDisable = "mfa.disable" was "factor.remove": "Two-factor turned off", "Two-factor authentication was turned off.", Bad;
    NotificationFail = "notification.fail": "Message not sent", "The message could not be sent.", Bad;
    NotificationResend = "notification.resend": "Message resent", "The message was sent again.", Neutral;
    OfferCreate = "offer.create": "Offer created", "The provider's offer was created.", Good;
    OfferEdit = "offer.edit": "Offer edited", "The provider's offer was edited.", Neutral;
    OfferReorder = "offer.reorder" was "offer.order": "Offers reordered", "The order of the providers' offers was changed.", Neutral;
    OrderPlace = "order.place": "Order placed", "The order was placed.", Good;
    OrderPay = "order.pay": "Order paid", "The order was paid.", Good;
    OrderProvision = "order.provision": "Provisioned", "A unit of the order was provisioned.", Good;
    OrderStart = "order.start": "Top-up started", "The top-up is active.", Good;
    OrderFulfil = "order.fulfil": "Order fulfilled", "The order was fulfilled.", Good;
    OrderReview = "order.review": "Needs review", "The order was flagged for review.", Bad;
    OrderFail = "order.fail": "Order failed", "The order failed.", Bad;
    OrderCancel = "order.cancel": "Order cancelled", "The order was cancelled.", Bad;
    OrderRetry = "order.retry": "Order retried", "The order was retried.", Neutral;
    OrderResend = "order.resend": "Delivery email resent", "The delivery email was sent again.", Neutral;
    PasswordInvite = "password.invite": "User invited", "A link to choose a password was sent.", Neutral;
    PasswordRequestReset = "password.request_reset" was "password.forgotten": "Password reset requested", "A link to choose a new password was sent.", Neutral;
    PasswordCreateLink = "password.create_link" was "password.link": "Password link created", "An administrator created a link to choose a password.", Neutral;
    PasswordSet = "password.set": "Password set", "The password was set, and other sessions ended.", Neutral;
    PasswordChange = "password.change": "Password changed", "The password was changed, and other sessions ended.", Neutral;
    PlanCreate = "plan.create": "Plan created", "The plan was created.", Good;
    PlanEdit = "plan.edit": "Plan edited", "The plan was edited.", Neutral;
    PlanArchive = "plan.archive" was "plan.withdraw": "Plan archived", "The plan was archived.", Bad;
    PlanRestore = "plan.restore": "Plan restored", "The plan was restored.", Good;
    PlanImport = "plan.import": "Plans imported", "Plans of the provider were imported.", Good;
    PriceCreate = "price.create": "Price created", "The price was created.", Good;
    PriceEdit = "price.edit": "Price edited", "The price was edited.", Neutral;
    PriceEnd = "price.end": "Price ended", "The price was ended.", Neutral;
    PriceDelete = "price.delete" was "price.remove": "Price deleted", "The scheduled price was deleted.", Neutral;
    PriceChangeApply = "price_change.apply" was "price.change": "Prices changed", "Prices were changed in bulk.", Neutral;
    PriceChangeUndo = "price_change.undo" was "price.undo": "Price change undone", "The bulk price change was undone.", Neutral;
    PriceListCreate = "price_list.create": "Price list compared", "The price list was compared with the catalog.", Waiting;
    PriceListPublish = "price_list.publish": "Price list published", "Changes of the price list were published.", Good;
    PriceListDiscard = "price_list.discard": "Price list discarded", "The price list was discarded.", Neutral;
    PromotionCreate = "promotion.create": "Promotion created", "The promotion was created.", Good;
    PromotionGenerate = "promotion.generate": "Promotions generated", "A batch of promotion codes was generated.", Good;
    PromotionEdit = "promotion.edit": "Promotion edited", "The promotion was edited.", Neutral;
    PromotionDelete = "promotion.delete": "Promotion deleted", "The promotion was deleted.", Bad;
    PromotionRestore = "promotion.restore": "Promotion restored", "The promotion was restored.", Good;
    ProviderCreate = "provider.create": "Provider created", "The provider was created.", Good;
    ProviderEdit = "provider.edit": "Provider edited", "The provider was edited.", Neutral;
    ProviderTest = "provider.test": "Connection test requested", "A test of the connection to the provider was requested.", Neutral;
    ProviderSync = "provider.sync": "Sync requested", "The provider's data was requested.", Neutral;
    ProviderBalanceLow = "provider.balance_low": "Balance low", "The balance at the provider fell below its threshold.", Bad;
    ProviderDelete = "provider.delete": "Provider deleted", "The provider was deleted.", Bad;
    ProviderPause = "provider.pause": "Provider paused", "The provider was paused; no new orders are sent to it.", Bad;
    ProviderResume = "provider.resume": "Provider resumed", "The provider was resumed.", Good;
    ProvisioningRequest = "provisioning.request" was "provisioning.ask": "Sent to provider", "The order was sent to a provider.", Waiting;
    ProvisioningRetry = "provisioning.retry": "Provisioning retried", "The provisioning of a unit was retried.", Neutral;
    ProvisioningLate = "provisioning.late": "Late delivery", "The provider delivered a request that had been given up; the eSIM is in stock.", Waiting;
    ProvisioningFail = "provisioning.fail": "Provisioning failed", "The provisioning failed.", Bad;
    ReconciliationRun = "reconciliation.run" was "case.check": "Reconciliation run", "The records were reconciled.", Neutral;
    RefundRequest = "refund.request": "Refund requested", "A refund was requested.", Waiting;
    RefundApprove = "refund.approve": "Refund approved", "The refund was approved.", Good;
    RefundReject = "refund.reject": "Refund rejected", "The refund was rejected; no money was paid out.", Bad;
    RefundRecalculate = "refund.recalculate" was "refund.reread": "Refund recalculated", "The sale had changed, so the refund has to be approved again.", Neutral;
    RefundSend = "refund.send": "Refund sent", "The refund was sent to the gateway.", Waiting;
    RefundRetry = "refund.retry": "Refund retried", "The refund was retried.", Neutral;
    RefundFail = "refund.fail": "Refund failed", "The refund failed.", Bad;
    RefundMismatch = "refund.mismatch": "Refund differs", "The gateway refunded another amount than was requested.", Bad;
    RefundProcess = "refund.process": "Refunded", "The refund was paid out.", Good;
    RefundRecord = "refund.record" was "refund.book": "External refund recorded", "A refund that was made outside of this system was recorded.", Neutral;
    ReportGenerate = "revenue_report.generate": "Report generated", "The financial reports of a period were generated.", Neutral;
    ReportLock = "report_lock.create": "Reports locked", "The financial reports of past days were locked.", Neutral;
    SessionBegin = "session.begin": "Signed in", "The user signed in.", Good;
    SessionReject = "session.reject" was "session.refused": "Sign-in failed", "A sign-in failed.", Bad;
    SessionEnd = "session.end": "Session ended", "A session was ended.", Neutral;
    SessionEndOthers = "session.end_others": "Other sessions ended", "All other sessions were ended.", Neutral;
    SessionEndAll = "session.end_all": "All sessions ended", "All sessions were ended.", Neutral;
    SessionReuse = "session.reuse": "Session token reused", "A session was ended because its token was used twice.", Bad;
    SessionConfirm = "session.confirm": "Identity confirmed", "The user confirmed the identity.", Neutral;
    SessionFailConfirmation = "session.fail_confirmation" was "session.unconfirmed": "Confirmation failed", "The user failed to confirm the identity.", Bad;
    SettingEdit = "setting.edit": "Setting edited", "The setting was edited.", Neutral;
    SettingRollback = "setting.rollback": "Setting rolled back", "The setting was rolled back to an earlier version.", Neutral;
    SlaPolicyEdit = "sla_policy.edit": "Service levels edited", "The targets or the business hours of support were edited.", Neutral;
    StockThresholdCreate = "stock_threshold.create": "Stock threshold created", "The stock threshold was created.", Neutral;
    StockThresholdEdit = "stock_threshold.edit": "Stock threshold edited", "The stock threshold was edited.", Neutral;
    StockThresholdDelete = "stock_threshold.delete": "Stock threshold deleted", "The stock threshold was deleted.", Neutral;
    StockThresholdCross = "stock_threshold.cross": "Stock is low", "The stock fell below its threshold.", Bad;
    StockThresholdRecover = "stock_threshold.recover": "Stock recovered", "The stock reached its threshold again.", Good;
    SupplierClaimOpen = "supplier_claim.open" was "claim.open": "Supplier claim opened", "The supplier claim was opened.", Waiting;
    SupplierClaimAccept = "supplier_claim.accept" was "claim.accept": "Supplier claim accepted", "The provider accepted the claim.", Good;
    SupplierClaimReject = "supplier_claim.reject" was "claim.reject": "Supplier claim rejected", "The provider rejected the claim.", Bad;
    TicketCreate = "ticket.create": "Ticket created", "The ticket was created.", Neutral;
    TicketEdit = "ticket.edit": "Ticket edited", "The ticket was edited.", Neutral;
    TicketAssign = "ticket.assign": "Ticket assigned", "The ticket was assigned.", Neutral;
    TicketRelease = "ticket.release": "Ticket released", "The ticket has no assignee any more.", Neutral;
    TicketReply = "ticket.reply": "Reply sent", "Staff replied to the customer.", Good;
    TicketNote = "ticket.note": "Note added", "Staff added an internal note.", Neutral;
    TicketReceive = "ticket.receive": "Message received", "The customer sent a message.", Waiting;
    TicketAttach = "ticket.attach": "File uploaded", "A file was uploaded to the ticket.", Neutral;
    TicketViewFile = "ticket.view_file": "File viewed", "A file of the ticket was viewed.", Neutral;
    TicketResolve = "ticket.resolve": "Ticket resolved", "The ticket was resolved.", Good;
    TicketReopen = "ticket.reopen": "Ticket reopened", "The ticket was reopened.", Waiting;
    TicketClose = "ticket.close": "Ticket closed", "The ticket was closed.", Neutral;
    TicketArchive = "ticket.archive": "Tickets archived", "Tickets that were closed long ago were archived.", Neutral;
    TicketMerge = "ticket.merge": "Ticket merged", "The ticket was merged into another ticket.", Neutral;
    TicketAbsorb = "ticket.absorb": "Messages taken over", "The messages of another ticket were merged into this one.", Neutral;
    TicketSplit = "ticket.split": "Ticket split", "Messages were moved to a new ticket.", Neutral;
    TicketBreachSla = "ticket.breach_sla": "Service level breached", "A due time of the ticket passed.", Bad;
    TicketRate = "ticket.rate": "Ticket rated", "The customer rated the support.", Neutral;
    TicketRunMacro = "ticket.run_macro": "Macro run", "A macro was run on the ticket.", Neutral;
    TicketRuleCreate = "ticket_rule.create": "Ticket rule created", "The rule for new tickets was created.", Good;
    TicketRuleEdit = "ticket_rule.edit": "Ticket rule edited", "The rule for new tickets was edited.", Neutral;
    TicketRuleDelete = "ticket_rule.delete": "Ticket rule deleted", "The rule for new tickets was deleted.", Bad;
    TransactionOpen = "transaction.open": "Payment opened", "The payment was opened.", Waiting;
    TransactionSimulate = "transaction.simulate": "Payment simulated", "An outcome was sent to the payment simulator.", Neutral;
    TransactionComplete = "transaction.complete": "Payment completed", "The payment was received.", Good;
    TransactionConfirm = "transaction.confirm": "Payment confirmed", "The payment was confirmed manually.", Good;
    TransactionDecline = "transaction.decline": "Payment declined", "An attempt to pay failed; the customer can try again.", Neutral;
    TransactionFail = "transaction.fail" was "transaction.reject": "Payment failed", "The payment failed.", Bad;
    TransactionCancel = "transaction.cancel": "Payment cancelled", "The payment was cancelled.", Neutral;
    TransactionMismatch = "transaction.mismatch": "Amount mismatch", "The received amount differs from the amount due.", Bad;
    TransactionAccept = "transaction.accept": "Amount accepted", "The received amount was accepted as the payment.", Good;
    TransactionRefund = "transaction.refund" was "transaction.return": "Amount refunded", "The received amount is refunded because the order was cancelled.", Neutral;
    TwilioConfigCreate = "twilio_config.create": "Twilio account added", "The Twilio account was added.", Good;
    TwilioConfigEdit = "twilio_config.edit": "Twilio account edited", "The Twilio account was edited.", Neutral;
    TwilioConfigActivate = "twilio_config.activate": "Twilio account activated", "The Twilio account was activated.", Good;
    TwilioConfigDelete = "twilio_config.delete": "Twilio account deleted", "The Twilio account was deleted.", Bad;
    TwilioConfigTest = "twilio_config.test": "Twilio test requested", "A test of the Twilio account was requested.", Neutral;
    TwilioConfigSync = "twilio_config.sync": "Twilio sync requested", "The eSIMs of the Twilio account were requested.", Neutral;
    UserBootstrap = "user.bootstrap": "First administrator created", "The first administrator was created.", Good;
    UserCreate = "user.create": "Account created", "The account was created.", Good;
    UserEdit = "user.edit": "Account edited", "The name or contact details were edited.", Neutral;
    UserReveal = "user.reveal": "Contact details revealed", "The contact details were revealed.", Neutral;
    UserActivate = "user.activate": "Account activated", "The account was activated.", Good;
    UserDeactivate = "user.deactivate": "Account deactivated", "The account was deactivated.", Neutral;
    UserSuspend = "user.suspend": "Account suspended", "The account was suspended.", Bad;
    UserBan = "user.ban": "Account banned", "The account was banned.", Bad;
    UserUndoStatus = "user.undo_status": "Status change undone", "The last status change was undone.", Neutral;
    UserChangeRole = "user.change_role" was "user.appoint": "Role changed", "The role was changed.", Neutral;
    UserChangeKycStatus = "user.change_kyc_status" was "user.kyc": "KYC status changed", "The KYC status was changed.", Neutral;
    UserDelete = "user.delete": "Account deleted", "The account was deleted.", Bad;
    UserRestore = "user.restore": "Account restored", "The account was restored.", Good;
    UserExport = "user.export": "Personal data exported", "All data of the person was exported.", Neutral;
    UserErase = "user.erase": "Personal data erased", "The personal data was erased.", Bad;
    UserReindex = "user.reindex": "Search index rebuilt", "The search index of the users was rebuilt.", Neutral;
    ViewCreate = "view.create": "View created", "The saved view was created.", Good;
    ViewEdit = "view.edit": "View edited", "The saved view was edited.", Neutral;
    ViewDelete = "view.delete": "View deleted", "The saved view was deleted.", Neutral;
    WebhookReplay = "webhook.replay": "Webhook replayed", "The webhook of the provider was replayed.", Neutral;
}

impl AuditAction {
    /// Returns the part of the name before the dot: `order` of `order.place`.
    pub fn topic(self) -> &'static str {
        let name = self.as_str();
        name.split_once('.').map_or(name, |(topic, _)| topic)
    }
}

impl std::fmt::Display for AuditAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::AuditAction;
    use std::collections::HashSet;

    #[test]
    fn names_and_former_names_are_read_as_their_action() {
        for action in AuditAction::ALL {
            assert!(action.names().contains(&action.as_str()));
            for name in action.names() {
                assert_eq!(AuditAction::from_name(name), Some(*action), "{name}");
            }
        }
        assert_eq!(AuditAction::from_name("planet.visit"), None);
    }

    #[test]
    fn labels_and_sentences_are_distinct_and_end_as_such() {
        let labels: HashSet<_> = AuditAction::ALL
            .iter()
            .map(|one| one.text().label)
            .collect();
        assert_eq!(labels.len(), AuditAction::ALL.len());
        for action in AuditAction::ALL {
            let text = action.text();
            assert!(
                text.sentence.ends_with('.') && !text.label.ends_with('.'),
                "{action}"
            );
        }
    }

    #[test]
    fn detail_ends_the_sentence() {
        let text = AuditAction::RefundRequest.text();
        assert_eq!(
            text.with_detail("3.00 USD"),
            "A refund was requested: 3.00 USD."
        );
        assert_eq!(text.with_detail(" "), "A refund was requested.");
    }
}
