//! Orders: one plan for one customer, from placement to delivery.

mod checkout;

pub use checkout::{Checkout, OrderPayment, OrderQuote, QuoteOrder};

use super::transactions::PaymentMethod;
use crate::{
    AnyOf, Check, Currency, Decimal, EsimId, FieldErrors, Money, OrderId, PlanId, Resource,
    TransactionId, UserId, catalog::plans::ValidityPolicy, region,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Status of an order. For `needs_review` and `failed`, `status_reason` states why.
    OrderStatus: OrderStatus, "order_status" {
        PendingPayment = "pending_payment", Paid = "paid", Provisioning = "provisioning", Fulfilled = "fulfilled",
        NeedsReview = "needs_review", Failed = "failed", Cancelled = "cancelled",
    }
}
text_enum! {
    /// Whether an order is for a new eSIM or for more data on an existing one.
    OrderKind: OrderKind, "order_kind" { New = "new", Topup = "topup" }
}

text_enum! {
    /// Status of the refunds of an order or a payment. A pending refund takes precedence, because a staff member may
    /// have to act on it.
    RefundState: text {
        /// A refund is requested, or approved and not paid out yet.
        Pending = "refund_pending",
        /// A part of the amount was refunded.
        Partial = "partially_refunded",
        /// The full amount was refunded.
        Full = "refunded",
    }
}

impl RefundState {
    /// Returns the refund status that follows from the paid, refunded and pending amounts.
    pub fn from_amounts(paid: &Money, refunded: &Money, pending: &Money) -> Option<Self> {
        if pending.is_positive() {
            Some(Self::Pending)
        } else if !refunded.is_positive() {
            None
        } else if refunded >= paid {
            Some(Self::Full)
        } else {
            Some(Self::Partial)
        }
    }
}

/// An order. Price and terms are those at the time of placement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Order {
    /// ID of the order.
    pub id: OrderId,
    /// Order number, such as `ORD-000123`.
    pub order_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// The plan.
    pub plan_id: PlanId,
    /// The terms of the plan when the order was placed.
    pub terms: PlanTerms,
    /// New eSIM or top-up.
    pub kind: OrderKind,
    /// Number of eSIMs.
    pub quantity: i32,
    /// The region of the applied price.
    pub region: Option<String>,
    /// Price per eSIM.
    pub unit_price: Money,
    /// Cost per eSIM: the amount that the providers charged, or the expected cost while no provider has charged. Absent
    /// for callers who may not see costs.
    pub unit_cost: Option<Money>,
    /// Price less discount and cost, without tax; negative when the providers charged more. Absent for callers who may
    /// not see costs, and when a provider charged in another currency.
    pub margin_amount: Option<Decimal>,
    /// Discount of the promotion code.
    pub discount_amount: Money,
    /// The applied promotion code.
    pub promo_code: Option<String>,
    /// Tax.
    pub tax_amount: Money,
    /// Amount to pay: unit price times quantity, less discount, plus tax.
    pub total_amount: Money,
    /// Refunded part of the order's payments.
    #[serde(default = "Money::zero")]
    pub refunded_amount: Money,
    /// Amount of pending refunds: requested, or approved and not paid out yet.
    #[serde(default = "Money::zero")]
    pub pending_refund_amount: Money,
    /// Status of the refunds of the order's payments; null when there are none.
    #[serde(default)]
    pub refund_state: Option<RefundState>,
    /// The payment that can be refunded; null when none can.
    #[serde(default)]
    pub refundable_payment_id: Option<TransactionId>,
    /// Status of a payment dispute, such as `needs_response`; null when no payment is disputed.
    #[serde(default)]
    pub dispute_state: Option<String>,
    /// When a payment of the order last changed, such as when its checkout was opened; null without a payment.
    #[serde(default)]
    pub payment_updated_at: Option<DateTime<Utc>>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Status of the order.
    pub status: OrderStatus,
    /// Why the order has this status, if an explanation is needed.
    pub status_reason: Option<String>,
    /// The integrator's own reference.
    pub reference: Option<String>,
    /// The eSIM that a top-up is for.
    pub esim_id: Option<EsimId>,
    /// The user who placed the order.
    pub created_by: Option<UserId>,
    /// Deadline for the payment.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the order was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When every unit had an eSIM.
    pub fulfilled_at: Option<DateTime<Utc>>,
    /// When the delivery email was sent.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When the order was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Version of the order, as sent in the `ETag`.
    pub version: i32,
    /// When the order was placed.
    pub created_at: DateTime<Utc>,
    /// When the order was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The terms of a plan at the time of the order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanTerms {
    /// Name of the plan.
    pub name: String,
    /// Data in MB; null for unlimited.
    pub data_limit_mb: Option<crate::Decimal>,
    /// Minutes of calls.
    pub voice_minutes: i32,
    /// Number of text messages.
    pub sms_count: i32,
    /// Validity in days.
    pub validity_days: i32,
    /// Countries and regions of the coverage.
    pub regions: Vec<String>,
    /// When the validity starts. The oldest orders have not stored this field and the fields below.
    #[serde(default)]
    pub validity_policy: Option<ValidityPolicy>,
    /// Days within which the eSIM must be activated.
    #[serde(default)]
    pub activate_within_days: Option<i32>,
    /// Fair use: data per day at full speed, in MB.
    #[serde(default)]
    pub daily_limit_mb: Option<crate::Decimal>,
    /// Fair use: speed after the daily limit, in kbit/s.
    #[serde(default)]
    pub throttled_kbps: Option<i32>,
    /// Whether the data may be shared with other devices.
    #[serde(default)]
    pub hotspot_allowed: Option<bool>,
    /// The APN to configure on the device.
    #[serde(default)]
    pub apn: Option<String>,
    /// Whether the plan required a verified customer.
    #[serde(default)]
    pub kyc_required: Option<bool>,
}

