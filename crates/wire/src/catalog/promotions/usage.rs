//! Who uses promotions, what they bring, and why one does not apply.

use super::RedemptionState;
use crate::{
    AnyOf, Check, Currency, FieldErrors, Money, OrderId, PlanId, PromotionId, RedemptionId,
    Resource, UserId, region,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The use of a promotion by an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Redemption {
    /// Which use.
    pub id: RedemptionId,
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Its code.
    pub code: String,
    /// The order.
    pub order_id: OrderId,
    /// That order's number.
    pub order_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// How far it has come.
    pub state: RedemptionState,
    /// What it took off.
    pub discount_amount: Money,
    /// In which currency.
    pub currency: Currency,
    /// When the order was placed.
    pub created_at: DateTime<Utc>,
    /// When it was completed or released.
    pub settled_at: Option<DateTime<Utc>>,
}

filter! {
    /// What the list of uses can be narrowed by.
    RedemptionFilter {
        /// Of this promotion.
        promotion_id: PromotionId,
        /// Of this campaign.
        campaign: String,
        /// By this customer.
        user_id: UserId,
        /// By this order.
        order_id: OrderId,
        /// In any of these states.
        state: AnyOf<RedemptionState>,
        /// At or after.
        created_at_from: DateTime<Utc>,
        /// Before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of uses can be ordered by. */ RedemptionSort { CreatedAt = "created_at" desc });

filter! {
    /// Of what the effect is asked.
    PromotionEffectOptions {
        /// Of its whole campaign instead of this one code.
        campaign: bool,
    }
}

/// What a promotion, or its campaign, has brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionEffect {
    /// Orders that hold it and are not paid yet.
    pub held: i64,
    /// Orders that held it and were not paid.
    pub released: i64,
    /// Orders that were paid with it, by currency: amounts of different ones are not added up.
    pub paid: Vec<PromotionEffectIn>,
}

/// The orders of one currency that were paid with a promotion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionEffectIn {
    /// The currency.
    pub currency: Currency,
    /// Orders.
    pub orders: i64,
    /// What was taken off.
    pub discount_amount: Money,
    /// What came in, without tax.
    pub net_amount: Money,
    /// What of that is left after our costs; absent for who may not see costs.
    pub margin_amount: Option<Money>,
    /// Customers whose first paid order this was.
    pub new_customers: i64,
    /// Customers who had paid before.
    pub returning_customers: i64,
}

/// A code, and what it shall be used for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CheckPromotion {
    /// The code.
    #[cfg_attr(feature = "server", schema(example = "WELCOME10"))]
    pub code: String,
    /// The plan.
    pub plan_id: PlanId,
    /// The region whose price is taken; `GLOBAL` when absent.
    #[serde(default)]
    pub region: Option<String>,
    /// The currency.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// How many.
    #[serde(default = "one")]
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub quantity: i32,
    /// For this customer; without one, what depends on the customer is left out.
    #[serde(default)]
    pub user_id: Option<UserId>,
}

/// What a code would take off, or why it takes off nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionVerdict {
    /// The promotion, if there is one of this code.
    pub promotion_id: Option<PromotionId>,
    /// Whether it applies.
    pub applies: bool,
    /// Each reason why not.
    pub reasons: Vec<WhyNot>,
    /// What the order comes to before.
    pub amount: Money,
    /// What is taken off.
    pub discount_amount: Money,
    /// What is left, before tax.
    pub net_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
}

text_enum! {
    /// Why a code does not apply.
    WhyNot: text {
        /// There is no such code.
        Unknown = "unknown",
        /// It was switched off.
        SwitchedOff = "switched_off",
        /// Its time has not come.
        NotBegun = "not_begun",
        /// Its time is over.
        Ended = "ended",
        /// Every use is taken.
        UsedUp = "used_up",
        /// The customer has used it as often as one may.
        UsedByCustomer = "used_by_customer",
        /// It is for first orders, and this is none.
        NotFirstOrder = "not_first_order",
        /// It is for other plans.
        OtherPlan = "other_plan",
        /// It is for orders in another currency.
        OtherCurrency = "other_currency",
        /// The order comes to less than it asks for.
        BelowMinimum = "below_minimum",
    }
}

impl WhyNot {
    /// The reason as a customer can read it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => "There is no such code.",
            Self::SwitchedOff => "The code is no longer in use.",
            Self::NotBegun => "The code is not valid yet.",
            Self::Ended => "The code has expired.",
            Self::UsedUp => "The code has been used as often as it can be.",
            Self::UsedByCustomer => "The customer has used the code as often as one customer can.",
            Self::NotFirstOrder => "The code is for first orders only.",
            Self::OtherPlan => "The code is not for this plan.",
            Self::OtherCurrency => "The code is for orders in another currency.",
            Self::BelowMinimum => "The order comes to less than the code asks for.",
        }
    }
    /// Whether another order could have it: everything else about this one is right.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::UsedUp | Self::UsedByCustomer | Self::Ended)
    }
}

fn usd() -> Currency {
    Currency::Usd
}
fn one() -> i32 {
    1
}

impl Resource for Redemption {
    const PATH: &'static str = "/v1/promotion-redemptions";
    const ONE: &'static str = "redemption";
    const MANY: &'static str = "redemptions";
    const NAMES_PEOPLE: bool = true;
    type Id = RedemptionId;
    type Filter = RedemptionFilter;
    type Sort = RedemptionSort;
    fn id(&self) -> RedemptionId {
        self.id
    }
    fn label(&self) -> String {
        format!("{} · {}", self.code, self.order_number)
    }
}

impl Check for CheckPromotion {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("code", &self.code, 1, 50);
        bad.range("quantity", self.quantity.into(), 1, 50);
        if self
            .region
            .as_ref()
            .is_some_and(|code| !region::is_known(code))
        {
            let message = "Use an ISO 3166-1 country or a known group.";
            bad.add("region", "unknown_region", message);
        }
    }
}
