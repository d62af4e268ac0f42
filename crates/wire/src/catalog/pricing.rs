//! Prices of plans by region, currency and time. The periods of two prices never overlap.

mod changes;
mod earnings;

pub use changes::*;
pub use earnings::*;

use crate::{
    AnyOf, Check, Currency, Decimal, FieldErrors, Money, PlanId, PriceChangeId, PriceId, Resource,
    check::edit_field, region,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// A price of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Price {
    /// ID of the price.
    pub id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan.
    pub plan_name: String,
    /// Region of the price; `GLOBAL` applies where no price for a nearer region exists.
    pub region: String,
    /// Cost per eSIM; absent for callers who may not see costs.
    pub cost_price: Option<Money>,
    /// Price per eSIM for the customer.
    pub selling_price: Money,
    /// Difference of price and cost as a percentage of the cost; absent without a cost.
    pub markup_percentage: Option<Decimal>,
    /// Difference of price and cost as a percentage of the price; absent without a cost.
    pub margin_percentage: Option<Decimal>,
    /// Currency of both amounts.
    pub currency: Currency,
    /// When the price starts.
    pub effective_from: DateTime<Utc>,
    /// When the price ends; null for no end.
    pub effective_to: Option<DateTime<Utc>>,
    /// Note about the price.
    pub note: Option<String>,
    /// The bulk price change that set the price.
    pub change_id: Option<PriceChangeId>,
    /// The price that it replaced.
    pub replaces_id: Option<PriceId>,
    /// Version of the price, as sent in the `ETag`.
    pub version: i32,
    /// When the price was created.
    pub created_at: DateTime<Utc>,
}

/// A price to set. If an earlier price of the same plan, region and currency has no end, it ends when this one starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPrice {
    /// The plan.
    pub plan_id: PlanId,
    /// Region of the price; `GLOBAL` when absent.
    #[serde(default = "global")]
    #[cfg_attr(feature = "server", schema(example = "GLOBAL"))]
    pub region: String,
    /// Cost per eSIM.
    #[cfg_attr(feature = "server", schema(example = "4.20"))]
    pub cost_price: Money,
    /// Price per eSIM for the customer.
    #[cfg_attr(feature = "server", schema(example = "9.90"))]
    pub selling_price: Money,
    /// Currency of both amounts.
    #[serde(default = "usd")]
    pub currency: Currency,
    /// When the price starts; now when absent.
    #[serde(default)]
    pub effective_from: Option<DateTime<Utc>>,
    /// When the price ends; no end when absent.
    #[serde(default)]
    pub effective_to: Option<DateTime<Utc>>,
    /// Note about the price. Required when the price is below the cost or below the minimum margin.
    #[serde(default)]
    pub note: Option<String>,
}

/// A change of a price that has not started, or of the end of a current one.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditPrice {
    /// Cost per eSIM.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub cost_price: Option<Money>,
    /// Price per eSIM for the customer.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub selling_price: Option<Money>,
    /// When the price starts.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub effective_from: Option<DateTime<Utc>>,
    /// When the price ends; null for no end.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub effective_to: Option<Option<DateTime<Utc>>>,
    /// Note about the price.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub note: Option<Option<String>>,
}

filter! {
    /// Filter of the list of prices.
    PriceFilter {
        /// Prices of this plan.
        plan_id: PlanId,
        /// Prices that this bulk price change has set.
        change_id: PriceChangeId,
        /// Prices for this region.
        region: String,
        /// Prices in any of these currencies.
        currency: AnyOf<Currency>,
        /// Prices that apply at this time.
        at: DateTime<Utc>,
        /// Prices that start at or after.
        effective_from_from: DateTime<Utc>,
        /// Prices that start before.
        effective_from_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of prices.
    PriceSort {
    EffectiveFrom = "effective_from" desc, SellingPrice = "selling_price", CreatedAt = "created_at"
});

filter! {
    /// Region, currency and time of a quote.
    QuoteOptions {
        /// The region; `GLOBAL` when absent, or when the region has no price.
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
            bad.add("effective_to", "reversed", "Must be after the start.");
        }
        match &self.note {
            Some(note) => bad.lines("note", note, 0, 1000),
            None if self.selling_price < self.cost_price => bad.add(
                "note",
                "below_cost",
                "The price is below cost. Enter a reason.",
            ),
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
            bad.add("effective_to", "reversed", "Must be after the start.");
        }
        if let Some(Some(note)) = &self.note {
            bad.lines("note", note, 0, 1000);
        }
    }
}
