//! Promotional codes. A code is stored in upper case and stays taken for ever, even when it is deleted.

mod input;
mod usage;

pub use input::{EditPromotion, NewPromotion, NewPromotions, PromotionBatch};
pub use usage::{
    CheckPromotion, PromotionEffect, PromotionEffectIn, PromotionEffectOptions, PromotionVerdict,
    Redemption, RedemptionFilter, RedemptionSort, WhyNot,
};

use crate::{
    AnyOf, Currency, Decimal, JsonList, Money, PlanId, PromotionId, Resource, text::plain,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a code lowers the price.
    DiscountType: DiscountType, "discount_type" { Percentage = "percentage", FixedAmount = "fixed_amount" }
}

text_enum! {
    /// How far the use of a promotion has come: held until its order is paid, released when it will not be.
    RedemptionState: RedemptionState, "redemption_state" { Held = "held", Completed = "completed", Released = "released" }
}

text_enum! {
    /// How a promotion stands at a time.
    PromotionState: text {
        /// It can be used.
        Running = "running",
        /// Its time has not come.
        Scheduled = "scheduled",
        /// Its time is over.
        Ended = "ended",
        /// Every use is taken.
        UsedUp = "used_up",
        /// Somebody has switched it off.
        Off = "off",
    }
}

/// A code that makes an order cheaper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::promotional_codes, check_for_backend(diesel::pg::Pg)))]
pub struct Promotion {
    /// Which code.
    pub id: PromotionId,
    /// What the customer types, in upper case.
    pub code: String,
    /// How it lowers the price.
    pub discount_type: DiscountType,
    /// Percent, above 0 and up to 100, or an amount of `currency`.
    pub discount_value: Decimal,
    /// The currency of its amounts, and then of the orders it is good for; a percentage without a minimum needs none.
    pub currency: Option<Currency>,
    /// The least an order must come to.
    pub min_spend: Option<Money>,
    /// How often it can be used; null is without end.
    pub max_uses: Option<i32>,
    /// How often one person can use it; null is without end.
    pub per_user_limit: Option<i32>,
    /// How often it is used or held by an open order.
    pub used_count: i32,
    /// From when, inclusive.
    pub valid_from: DateTime<Utc>,
    /// Until when, exclusive.
    pub valid_to: DateTime<Utc>,
    /// The plans it is good for; null is all.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<PlanId>>))]
    pub applicable_plans: Option<JsonList<PlanId>>,
    /// Whether only somebody's first order gets it.
    pub first_order_only: bool,
    /// What it belongs to; codes that were made together share it.
    pub campaign: Option<String>,
    /// Whether it can be used at all.
    pub is_active: bool,
    /// Revision, as the ETag carries it. Uses do not raise it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed or used.
    pub updated_at: DateTime<Utc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
}

filter! {
    /// What the list of promotions can be narrowed by.
    PromotionFilter {
        /// The beginning of a code, or a part of a campaign's name.
        q: String,
        /// How it stands now.
        state: PromotionState,
        /// Of this campaign.
        campaign: String,
        /// In any of these kinds.
        discount_type: AnyOf<DiscountType>,
        /// Good for this plan.
        plan_id: PlanId,
        /// Valid at this time.
        valid_at: DateTime<Utc>,
        /// Deleted ones instead.
        deleted: bool,
        /// Made at or after.
        created_at_from: DateTime<Utc>,
        /// Made before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of promotions can be ordered by. */ PromotionSort {
    CreatedAt = "created_at" desc, Code = "code", ValidFrom = "valid_from", ValidTo = "valid_to", UsedCount = "used_count"
});

impl Promotion {
    /// How it stands at a time.
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

/// A code as it is kept, however it was typed.
pub fn tidy(code: &str) -> String {
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
