//! The price that applies to a plan, and why.

use crate::{Currency, Money, PlanId, PriceId, catalog::pricing::Price};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The price that applies to a plan now or at a given time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Quote {
    /// The price that applies.
    pub price_id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// The region of the applied price: the requested region, or GLOBAL.
    pub region: String,
    /// Price per eSIM for the customer.
    pub selling_price: Money,
    /// Cost per eSIM; absent for callers who may not see costs.
    pub cost_price: Option<Money>,
    /// Currency of both amounts.
    pub currency: Currency,
    /// The time that the quote is for.
    pub at: DateTime<Utc>,
    /// When the price ends; null when it does not.
    pub effective_to: Option<DateTime<Utc>>,
}

text_enum! {
    /// Why a price applies or does not.
    QuoteReason: text {
        /// The price is current, and no price for a nearer region exists.
        Taken = "taken",
        /// The price is current and global, but the region has its own price.
        Overruled = "overruled",
        /// The price has not started.
        Ahead = "ahead",
        /// The price has ended.
        Over = "over",
    }
}

/// Explanation of a quote: every price that could apply, and why it does or does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QuoteExplanation {
    /// The plan.
    pub plan_id: PlanId,
    /// The requested region.
    pub region: String,
    /// The requested currency.
    pub currency: Currency,
    /// The time that the quote is for.
    pub at: DateTime<Utc>,
    /// The price that applies; null when the plan cannot be bought with these parameters.
    pub price_id: Option<PriceId>,
    /// Summary in a sentence.
    pub sentence: String,
    /// The region's prices and the global ones, the nearest first, then the newest.
    pub candidates: Vec<QuoteCandidate>,
}

/// A price that could apply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QuoteCandidate {
    /// The price.
    pub price: Price,
    /// Why the price applies or does not.
    pub reason: QuoteReason,
    /// The reason in a sentence.
    pub sentence: String,
}
