//! What a code takes off, and why it takes off nothing: arithmetic and comparisons, no database.

use wire::{
    Currency, JsonList, Money, PlanId, UserId,
    catalog::promotions::{DiscountType, Promotion, PromotionState, WhyNot},
};

use chrono::{DateTime, Utc};

/// What is being bought with a code.
#[derive(Debug, Clone)]
pub struct Purchase<'a> {
    /// The code, as it was typed.
    pub code: &'a str,
    /// The customer, where one is known.
    pub user: Option<UserId>,
    /// The plan.
    pub plan: PlanId,
    /// What it comes to before any discount.
    pub amount: &'a Money,
    /// In which currency.
    pub currency: Currency,
    /// When.
    pub now: DateTime<Utc>,
}

/// What is known of the customer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Customer {
    /// How often they hold or have used this promotion.
    pub uses: i64,
    /// Whether they have ordered before.
    pub has_ordered: bool,
}

/// What a promotion takes off an amount: rounded once, half to even, to what the currency can pay; never more than
/// there is.
pub fn discount(promotion: &Promotion, amount: &Money, currency: Currency) -> Money {
    let worth = match promotion.discount_type {
        DiscountType::Percentage => amount.percent_in(&promotion.discount_value, currency),
        DiscountType::FixedAmount => promotion.discount_value.clone(),
    };
    worth.min(amount.clone())
}

/// Each reason why a promotion does not apply; none when it does. What depends on the customer is left out where
/// none is known.
pub fn why_not(
    promotion: &Promotion,
    purchase: &Purchase<'_>,
    customer: Option<Customer>,
) -> Vec<WhyNot> {
    let mut reasons = Vec::new();
    let mut add = |holds: bool, why: WhyNot| reasons.extend(holds.then_some(why));
    match promotion.state(purchase.now) {
        PromotionState::Running => {}
        PromotionState::Off => add(true, WhyNot::SwitchedOff),
        PromotionState::Scheduled => add(true, WhyNot::NotBegun),
        PromotionState::Ended => add(true, WhyNot::Ended),
        PromotionState::UsedUp => add(true, WhyNot::UsedUp),
    }
    let plans = promotion.applicable_plans.as_ref();
    let is_for = plans.is_none_or(|JsonList(plans)| plans.contains(&purchase.plan));
    add(!is_for, WhyNot::OtherPlan);
    let is_paid_in = promotion
        .currency
        .is_none_or(|currency| currency == purchase.currency);
    add(!is_paid_in, WhyNot::OtherCurrency);
    let least = promotion.min_spend.as_ref().filter(|_| is_paid_in);
    add(
        least.is_some_and(|least| purchase.amount < least),
        WhyNot::BelowMinimum,
    );
    if let Some(Customer { uses, has_ordered }) = customer {
        let most = promotion.per_user_limit;
        add(
            most.is_some_and(|most| uses >= most.into()),
            WhyNot::UsedByCustomer,
        );
        add(
            promotion.first_order_only && has_ordered,
            WhyNot::NotFirstOrder,
        );
    }
    reasons
}

#[cfg(test)]
mod tests;
