//! Orders: one plan for one customer, from the sale to the delivery.

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
    /// How far an order has come. `needs_review` and `failed` say why in `status_reason`.
    OrderStatus: OrderStatus, "order_status" {
        PendingPayment = "pending_payment", Paid = "paid", Provisioning = "provisioning", Fulfilled = "fulfilled",
        NeedsReview = "needs_review", Failed = "failed", Cancelled = "cancelled",
    }
}
text_enum! {
    /// A new eSIM, or more data for one in use.
    OrderKind: OrderKind, "order_kind" { New = "new", Topup = "topup" }
}

text_enum! {
    /// The state of the refunds of an order or a payment. A pending refund takes precedence, because a person may have
    /// to act on it.
    RefundState: text {
        /// A refund is requested, or approved and not paid out yet.
        Pending = "refund_pending",
        /// A part was refunded.
        Partial = "partially_refunded",
        /// Everything was refunded.
        Full = "refunded",
    }
}

impl RefundState {
    /// Returns how far refunds have come, from what was paid, refunded, and is still pending.
    pub fn of(paid: &Money, refunded: &Money, pending: &Money) -> Option<Self> {
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

/// An order. Price and terms are those of the moment it was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Order {
    /// Which order.
    pub id: OrderId,
    /// What people call it, such as `ORD-000123`.
    pub order_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's terms, frozen.
    pub terms: Terms,
    /// A new eSIM, or a top-up.
    pub kind: OrderKind,
    /// How many eSIMs.
    pub quantity: i32,
    /// The region whose price was taken.
    pub region: Option<String>,
    /// The price of one.
    pub unit_price: Money,
    /// What one costs us: as the providers charged it, or as it was expected while none has charged. Absent for callers
    /// who may not see costs.
    pub unit_cost: Option<Money>,
    /// What is left of the price after discount and cost, without tax; negative when the providers charged more.
    /// Absent for callers who may not see costs, and when a provider charged in another currency.
    pub margin_amount: Option<Decimal>,
    /// What a promotion took off.
    pub discount_amount: Money,
    /// Its code.
    pub promo_code: Option<String>,
    /// Tax.
    pub tax_amount: Money,
    /// What the customer pays: unit price times quantity, less discount, plus tax.
    pub total_amount: Money,
    /// What was refunded of its payments.
    #[serde(default = "Money::zero")]
    pub refunded_amount: Money,
    /// What is still being refunded: requested, or approved and not paid out yet.
    #[serde(default = "Money::zero")]
    pub pending_refund_amount: Money,
    /// How far refunds of its payments have come; null when there are none.
    #[serde(default)]
    pub refund_state: Option<RefundState>,
    /// The payment of which something can be refunded; null when nothing can be.
    #[serde(default)]
    pub refundable_payment_id: Option<TransactionId>,
    /// How far the dispute of a payment has come, such as `needs_response`; null when the bank disputes none.
    #[serde(default)]
    pub dispute_state: Option<String>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// How far it has come.
    pub status: OrderStatus,
    /// Why it is there, when that needs saying.
    pub status_reason: Option<String>,
    /// The integrator's own reference.
    pub reference: Option<String>,
    /// The eSIM that a top-up is for.
    pub esim_id: Option<EsimId>,
    /// Who placed it.
    pub created_by: Option<UserId>,
    /// Until when it can be paid.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When every unit had its eSIM.
    pub fulfilled_at: Option<DateTime<Utc>>,
    /// When the delivery was sent.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was placed.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What was sold, as the plan stood at that moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Terms {
    /// The plan's name.
    pub name: String,
    /// Data in MB; null is unlimited.
    pub data_limit_mb: Option<crate::Decimal>,
    /// Minutes of calls.
    pub voice_minutes: i32,
    /// Text messages.
    pub sms_count: i32,
    /// Days.
    pub validity_days: i32,
    /// Places.
    pub regions: Vec<String>,
    /// From when the days count. What is below was not kept of the oldest orders.
    #[serde(default)]
    pub validity_policy: Option<ValidityPolicy>,
    /// Days within which it must be activated.
    #[serde(default)]
    pub activate_within_days: Option<i32>,
    /// Fair use: data a day at full speed, in MB.
    #[serde(default)]
    pub daily_limit_mb: Option<crate::Decimal>,
    /// Fair use: how fast it is after that, in kbit/s.
    #[serde(default)]
    pub throttled_kbps: Option<i32>,
    /// Whether its data may be shared with other devices.
    #[serde(default)]
    pub hotspot_allowed: Option<bool>,
    /// The access point that a device must be set to.
    #[serde(default)]
    pub apn: Option<String>,
    /// Whether only verified customers could buy it.
    #[serde(default)]
    pub kyc_required: Option<bool>,
}

impl Terms {
    /// What was sold, in a line: `Europe 5 GB, 30 days`.
    pub fn title(&self) -> String {
        let days = if self.validity_days == 1 {
            "day"
        } else {
            "days"
        };
        format!("{}, {} {days}", self.name, self.validity_days)
    }
}

/// An order to be placed. Needs an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewOrder {
    /// The customer; whoever asks, when absent.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The plan.
    pub plan_id: PlanId,
    /// How many eSIMs, 1 to 50.
    #[serde(default = "one")]
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub quantity: i32,
    /// The region whose price to take; `GLOBAL` when absent or without a price of its own.
    #[serde(default)]
    pub region: Option<String>,
    /// The currency to pay in.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// How it will be paid. A card is paid at the gateway at once; everything else is confirmed by a person.
    #[serde(default = "card")]
    pub payment_method: PaymentMethod,
    /// Where a card is taken.
    #[serde(default = "page")]
    pub checkout: Checkout,
    /// A new eSIM, or more data for one in use.
    #[serde(default = "new")]
    pub kind: OrderKind,
    /// The eSIM that a top-up is for.
    #[serde(default)]
    pub esim_id: Option<EsimId>,
    /// A promotion's code; upper and lower case are the same.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "WELCOME10"))]
    pub promo_code: Option<String>,
    /// The caller's own reference, unique among the caller's orders.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "shop-4711"))]
    pub reference: Option<String>,
}

