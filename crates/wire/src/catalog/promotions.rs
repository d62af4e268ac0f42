//! Promotion codes. A code is stored in upper case and cannot be reused, even after it is deleted.

mod input;
mod usage;

pub use input::{EditPromotion, NewPromotion, NewPromotions, PromotionBatch};
pub use usage::{
    CheckPromotion, PromotionCheck, PromotionEffect, PromotionEffectByCurrency,
    PromotionEffectOptions, PromotionRejection, Redemption, RedemptionFilter, RedemptionSort,
};

use crate::{
    AnyOf, Currency, Decimal, JsonList, Money, PlanId, PromotionId, Resource, text::plain,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a promotion code lowers the price.
    DiscountType: DiscountType, "discount_type" { Percentage = "percentage", FixedAmount = "fixed_amount" }
}

text_enum! {
    /// State of a redemption: held until its order is paid, released when the order will not be paid.
    RedemptionState: RedemptionState, "redemption_state" { Held = "held", Completed = "completed", Released = "released" }
}

text_enum! {
    /// State of a promotion code at a time.
    PromotionState: text {
        /// The code can be used.
        Running = "running",
        /// The code is not valid yet.
        Scheduled = "scheduled",
        /// The code has expired.
        Ended = "ended",
        /// All uses are taken.
        UsedUp = "used_up",
        /// The code was deactivated.
        Off = "off",
    }
}

/// A promotion code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::promotional_codes, check_for_backend(diesel::pg::Pg)))]
pub struct Promotion {
    /// ID of the promotion code.
    pub id: PromotionId,
    /// The code that customers enter, in upper case.
    pub code: String,
    /// How the code lowers the price.
    pub discount_type: DiscountType,
    /// Percentage above 0 and up to 100, or an amount of `currency`.
    pub discount_value: Decimal,
    /// Currency of the amounts, and of the orders that the code applies to; null for a percentage without a minimum.
    pub currency: Option<Currency>,
    /// Minimum order amount.
    pub min_spend: Option<Money>,
    /// Maximum number of uses; null for unlimited.
    pub max_uses: Option<i32>,
    /// Maximum number of uses per customer; null for unlimited.
    pub per_user_limit: Option<i32>,
    /// Number of uses, including those held by unpaid orders.
    pub used_count: i32,
    /// Start of the validity, inclusive.
    pub valid_from: DateTime<Utc>,
    /// End of the validity, exclusive.
    pub valid_to: DateTime<Utc>,
    /// Plans that the code applies to; null for all plans.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<PlanId>>))]
    pub applicable_plans: Option<JsonList<PlanId>>,
    /// Whether the code applies only to a customer's first order.
    pub first_order_only: bool,
    /// Name of the campaign; codes that were generated together share it.
    pub campaign: Option<String>,
    /// Whether the code is active.
    pub is_active: bool,
    /// Version of the promotion code, as sent in the `ETag`. Uses do not change it.
    pub version: i32,
    /// When the code was created.
    pub created_at: DateTime<Utc>,
    /// When the code was last changed or used.
    pub updated_at: DateTime<Utc>,
    /// When the code was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the list of promotion codes.
    PromotionFilter {
        /// Prefix of a code, or a part of a campaign's name.
        q: String,
        /// Codes in this state now.
        state: PromotionState,
        /// Codes of this campaign.
        campaign: String,
        /// Codes with any of these discount types.
        discount_type: AnyOf<DiscountType>,
        /// Codes that apply to this plan.
        plan_id: PlanId,
        /// Valid at this time.
        valid_at: DateTime<Utc>,
        /// Deleted codes instead of the others.
        deleted: bool,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of promotions.
    PromotionSort {
    CreatedAt = "created_at" desc, Code = "code", ValidFrom = "valid_from", ValidTo = "valid_to", UsedCount = "used_count"
});

impl Promotion {
    /// Returns the state of the code at a time.
    pub fn state(&self, at: DateTime<Utc>) -> PromotionState {
        if !self.is_active || self.deleted_at.is_some() {
            PromotionState::Off
        } else if at < self.valid_from {
            PromotionState::Scheduled
        } else if at >= self.valid_to {
            PromotionState::Ended
        } else if self.max_uses.is_some_and(|most| self.used_count >= most) {
            PromotionState::UsedUp
        } else {
            PromotionState::Running
        }
    }
}

/// Normalizes an entered code to the stored form.
pub fn normalize_code(code: &str) -> String {
    plain(code).to_ascii_uppercase()
}

impl Resource for Promotion {
    const PATH: &'static str = "/v1/promotions";
    const ONE: &'static str = "promotion";
    const MANY: &'static str = "promotions";
    type Id = PromotionId;
    type Filter = PromotionFilter;
    type Sort = PromotionSort;
    fn id(&self) -> PromotionId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.code.clone()
    }
}
