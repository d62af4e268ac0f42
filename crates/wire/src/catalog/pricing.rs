//! Prices: what a plan sells for in a region and currency, from when until when. Never two at one time.

mod changes;
mod earnings;

pub use changes::*;
pub use earnings::*;

use crate::{
    AnyOf, Check, Currency, Decimal, FieldErrors, Money, PlanId, PriceChangeId, PriceId, Resource,
    check::maybe, region,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// A price of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Price {
    /// Which price.
    pub id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's name.
    pub plan_name: String,
    /// Where it applies; `GLOBAL` is everywhere without a nearer price.
    pub region: String,
    /// What we pay; absent for who may not see costs.
    pub cost_price: Option<Money>,
    /// What the customer pays.
    pub selling_price: Money,
    /// Selling price over cost, in percent; absent without a cost.
    pub markup_percentage: Option<Decimal>,
    /// What is left of the selling price after the cost, in percent of it; absent without a cost.
    pub margin_percentage: Option<Decimal>,
    /// The currency of both.
    pub currency: Currency,
    /// From when.
    pub effective_from: DateTime<Utc>,
    /// Until when; null is open.
    pub effective_to: Option<DateTime<Utc>>,
    /// Why it was set so.
    pub note: Option<String>,
    /// The change of many prices that set it.
    pub change_id: Option<PriceChangeId>,
    /// The price that it took the place of.
    pub replaces_id: Option<PriceId>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A price to be set. An open price of the same plan, region and currency that began earlier ends where this one begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPrice {
    /// The plan.
    pub plan_id: PlanId,
    /// Where it applies; `GLOBAL` when absent.
    #[serde(default = "global")]
    #[cfg_attr(feature = "server", schema(example = "GLOBAL"))]
    pub region: String,
    /// What we pay.
    #[cfg_attr(feature = "server", schema(example = "4.20"))]
    pub cost_price: Money,
    /// What the customer pays.
    #[cfg_attr(feature = "server", schema(example = "9.90"))]
    pub selling_price: Money,
    /// The currency of both.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// From when; now when absent.
    #[serde(default)]
    pub effective_from: Option<DateTime<Utc>>,
    /// Until when; open when absent.
    #[serde(default)]
    pub effective_to: Option<DateTime<Utc>>,
    /// Why it is set so. Required when it sells below cost, or for less than the margin that is asked for.
    #[serde(default)]
    pub note: Option<String>,
}

/// A change of a price that has not begun, or of the end of one that has.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditPrice {
    /// What we pay.
    #[serde(default, deserialize_with = "maybe::value")]
    pub cost_price: Option<Money>,
    /// What the customer pays.
    #[serde(default, deserialize_with = "maybe::value")]
    pub selling_price: Option<Money>,
    /// From when.
    #[serde(default, deserialize_with = "maybe::value")]
    pub effective_from: Option<DateTime<Utc>>,
    /// Until when; null is open.
    #[serde(default, deserialize_with = "maybe::given")]
    pub effective_to: Option<Option<DateTime<Utc>>>,
    /// Why it is set so.
    #[serde(default, deserialize_with = "maybe::given")]
    pub note: Option<Option<String>>,
}

filter! {
    /// What the list of prices can be narrowed by.
    PriceFilter {
        /// Prices of this plan.
        plan_id: PlanId,
        /// Prices that this change of many has set.
        change_id: PriceChangeId,
        /// Prices for this region.
        region: String,
        /// Prices in any of these currencies.
        currency: AnyOf<Currency>,
        /// Prices that hold at this time.
        at: DateTime<Utc>,
        /// Prices that begin at or after.
        effective_from_from: DateTime<Utc>,
        /// Prices that begin before.
        effective_from_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of prices can be ordered by. */ PriceSort {
    EffectiveFrom = "effective_from" desc, SellingPrice = "selling_price", CreatedAt = "created_at"
});

filter! {
    /// For where, in what and for when a price is asked.
    QuoteOptions {
        /// The region; `GLOBAL` when absent or without a price of its own.
        region: String,
        /// The currency; USD when absent.
        currency: Currency,
        /// The time; now when absent. Only for staff.
        at: DateTime<Utc>,
    }
}

fn global() -> String {
    region::GLOBAL.to_owned()
}
fn usd() -> Currency {
    Currency::Usd
}

impl Resource for Price {
    const PATH: &'static str = "/v1/pricing";
    const ONE: &'static str = "price";
    const MANY: &'static str = "prices";
    type Id = PriceId;
    type Filter = PriceFilter;
    type Sort = PriceSort;
    fn id(&self) -> PriceId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        format!(
            "{} · {} · {}",
            self.plan_name,
            region::name(&self.region),
            self.currency
        )
    }
}

impl Check for NewPrice {
    fn check(&self, bad: &mut FieldErrors) {
        if !region::is_known(&self.region) {
            bad.add(
                "region",
                "unknown_region",
                "Use an ISO 3166-1 country, a known group or GLOBAL.",
            );
        }
        bad.not_negative("cost_price", &self.cost_price);
        bad.positive("selling_price", &self.selling_price);
        for (field, amount) in [
            ("cost_price", &self.cost_price),
            ("selling_price", &self.selling_price),
        ] {
            if !self.currency.can_hold(amount) {
                bad.add(
                    field,
                    "too_fine",
                    format!("{} has no smaller unit than one.", self.currency),
                );
            }
        }
        if let (Some(from), Some(to)) = (self.effective_from, self.effective_to)
            && to <= from
        {
            bad.add(
                "effective_to",
                "reversed",
                "Must be later than the beginning.",
            );
        }
        match &self.note {
            Some(note) => bad.lines("note", note, 0, 1000),
            None if self.selling_price < self.cost_price => {
                bad.add("note", "below_cost", "It sells below cost: say why.")
            }
            None => {}
        }
    }
}
impl Check for EditPrice {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(cost) = &self.cost_price {
            bad.not_negative("cost_price", cost);
        }
        if let Some(price) = &self.selling_price {
            bad.positive("selling_price", price);
        }
        if let (Some(from), Some(Some(to))) = (self.effective_from, self.effective_to)
            && to <= from
        {
            bad.add(
                "effective_to",
                "reversed",
                "Must be later than the beginning.",
            );
        }
        if let Some(Some(note)) = &self.note {
            bad.lines("note", note, 0, 1000);
        }
    }
}
