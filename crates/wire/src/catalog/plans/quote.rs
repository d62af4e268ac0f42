//! The answer to what a plan costs, and the reasons for it.

use crate::{Currency, Money, PlanId, PriceId, catalog::pricing::Price};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The price at which a plan sells, right now or at a given time, and why that one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Quote {
    /// The price that applies.
    pub price_id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// The region whose price applies: the one asked for, or GLOBAL.
    pub region: String,
    /// What the customer pays for one.
    pub selling_price: Money,
    /// What we pay for one; absent for who may not see costs.
    pub cost_price: Option<Money>,
    /// In this currency.
    pub currency: Currency,
    /// The time it was asked for.
    pub at: DateTime<Utc>,
    /// Until when this price holds, if it ends.
    pub effective_to: Option<DateTime<Utc>>,
}

text_enum! {
    /// Why a price was taken, or was not.
    QuoteReason: text {
        /// It holds, and none is nearer.
        Taken = "taken",
        /// It holds everywhere, but the region has a price of its own.
        Overruled = "overruled",
        /// It has not begun.
        Ahead = "ahead",
        /// It has ended.
        Over = "over",
    }
}

/// Why a plan costs what it costs: every price that could have applied, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QuoteExplained {
    /// The plan.
    pub plan_id: PlanId,
    /// The region it was asked for.
    pub region: String,
    /// The currency it was asked in.
    pub currency: Currency,
    /// The time it was asked for.
    pub at: DateTime<Utc>,
    /// The price that applies; null when the plan cannot be bought so.
    pub price_id: Option<PriceId>,
    /// The outcome in a sentence.
    pub sentence: String,
    /// The region's prices and the global ones, the nearest first, then the newest.
    pub candidates: Vec<QuoteCandidate>,
}

/// A price that could have applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QuoteCandidate {
    /// The price.
    pub price: Price,
    /// What became of it.
    pub reason: QuoteReason,
    /// The same in a sentence.
    pub sentence: String,
}
