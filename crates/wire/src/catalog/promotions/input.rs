//! Requests that create and change promotion codes.

use super::{DiscountType, Promotion, normalize_code};
use crate::{Check, Currency, Decimal, FieldErrors, JsonList, Money, PlanId, check::edit_field};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// Maximum number of codes in one request.
pub const MAX_BATCH_SIZE: i32 = 1000;

/// Declares a request with the terms of a single code or of many equal codes.
macro_rules! on_terms {
    ($(#[doc = $says:literal])* $name:ident { $($own:tt)* }) => {
        $(#[doc = $says])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub struct $name {
            $($own)*
            /// How the code lowers the price.
            pub discount_type: DiscountType,
            /// Percentage above 0 and up to 100, or an amount of `currency`.
            #[cfg_attr(feature = "server", schema(example = "10.00"))]
            pub discount_value: Decimal,
            /// Currency of the amounts; required for a fixed amount and for a minimum.
            #[serde(default)]
            pub currency: Option<Currency>,
            /// Minimum order amount.
            #[serde(default)]
            pub min_spend: Option<Money>,
            /// Maximum number of uses per customer; null for unlimited.
            #[serde(default)]
            pub per_user_limit: Option<i32>,
            /// Start of the validity; now when absent.
            #[serde(default)]
            pub valid_from: Option<DateTime<Utc>>,
            /// End of the validity, exclusive.
            pub valid_to: DateTime<Utc>,
            /// Plans that the code applies to; null for all plans.
            #[serde(default)]
            pub applicable_plans: Option<Vec<PlanId>>,
            /// Whether the code applies only to a customer's first order.
            #[serde(default)]
            pub first_order_only: bool,
            /// Whether the code can be used immediately.
            #[serde(default = "yes")]
            pub is_active: bool,
        }
    };
}

on_terms! {
    /// A promotion code to create.
    NewPromotion {
        /// The code that customers enter, case-insensitive. The server generates one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "server", schema(example = "WELCOME10"))]
        pub code: Option<String>,
        /// Maximum number of uses; null for unlimited.
        #[serde(default)]
        pub max_uses: Option<i32>,
        /// Name of the campaign.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(example = "Spring"))]
        pub campaign: Option<String>,
    }
}

on_terms! {
    /// Promotion codes to generate, all with the same terms.
    NewPromotions {
        /// Number of codes, 1 to 1,000.
        #[cfg_attr(feature = "server", schema(example = 100))]
        pub count: i32,
        /// Prefix of every code.
        #[serde(default)]
        #[cfg_attr(feature = "server", schema(example = "SPRING-"))]
        pub prefix: Option<String>,
        /// Name of the campaign, by which lists and exports can be filtered.
        #[cfg_attr(feature = "server", schema(example = "Spring"))]
        pub campaign: String,
        /// Maximum number of uses per code; null for unlimited.
        #[serde(default = "single_use")]
        pub max_uses: Option<i32>,
    }
}

/// Generated promotion codes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PromotionBatch {
    /// Name of the campaign; lists and exports filtered by it contain all the codes.
    pub campaign: String,
    /// Number of generated codes.
    pub count: usize,
    /// The codes.
    pub codes: Vec<String>,
}

/// A change of a promotion code; absent fields stay unchanged. The code itself never changes, nor do orders that have
/// used it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditPromotion {
    /// How the code lowers the price.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub discount_type: Option<DiscountType>,
    /// Percentage, or an amount of `currency`.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub discount_value: Option<Decimal>,
    /// Currency of the amounts.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub currency: Option<Option<Currency>>,
    /// Minimum order amount.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub min_spend: Option<Option<Money>>,
    /// Maximum number of uses, not less than the current number of uses.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub max_uses: Option<Option<i32>>,
    /// Maximum number of uses per customer.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub per_user_limit: Option<Option<i32>>,
    /// Start of the validity.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub valid_from: Option<DateTime<Utc>>,
    /// End of the validity, exclusive.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub valid_to: Option<DateTime<Utc>>,
    /// Plans that the code applies to.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub applicable_plans: Option<Option<Vec<PlanId>>>,
    /// Whether the code applies only to a customer's first order.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub first_order_only: Option<bool>,
    /// Name of the campaign.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub campaign: Option<Option<String>>,
    /// Whether the code is active.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_active: Option<bool>,
}

const fn yes() -> bool {
    true
}
#[expect(clippy::unnecessary_wraps, reason = "what serde asks of a default")]
const fn single_use() -> Option<i32> {
    Some(1)
}

impl NewPromotions {
    /// Returns the terms of one code, without the code.
    pub fn terms_of_one(&self) -> NewPromotion {
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
    /// Returns the changed promotion code as a request to create it, for validation.
    pub fn with_changes_to(&self, old: &Promotion) -> NewPromotion {
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
            check_code(bad, "code", &normalize_code(code), 3, 50);
        }
        self.check_discount(bad);
        for (field, limit) in [
            ("max_uses", self.max_uses),
            ("per_user_limit", self.per_user_limit),
        ] {
            if let Some(limit) = limit {
                bad.range(field, limit.into(), 1, 1_000_000_000);
            }
        }
        if self.valid_from.is_some_and(|from| self.valid_to <= from) {
            bad.add("valid_to", "reversed", "Must be after the start.");
        }
        if let Some(plans) = &self.applicable_plans {
            if plans.is_empty() {
                bad.add(
                    "applicable_plans",
                    "required",
                    "Choose at least one plan, or all plans.",
                );
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
    /// Validates the discount and its currency.
    fn check_discount(&self, bad: &mut FieldErrors) {
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
                    "Choose the currency of the amounts.",
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
        bad.range("count", self.count.into(), 1, MAX_BATCH_SIZE.into());
        if let Some(prefix) = &self.prefix {
            check_code(bad, "prefix", &normalize_code(prefix), 1, 20);
        }
        self.terms_of_one().check(bad);
    }
}

/// Validates single fields. The server validates the changed promotion code as well, once it knows the unchanged
/// fields.
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

/// Validates that a code can be read out on the phone and typed from a flyer.
fn check_code(bad: &mut FieldErrors, field: &str, code: &str, least: usize, most: usize) {
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
