//! What does not add up: money without an eSIM, an eSIM without money, outcomes that nobody knows.

use crate::{
    AnyOf, CaseId, Check, Currency, EsimId, FieldErrors, Money, OrderId, RefundId, Resource,
    TransactionId, UserId, accounts::kyc::KycClaim,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long somebody has a case before it is anybody's again.
pub const CASE_CLAIM: TimeDelta = TimeDelta::minutes(15);

text_enum! {
    /// What does not add up.
    CaseKind: CaseKind, "case_kind" {
        PaidNotDelivered = "paid_not_delivered", DeliveredNotPaid = "delivered_not_paid", RefundStuck = "refund_stuck",
        AmountMismatch = "amount_mismatch", UnknownOutcome = "unknown_outcome", PaidLate = "paid_late", SurplusEsim = "surplus_esim",
        ForeignRefund = "foreign_refund",
        /// An eSIM was cancelled here; a person has to cancel it at its provider.
        SupplierCancellation = "supplier_cancellation",
        /// A provider charged more than expected, and the order earns less than the minimum margin.
        LowMargin = "low_margin",
    }
}
text_enum! {
    /// How far a case has come.
    CaseStatus: CaseStatus, "case_status" { Open = "open", Escalated = "escalated", Resolved = "resolved" }
}
text_enum! {
    /// What puts a case right. Each is an act of its own elsewhere, done here together with resolving the case.
    CaseAction: text {
        /// Take the order up again.
        RetryOrder = "retry_order",
        /// Ask for all that is left of the payment to be given back.
        Refund = "refund",
        /// Have the gateway asked once more for the refund.
        RetryRefund = "retry_refund",
        /// Book what was given back at the gateway as a refund of the payment, so that the books agree with it.
        BookRefund = "book_refund",
        /// Accept the received amount as the payment of the order.
        AcceptAmount = "accept_amount",
        /// Cancel the order, and refund the received amount.
        RefundReceived = "refund_received",
        /// Cancel the unpaid order.
        CancelOrder = "cancel_order",
        /// It was put right elsewhere, or needs nothing; the reason says how.
        SettleOutside = "settle_outside",
    }
}

/// Something that does not add up, until somebody has put it right. The same finding is one case, however often it
/// is found; what has come right by itself is resolved at the next check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Case {
    /// Which case.
    pub id: CaseId,
    /// What does not add up.
    pub kind: CaseKind,
    /// How far it has come.
    pub status: CaseStatus,
    /// What was found, in a sentence.
    pub finding: String,
    /// The order.
    pub order_id: Option<OrderId>,
    /// That order's number.
    pub order_number: Option<String>,
    /// The payment.
    pub transaction_id: Option<TransactionId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
    /// What the gateway calls the refund, where it was not asked for here.
    pub gateway_refund_id: Option<String>,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// The customer.
    pub user_id: Option<UserId>,
    /// Their name; masked for support.
    pub customer: Option<String>,
    /// The money at stake.
    pub amount: Option<Money>,
    /// In which currency.
    pub currency: Option<Currency>,
    /// What would put it right, as things stand.
    pub actions: Vec<CaseAction>,
    /// Who works on it.
    pub claimed_by: Option<UserId>,
    /// Their name.
    pub claimant: Option<String>,
    /// Until when. Once that has passed, it is nobody's.
    pub claimed_until: Option<DateTime<Utc>>,
    /// Who has called for help.
    pub escalated_by: Option<UserId>,
    /// Their name.
    pub escalator: Option<String>,
    /// When.
    pub escalated_at: Option<DateTime<Utc>>,
    /// Who has resolved it; null on a resolved one: it has come right by itself.
    pub resolved_by: Option<UserId>,
    /// Their name.
    pub resolver: Option<String>,
    /// When.
    pub resolved_at: Option<DateTime<Utc>>,
    /// What was done.
    pub action: Option<CaseAction>,
    /// How it was resolved, in a sentence.
    pub resolution: Option<String>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was found.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A call for help.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EscalateCase {
    /// What has to be decided, or is not understood.
    #[cfg_attr(
        feature = "server",
        schema(example = "The gateway's page says otherwise")
    )]
    pub reason: String,
}

/// How a case is resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ResolveCase {
    /// What is done.
    pub action: CaseAction,
    /// Why, or how it was put right elsewhere.
    #[cfg_attr(feature = "server", schema(example = "The provider is back"))]
    pub reason: String,
}

/// What a check has found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Checked {
    /// Cases that it has opened.
    pub opened: i64,
    /// Cases that have come right by themselves.
    pub resolved: i64,
    /// Cases that are open now.
    pub open: i64,
}

filter! {
    /// What the list of cases can be narrowed by.
    CaseFilter {
        /// The beginning of an order number.
        q: String,
        /// Any of these states.
        status: AnyOf<CaseStatus>,
        /// Any of these kinds.
        kind: AnyOf<CaseKind>,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Taken up by the caller, or by nobody.
        claimed_by: KycClaim,
        /// About this order.
        order_id: OrderId,
        /// About this payment.
        transaction_id: TransactionId,
        /// About this refund.
        refund_id: RefundId,
        /// Found at or after.
        created_at_from: DateTime<Utc>,
        /// Found before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of cases can be ordered by; what waits longest comes first. */ CaseSort { CreatedAt = "created_at" asc, UpdatedAt = "updated_at", Amount = "amount" });

impl CaseKind {
    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::PaidNotDelivered => "Paid, not delivered",
            Self::DeliveredNotPaid => "Delivered, not paid",
            Self::RefundStuck => "Refund stuck",
            Self::AmountMismatch => "Amounts differ",
            Self::UnknownOutcome => "Outcome unknown",
            Self::PaidLate => "Paid late",
            Self::SurplusEsim => "Surplus eSIM",
            Self::ForeignRefund => "Refunded at the gateway",
            Self::SupplierCancellation => "Cancel at the provider",
            Self::LowMargin => "Low margin",
        }
    }
}

impl Case {
    /// Who works on it at this time.
    pub fn held_by(&self, now: DateTime<Utc>) -> Option<UserId> {
        self.claimed_until
            .filter(|until| *until > now)
            .and(self.claimed_by)
    }
}

impl Resource for Case {
    const PATH: &'static str = "/v1/reconciliation";
    const ONE: &'static str = "case";
    const MANY: &'static str = "cases";
    const NAMES_PEOPLE: bool = true;
    type Id = CaseId;
    type Filter = CaseFilter;
    type Sort = CaseSort;
    fn id(&self) -> CaseId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        match &self.order_number {
            Some(number) => format!("{}: {number}", self.kind.title()),
            None => self.kind.title().to_owned(),
        }
    }
}

impl Check for EscalateCase {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
impl Check for ResolveCase {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
