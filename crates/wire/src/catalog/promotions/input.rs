//! What promotions are made and changed with.

use super::{DiscountType, Promotion, tidy};
use crate::{Check, Currency, Decimal, FieldErrors, JsonList, Money, PlanId, check::maybe};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// The most codes that are made at once.
pub const MOST_AT_ONCE: i32 = 1000;

/// A shape with the terms on which one code is made, or many alike.
macro_rules! on_terms {
    ($(#[doc = $says:literal])* $name:ident { $($own:tt)* }) => {
        $(#[doc = $says])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub struct $name {
            $($own)*
            /// How it lowers the price.
            pub discount_type: DiscountType,
            /// Percent, above 0 and up to 100, or an amount of `currency`.
            #[cfg_attr(feature = "server", schema(example = "10.00"))]
            pub discount_value: Decimal,
            /// The currency of its amounts; needed for a fixed amount and for a minimum.
            #[serde(default)]
            pub currency: Option<Currency>,
            /// The least an order must come to.
            #[serde(default)]
            pub min_spend: Option<Money>,
            /// How often one person can use it; null is without end.
            #[serde(default)]
            pub per_user_limit: Option<i32>,
            /// From when; now when absent.
            #[serde(default)]
            pub valid_from: Option<DateTime<Utc>>,
            /// Until when, exclusive.
            pub valid_to: DateTime<Utc>,
            /// The plans it is good for; null is all.
            #[serde(default)]
            pub applicable_plans: Option<Vec<PlanId>>,
            /// Whether only somebody's first order gets it.
            #[serde(default)]
            pub first_order_only: bool,
            /// Whether it can be used at once.
            #[serde(default = "yes")]
            pub is_active: bool,
        }
    };
}

on_terms! {
    /// A promotion to be made.
    NewPromotion {
        /// What the customer types; upper and lower case are the same. One is made up when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "server", schema(example = "WELCOME10"))]
        pub code: Option<String>,
        /// How often it can be used; null is without end.
        #[serde(default)]
        pub max_uses: Option<i32>,
        /// What it belongs to.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(example = "Spring"))]
        pub campaign: Option<String>,
    }
}

on_terms! {
    /// Many codes to be made at once, all on the same terms.
    NewPromotions {
        /// How many, 1 to 1,000.
        #[cfg_attr(feature = "server", schema(example = 100))]
        pub count: i32,
        /// What every code begins with.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(example = "SPRING-"))]
        pub prefix: Option<String>,
        /// What they belong to, by which they are found and exported.
        #[cfg_attr(feature = "server", schema(example = "Spring"))]
        pub campaign: String,
        /// How often each can be used; null is without end.
        #[serde(default = "once")]
        pub max_uses: Option<i32>,
    }
}

/// Codes that were made together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionBatch {
    /// What they belong to: the list and its export narrowed to it show them all.
    pub campaign: String,
    /// How many were made.
    pub count: usize,
    /// The codes.
    pub codes: Vec<String>,
}

/// A change of a promotion; what is absent stays. The code itself never changes, nor do orders that have used it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditPromotion {
    /// How it lowers the price.
    #[serde(default, deserialize_with = "maybe::value")]
    pub discount_type: Option<DiscountType>,
    /// Percent, or an amount of `currency`.
    #[serde(default, deserialize_with = "maybe::value")]
    pub discount_value: Option<Decimal>,
    /// The currency of its amounts.
    #[serde(default, deserialize_with = "maybe::given")]
    pub currency: Option<Option<Currency>>,
    /// The least an order must come to.
    #[serde(default, deserialize_with = "maybe::given")]
    pub min_spend: Option<Option<Money>>,
    /// How often it can be used; never less than it has been.
    #[serde(default, deserialize_with = "maybe::given")]
    pub max_uses: Option<Option<i32>>,
    /// How often one person can use it.
    #[serde(default, deserialize_with = "maybe::given")]
    pub per_user_limit: Option<Option<i32>>,
    /// From when.
    #[serde(default, deserialize_with = "maybe::value")]
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when, exclusive.
    #[serde(default, deserialize_with = "maybe::value")]
    pub valid_to: Option<DateTime<Utc>>,
    /// The plans it is good for.
    #[serde(default, deserialize_with = "maybe::given")]
    pub applicable_plans: Option<Option<Vec<PlanId>>>,
    /// Whether only somebody's first order gets it.
    #[serde(default, deserialize_with = "maybe::value")]
    pub first_order_only: Option<bool>,
    /// What it belongs to.
    #[serde(default, deserialize_with = "maybe::given")]
    pub campaign: Option<Option<String>>,
    /// Whether it can be used at all.
    #[serde(default, deserialize_with = "maybe::value")]
    pub is_active: Option<bool>,
}

const fn yes() -> bool {
    true
}
#[expect(clippy::unnecessary_wraps, reason = "what serde asks of a default")]
const fn once() -> Option<i32> {
    Some(1)
}