impl PlanTerms {
    /// Returns the plan and its validity in one line: `Europe 5 GB, 30 days`.
    pub fn title(&self) -> String {
        let days = if self.validity_days == 1 {
            "day"
        } else {
            "days"
        };
        format!("{}, {} {days}", self.name, self.validity_days)
    }
}

/// The request to send the delivery email of an order again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ResendDelivery {
    /// The recipient, if not the customer's own address. It is used for this email only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "traveller@example.com"))]
    pub email: Option<String>,
    /// The reason, stored in the audit log. It is required for another address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Check for ResendDelivery {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(email) = &self.email {
            bad.email("email", email);
            if self
                .reason
                .as_deref()
                .is_none_or(|reason| reason.trim().is_empty())
            {
                bad.add("reason", "required", "Enter a reason.");
            }
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}

/// An order to place. The request needs an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewOrder {
    /// The customer; the caller when absent.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The plan.
    pub plan_id: PlanId,
    /// Number of eSIMs, 1 to 50.
    #[serde(default = "one")]
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub quantity: i32,
    /// The region whose price to apply; `GLOBAL` when absent, or when the region has no price.
    #[serde(default)]
    pub region: Option<String>,
    /// The currency to pay in.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// Payment method. A card is charged at the gateway immediately; a staff member confirms all other payments.
    #[serde(default = "card")]
    pub payment_method: PaymentMethod,
    /// Where the customer enters the card.
    #[serde(default = "page")]
    pub checkout: Checkout,
    /// New eSIM or top-up.
    #[serde(default = "new")]
    pub kind: OrderKind,
    /// The eSIM to top up.
    #[serde(default)]
    pub esim_id: Option<EsimId>,
    /// Promotion code, case-insensitive.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "WELCOME10"))]
    pub promo_code: Option<String>,
    /// The caller's own reference, unique among the caller's orders.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "shop-4711"))]
    pub reference: Option<String>,
}

/// Cancellation of an order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CancelOrder {
    /// The reason, stored in the audit log.
    #[cfg_attr(feature = "server", schema(example = "Ordered by mistake"))]
    pub reason: String,
}

filter! {
    /// Filter of the list of orders.
    OrderFilter {
        /// Prefix of an order number, or a full reference.
        q: String,
        /// Orders with any of these statuses.
        status: AnyOf<OrderStatus>,
        /// New eSIMs or top-ups.
        kind: AnyOf<OrderKind>,
        /// Orders of this customer.
        user_id: UserId,
        /// Orders of this plan.
        plan_id: PlanId,
        /// Orders that delivered this eSIM or data for it.
        esim_id: EsimId,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Placed at or after.
        created_at_from: DateTime<Utc>,
        /// Placed before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of orders.
    OrderSort { CreatedAt = "created_at" desc, TotalAmount = "total_amount", UpdatedAt = "updated_at" });

/// The timeline of an order or a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Timeline {
    /// The events, the oldest first.
    pub data: Vec<TimelineStep>,
}

/// An event of the timeline of an order or a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TimelineStep {
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// Name of the event: `Order placed`, `Order paid`, `Provisioned`, ...
    pub what: String,
    /// Description of the event in a sentence.
    pub sentence: String,
    /// The user who caused the event; null for the system.
    pub actor_id: Option<UserId>,
    /// Name of the actor.
    pub actor: Option<String>,
    /// Whether the event is good or bad news.
    pub tone: EventTone,
}