/// Why an order is cancelled.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CancelOrder {
    /// The reason, for the record.
    #[cfg_attr(feature = "server", schema(example = "Ordered by mistake"))]
    pub reason: String,
}

filter! {
    /// What the list of orders can be narrowed by.
    OrderFilter {
        /// The beginning of an order number, or a whole reference.
        q: String,
        /// Any of these states.
        status: AnyOf<OrderStatus>,
        /// New eSIMs or top-ups.
        kind: AnyOf<OrderKind>,
        /// Of this customer.
        user_id: UserId,
        /// Of this plan.
        plan_id: PlanId,
        /// That brought this eSIM, or data on it.
        esim_id: EsimId,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Placed at or after.
        created_at_from: DateTime<Utc>,
        /// Placed before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of orders can be ordered by. */ OrderSort { CreatedAt = "created_at" desc, TotalAmount = "total_amount", UpdatedAt = "updated_at" });

/// What happened to an order, step by step, from the audit log and the histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Timeline {
    /// The steps, the oldest first.
    pub data: Vec<Step>,
}

/// One step of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Step {
    /// When.
    pub at: DateTime<Utc>,
    /// What, in a word of the trade: `ordered`, `paid`, `provisioned`, `delivered`, ...
    pub what: String,
    /// What, in a sentence.
    pub sentence: String,
    /// Who; null for the system.
    pub actor_id: Option<UserId>,
    /// Who, by name.
    pub actor: Option<String>,
    /// Whether it went well, badly, or is only news.
    pub tone: Tone,
}

text_enum! {
    /// Whether news is good.
    Tone: text { Good = "good", Bad = "bad", Neutral = "neutral", Waiting = "waiting" }
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
    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Failed | Self::Cancelled)
    }
    /// Whether that is good.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Fulfilled => Tone::Good,
            Self::PendingPayment | Self::Paid | Self::Provisioning => Tone::Waiting,
            Self::NeedsReview | Self::Failed => Tone::Bad,
            Self::Cancelled => Tone::Neutral,
        }
    }
    /// Whether a person has to look at it.
    pub const fn is_stuck(self) -> bool {
        matches!(self, Self::NeedsReview | Self::Failed)
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
            (OrderKind::Topup, None) => bad.add("esim_id", "required", "Say which eSIM it is for."),
            (OrderKind::New, Some(_)) => bad.add("esim_id", "new", "A new eSIM has no id yet."),
            (OrderKind::Topup, Some(_)) if self.quantity != 1 => {
                bad.add(
                    "quantity",
                    "out_of_range",
                    "An eSIM is topped up once per order.",
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