impl NewPromotions {
    /// One of them, without its code.
    pub fn each(&self) -> NewPromotion {
        let many = self.clone();
        NewPromotion {
            code: None,
            discount_type: many.discount_type,
            discount_value: many.discount_value,
            currency: many.currency,
            min_spend: many.min_spend,
            max_uses: many.max_uses,
            per_user_limit: many.per_user_limit,
            valid_from: many.valid_from,
            valid_to: many.valid_to,
            applicable_plans: many.applicable_plans,
            first_order_only: many.first_order_only,
            campaign: Some(many.campaign),
            is_active: many.is_active,
        }
    }
}

impl EditPromotion {
    /// The promotion as it becomes, as if it were made anew.
    pub fn applied(&self, old: &Promotion) -> NewPromotion {
        let (edit, old) = (self.clone(), old.clone());
        NewPromotion {
            code: Some(old.code),
            discount_type: edit.discount_type.unwrap_or(old.discount_type),
            discount_value: edit.discount_value.unwrap_or(old.discount_value),
            currency: edit.currency.unwrap_or(old.currency),
            min_spend: edit.min_spend.unwrap_or(old.min_spend),
            max_uses: edit.max_uses.unwrap_or(old.max_uses),
            per_user_limit: edit.per_user_limit.unwrap_or(old.per_user_limit),
            valid_from: Some(edit.valid_from.unwrap_or(old.valid_from)),
            valid_to: edit.valid_to.unwrap_or(old.valid_to),
            applicable_plans: edit
                .applicable_plans
                .unwrap_or_else(|| old.applicable_plans.map(|JsonList(plans)| plans)),
            first_order_only: edit.first_order_only.unwrap_or(old.first_order_only),
            campaign: edit.campaign.unwrap_or(old.campaign),
            is_active: edit.is_active.unwrap_or(old.is_active),
        }
    }
}

impl Check for NewPromotion {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(code) = &self.code {
            spelt(bad, "code", &tidy(code), 3, 50);
        }
        self.worth(bad);
        for (field, limit) in [
            ("max_uses", self.max_uses),
            ("per_user_limit", self.per_user_limit),
        ] {
            if let Some(limit) = limit {
                bad.range(field, limit.into(), 1, 1_000_000_000);
            }
        }
        if self.valid_from.is_some_and(|from| self.valid_to <= from) {
            bad.add("valid_to", "reversed", "Must be later than the beginning.");
        }
        if let Some(plans) = &self.applicable_plans {
            if plans.is_empty() {
                bad.add("applicable_plans", "required", "Choose a plan, or all.");
            }
            if plans.len() > 500 {
                bad.add("applicable_plans", "too_many", "Choose 500 at most.");
            }
        }
        if let Some(campaign) = &self.campaign {
            bad.length("campaign", campaign, 1, 100);
        }
    }
}

impl NewPromotion {
    /// What it takes off, and from what.
    fn worth(&self, bad: &mut FieldErrors) {
        bad.positive("discount_value", &self.discount_value);
        let is_fixed = self.discount_type == DiscountType::FixedAmount;
        if !is_fixed && self.discount_value > 100.into() {
            bad.add(
                "discount_value",
                "out_of_range",
                "Enter 100 percent at most.",
            );
        }
        if let Some(least) = &self.min_spend {
            bad.not_negative("min_spend", least);
        }
        let Some(currency) = self.currency else {
            if is_fixed || self.min_spend.is_some() {
                bad.add(
                    "currency",
                    "required",
                    "Say in which currency the amounts are.",
                );
            }
            return;
        };
        let amounts = [
            (
                "discount_value",
                Some(&self.discount_value).filter(|_| is_fixed),
            ),
            ("min_spend", self.min_spend.as_ref()),
        ];
        for (field, amount) in amounts {
            if amount.is_some_and(|amount| !currency.can_hold(amount)) {
                let message = format!("{currency} has no smaller unit than one.");
                bad.add(field, "too_fine", message);
            }
        }
    }
}

impl Check for NewPromotions {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("count", self.count.into(), 1, MOST_AT_ONCE.into());
        if let Some(prefix) = &self.prefix {
            spelt(bad, "prefix", &tidy(prefix), 1, 20);
        }
        self.each().check(bad);
    }
}

/// An edit is checked as the promotion that it makes, once that is known.
impl Check for EditPromotion {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(value) = &self.discount_value {
            bad.positive("discount_value", value);
        }
        if let Some(Some(campaign)) = &self.campaign {
            bad.length("campaign", campaign, 1, 100);
        }
    }
}

/// A code can be told on the phone, and typed from a flyer.
fn spelt(bad: &mut FieldErrors, field: &str, code: &str, least: usize, most: usize) {
    let fits = (least..=most).contains(&code.len());
    if !fits
        || !code
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    {
        let message = format!("Use {least} to {most} letters from A to Z, digits, - and _.");
        bad.add(field, "code", message);
    }
}