text_enum! {
    /// Whether an event or status is good, bad or neutral, or waits for another event.
    EventTone: text { Good = "good", Bad = "bad", Neutral = "neutral", Waiting = "waiting" }
}

fn one() -> i32 {
    1
}
fn usd() -> Currency {
    Currency::Usd
}
const fn page() -> Checkout {
    Checkout::Page
}
const fn new() -> OrderKind {
    OrderKind::New
}
fn card() -> PaymentMethod {
    PaymentMethod::CreditCard
}

impl OrderStatus {
    /// Returns whether the order reaches no other status without an action of a staff member.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Failed | Self::Cancelled)
    }
    /// Returns whether the status is good, bad or neutral.
    pub const fn tone(self) -> EventTone {
        match self {
            Self::Fulfilled => EventTone::Good,
            Self::PendingPayment | Self::Paid | Self::Provisioning => EventTone::Waiting,
            Self::NeedsReview | Self::Failed => EventTone::Bad,
            Self::Cancelled => EventTone::Neutral,
        }
    }
    /// Returns whether a staff member must act on the order.
    pub const fn is_stuck(self) -> bool {
        matches!(self, Self::NeedsReview | Self::Failed)
    }
}

impl OrderStatus {
    /// Returns whether an order of this status can get the status `to`.
    pub const fn can_become(self, to: Self) -> bool {
        use OrderStatus as S;
        match self {
            S::PendingPayment => matches!(to, S::Paid | S::NeedsReview | S::Cancelled),
            S::Paid => matches!(
                to,
                S::Provisioning | S::Fulfilled | S::NeedsReview | S::Failed | S::Cancelled
            ),
            S::Provisioning => {
                matches!(to, S::Fulfilled | S::NeedsReview | S::Failed | S::Cancelled)
            }
            S::NeedsReview => matches!(to, S::Paid | S::Fulfilled | S::Cancelled),
            S::Failed => matches!(to, S::Paid | S::NeedsReview | S::Cancelled),
            // A cancelled order can still be paid.
            S::Cancelled => matches!(to, S::Paid | S::NeedsReview),
            S::Fulfilled => false,
        }
    }
}

impl Resource for Order {
    const PATH: &'static str = "/v1/orders";
    const ONE: &'static str = "order";
    const MANY: &'static str = "orders";
    const NAMES_PEOPLE: bool = true;
    type Id = OrderId;
    type Filter = OrderFilter;
    type Sort = OrderSort;
    fn id(&self) -> OrderId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.order_number.clone()
    }
}

impl Check for NewOrder {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("quantity", self.quantity.into(), 1, 50);
        if let Some(region) = &self.region
            && !region::is_known(region)
        {
            bad.add(
                "region",
                "unknown_region",
                "Use an ISO 3166-1 country or a known group.",
            );
        }
        if let Some(reference) = &self.reference {
            bad.length("reference", reference, 1, 100);
        }
        if let Some(code) = &self.promo_code {
            bad.length("promo_code", code, 1, 50);
        }
        match (self.kind, self.esim_id) {
            (OrderKind::Topup, None) => {
                bad.add("esim_id", "required", "Choose the eSIM to top up.")
            }
            (OrderKind::New, Some(_)) => bad.add(
                "esim_id",
                "new",
                "An order for a new eSIM cannot name an eSIM.",
            ),
            (OrderKind::Topup, Some(_)) if self.quantity != 1 => {
                bad.add(
                    "quantity",
                    "out_of_range",
                    "A top-up order has a quantity of 1.",
                );
            }
            _ => {}
        }
    }
}
impl Check for CancelOrder {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_changes_are_limited_to_the_table() {
        use OrderStatus as S;
        let allowed: &[(S, &[S])] = &[
            (S::PendingPayment, &[S::Paid, S::NeedsReview, S::Cancelled]),
            (
                S::Paid,
                &[
                    S::Provisioning,
                    S::Fulfilled,
                    S::NeedsReview,
                    S::Failed,
                    S::Cancelled,
                ],
            ),
            (
                S::Provisioning,
                &[S::Fulfilled, S::NeedsReview, S::Failed, S::Cancelled],
            ),
            (S::Fulfilled, &[]),
            (S::NeedsReview, &[S::Paid, S::Fulfilled, S::Cancelled]),
            (S::Failed, &[S::Paid, S::NeedsReview, S::Cancelled]),
            (S::Cancelled, &[S::Paid, S::NeedsReview]),
        ];
        assert_eq!(allowed.len(), S::ALL.len());
        for (from, targets) in allowed {
            for to in S::ALL {
                assert_eq!(from.can_become(*to), targets.contains(to), "{from} to {to}");
            }
        }
    }
}
