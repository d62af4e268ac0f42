//! Promotional codes. A code is stored in upper case and stays taken for ever, even when it is deleted.

use crate::{Currency, Decimal, JsonList, Money, PlanId, PromotionId};
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
    /// Whether it can be used at all.
    pub is_active: bool,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
