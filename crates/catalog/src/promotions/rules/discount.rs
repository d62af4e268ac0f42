//! The discount of a code, and the reasons why it does not apply. The functions do not use the database.

use wire::{
    Currency, JsonList, Money, PlanId, UserId,
    catalog::promotions::{DiscountType, Promotion, PromotionRejection, PromotionState},
};

use chrono::{DateTime, Utc};

/// A purchase with a code.
#[derive(Debug, Clone)]
pub struct Purchase<'a> {
    /// The code as the customer typed it.
    pub code: &'a str,
    /// The customer, if known.
    pub user: Option<UserId>,
    /// The plan.
    pub plan: PlanId,
    /// The amount before the discount.
    pub amount: &'a Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// The time of the purchase.
    pub now: DateTime<Utc>,
}

/// The history of a customer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Customer {
    /// The reserved and completed uses of this promotion.
    pub uses: i64,
    /// Whether the customer has ordered before.
    pub has_ordered: bool,
}

/// Returns the discount of a promotion on an amount: rounded once, half to even, to the smallest unit of the currency,
/// and never more than the amount.
pub fn discount(promotion: &Promotion, amount: &Money, currency: Currency) -> Money {
    let discount = match promotion.discount_type {
        DiscountType::Percentage => amount.percent_in(&promotion.discount_value, currency),
        DiscountType::FixedAmount => promotion.discount_value.clone(),
    };
    discount.min(amount.clone())
}

/// Returns every reason why a promotion does not apply, or an empty list if it applies. Reasons that depend on the
/// customer are skipped if the customer is not known.
pub fn rejections(
    promotion: &Promotion,
    purchase: &Purchase<'_>,
    customer: Option<Customer>,
) -> Vec<PromotionRejection> {
    let mut reasons = Vec::new();
    let mut add_if = |is_rejected: bool, reason: PromotionRejection| {
        reasons.extend(is_rejected.then_some(reason));
    };
    match promotion.state(purchase.now) {
        PromotionState::Running => {}
        PromotionState::Off => add_if(true, PromotionRejection::SwitchedOff),
        PromotionState::Scheduled => add_if(true, PromotionRejection::NotBegun),
        PromotionState::Ended => add_if(true, PromotionRejection::Ended),
        PromotionState::UsedUp => add_if(true, PromotionRejection::UsedUp),
    }
    let plans = promotion.applicable_plans.as_ref();
    let applies_to_plan = plans.is_none_or(|JsonList(plans)| plans.contains(&purchase.plan));
    add_if(!applies_to_plan, PromotionRejection::OtherPlan);
    let matches_currency = promotion
        .currency
        .is_none_or(|currency| currency == purchase.currency);
    add_if(!matches_currency, PromotionRejection::OtherCurrency);
    let minimum = promotion.min_spend.as_ref().filter(|_| matches_currency);
    add_if(
        minimum.is_some_and(|minimum| purchase.amount < minimum),
        PromotionRejection::BelowMinimum,
    );
    if let Some(Customer { uses, has_ordered }) = customer {
        let limit = promotion.per_user_limit;
        add_if(
            limit.is_some_and(|limit| uses >= limit.into()),
            PromotionRejection::UsedByCustomer,
        );
        add_if(
            promotion.first_order_only && has_ordered,
            PromotionRejection::NotFirstOrder,
        );
    }
    reasons
}

#[cfg(test)]
mod tests;
