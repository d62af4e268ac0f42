//! Redemptions of promotion codes, their revenue, and checks whether a code applies.

use super::RedemptionState;
use crate::{
    AnyOf, Check, Currency, FieldErrors, Money, OrderId, PlanId, PromotionId, RedemptionId,
    Resource, UserId, region,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The use of a promotion code by an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Redemption {
    /// ID of the redemption.
    pub id: RedemptionId,
    /// The promotion code.
    pub promotion_id: PromotionId,
    /// The code as text.
    pub code: String,
    /// The order.
    pub order_id: OrderId,
    /// Number of the order.
    pub order_number: String,
    /// The customer.
    pub user_id: UserId,
    /// The customer's name; masked for support.
    pub customer: String,
    /// State of the redemption.
    pub state: RedemptionState,
    /// Discount of the order.
    pub discount_amount: Money,
    /// Currency of the discount.
    pub currency: Currency,
    /// When the order was placed.
    pub created_at: DateTime<Utc>,
    /// When the redemption was completed or released.
    pub settled_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the list of redemptions.
    RedemptionFilter {
        /// Redemptions of this promotion code.
        promotion_id: PromotionId,
        /// Redemptions of this campaign.
        campaign: String,
        /// Redemptions by this customer.
        user_id: UserId,
        /// The redemption by this order.
        order_id: OrderId,
        /// Redemptions in any of these states.
        state: AnyOf<RedemptionState>,
        /// Ordered at or after.
        created_at_from: DateTime<Utc>,
        /// Ordered before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of uses.
    RedemptionSort { CreatedAt = "created_at" desc });

filter! {
    /// Scope of the revenue report of a promotion code.
    PromotionEffectOptions {
        /// Report the whole campaign instead of this code.
        campaign: bool,
    }
}

/// Orders and revenue of a promotion code or its campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionEffect {
    /// Number of unpaid orders that hold the code.
    pub held: i64,
    /// Number of orders that held the code and were not paid.
    pub released: i64,
    /// Paid orders with the code, by currency.
    pub paid: Vec<PromotionEffectByCurrency>,
}

/// Paid orders with a promotion code in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionEffectByCurrency {
    /// The currency.
    pub currency: Currency,
    /// Number of orders.
    pub orders: i64,
    /// Sum of the discounts.
    pub discount_amount: Money,
    /// Sum of the payments without tax.
    pub net_amount: Money,
    /// Net amount less costs; absent for callers who may not see costs.
    pub margin_amount: Option<Money>,
    /// Number of customers whose first paid order it was.
    pub new_customers: i64,
    /// Number of customers with an earlier paid order.
    pub returning_customers: i64,
}

/// A promotion code and the order to check it for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CheckPromotion {
    /// The code.
    #[cfg_attr(feature = "server", schema(example = "WELCOME10"))]
    pub code: String,
    /// The plan.
    pub plan_id: PlanId,
    /// The region of the price; `GLOBAL` when absent.
    #[serde(default)]
    pub region: Option<String>,
    /// The currency.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// Number of eSIMs.
    #[serde(default = "one")]
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub quantity: i32,
    /// The customer; without a customer, checks that depend on the customer are left out.
    #[serde(default)]
    pub user_id: Option<UserId>,
}

/// The discount of a promotion code for an order, or why the code does not apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionCheck {
    /// The promotion code, if it exists.
    pub promotion_id: Option<PromotionId>,
    /// Whether the code applies to the order.
    pub applies: bool,
    /// All reasons why the code does not apply.
    pub reasons: Vec<PromotionRejection>,
    /// Order amount before the discount.
    pub amount: Money,
    /// Discount.
    pub discount_amount: Money,
    /// Order amount after the discount, before tax.
    pub net_amount: Money,
    /// The currency of all amounts.
    pub currency: Currency,
}

text_enum! {
    /// Why a promotion code does not apply.
    PromotionRejection: text {
        /// The code does not exist.
        Unknown = "unknown",
        /// The code was deactivated.
        SwitchedOff = "switched_off",
        /// The code is not valid yet.
        NotBegun = "not_begun",
        /// The code has expired.
        Ended = "ended",
        /// All uses are taken.
        UsedUp = "used_up",
        /// The customer has reached the limit per customer.
        UsedByCustomer = "used_by_customer",
        /// The code is for first orders only, and the customer has ordered before.
        NotFirstOrder = "not_first_order",
        /// The code does not apply to the plan.
        OtherPlan = "other_plan",
        /// The code applies to orders in another currency.
        OtherCurrency = "other_currency",
        /// The order is below the minimum amount.
        BelowMinimum = "below_minimum",
    }
}

impl PromotionRejection {
    /// Returns the reason in a sentence for customers.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => "The code does not exist.",
            Self::SwitchedOff => "The code is not active.",
            Self::NotBegun => "The code is not valid yet.",
            Self::Ended => "The code has expired.",
            Self::UsedUp => "All uses of the code are taken.",
            Self::UsedByCustomer => "The customer has reached the limit of uses per customer.",
            Self::NotFirstOrder => "The code is for first orders only.",
            Self::OtherPlan => "The code does not apply to this plan.",
            Self::OtherCurrency => "The code applies to orders in another currency.",
            Self::BelowMinimum => "The order is below the minimum amount of the code.",
        }
    }
    /// Returns whether the code can no longer be used, although the order itself is correct.
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
