//! Bulk price changes: previewed, applied together, and undone together.

use super::PriceRounding;
use crate::{
    AnyOf, Check, Currency, Decimal, FieldError, FieldErrors, Money, PlanId, PriceChangeId,
    PriceId, Resource, UserId, region,
};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Maximum number of prices in one change.
pub const MAX_PRICES: usize = 5_000;

/// How each price is calculated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum PriceAdjustment {
    /// Change the price by a percentage, up or down.
    Percent(Decimal),
    /// Change the price by an amount in its own currency, up or down.
    Amount(Decimal),
    /// Set the price to the cost plus a percentage.
    Markup(Decimal),
}

/// The rule of a bulk price change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceRule {
    /// How each price is calculated.
    #[cfg_attr(feature = "server", schema(example = json!({ "percent": "5.00" })))]
    pub adjust: PriceAdjustment,
    /// How the new prices are rounded.
    #[serde(default = "unrounded")]
    pub rounding: PriceRounding,
}

/// A bulk price change. It applies to the prices that are current at the given time, of plans that are not archived and
/// that match all given conditions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPriceChange {
    /// The rule to apply.
    pub rule: PriceRule,
    /// Only prices of these plans.
    #[serde(default)]
    pub plan_ids: Option<Vec<PlanId>>,
    /// Only prices for this region.
    #[serde(default)]
    pub region: Option<String>,
    /// Only prices in this currency.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Only these prices, as a preview has listed them. If one of them is no longer current, no price is changed.
    #[serde(default)]
    pub price_ids: Option<Vec<PriceId>>,
    /// When the new prices start; now when absent.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// The reason. Required when a new price is below the cost or below the minimum margin.
    #[serde(default)]
    pub reason: Option<String>,
}

filter! {
    /// Options of a bulk price change.
    PriceChangeOptions {
        /// Only report the expected result and its effect on recent orders.
        dry_run: bool,
    }
}

/// The result of a bulk price change, or the expected result in a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceChangeReport {
    /// True for a dry run, which writes nothing.
    pub dry_run: bool,
    /// ID of the change that was applied.
    pub id: Option<PriceChangeId>,
    /// When the new prices start.
    pub from: DateTime<Utc>,
    /// Number of prices that change.
    pub changed: usize,
    /// Number of prices that stay the same.
    pub same: usize,
    /// Number of prices to which the rule cannot be applied. If there is one, nothing is written.
    pub refused: usize,
    /// Whether the change requires a reason.
    pub needs_reason: bool,
    /// The results of all prices.
    pub rows: Vec<PriceChangeRow>,
    /// The effect on orders that were paid in the last 30 days, by currency; only in a dry run.
    pub back_test: Vec<PriceBacktest>,
}

/// One price of a bulk price change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceChangeRow {
    /// The current price.
    pub price_id: PriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan.
    pub plan_name: String,
    /// Region of the price.
    pub region: String,
    /// Currency of the price.
    pub currency: Currency,
    /// Cost per eSIM.
    pub cost_price: Money,
    /// Current price for the customer.
    pub before: Money,
    /// New price for the customer.
    pub after: Money,
    /// Current margin in percent.
    pub margin_before: Option<Decimal>,
    /// New margin in percent.
    pub margin_after: Option<Decimal>,
    /// When the new price ends.
    pub until: Option<DateTime<Utc>>,
    /// Whether the new price is below the cost or below the minimum margin.
    pub needs_reason: bool,
    /// Why the rule cannot be applied to the price.
    pub problem: Option<FieldError>,
}

/// Results of recent orders in one currency, with the prices they had and with the new prices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceBacktest {
    /// The currency.
    pub currency: Currency,
    /// Number of orders at one of the prices.
    pub orders: i64,
    /// Number of eSIMs in the orders.
    pub units: i64,
    /// Cost of the eSIMs.
    pub cost: Money,
    /// Revenue of the orders before discounts and tax.
    pub revenue_before: Money,
    /// Revenue with the new prices, if the same eSIMs had been sold.
    pub revenue_after: Money,
    /// Revenue less cost.
    pub margin_before: Money,
    /// Revenue less cost with the new prices.
    pub margin_after: Money,
    /// Number of orders below cost.
    pub below_cost_before: i64,
    /// Number of orders below cost with the new prices.
    pub below_cost_after: i64,
}

/// An applied bulk price change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceChange {
    /// ID of the change.
    pub id: PriceChangeId,
    /// The applied rule.
    pub rule: PriceRule,
    /// Number of changed prices.
    pub prices: i32,
    /// When the new prices started.
    pub from: DateTime<Utc>,
    /// The reason.
    pub reason: Option<String>,
    /// The user who applied the change.
    pub created_by: Option<UserId>,
    /// The user who undid the change.
    pub undone_by: Option<UserId>,
    /// When the change was undone.
    pub undone_at: Option<DateTime<Utc>>,
    /// When the change was applied.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of bulk price changes.
    PriceChangeFilter {
        /// Undone or not.
        undone: bool,
        /// Changes by any of these users.
        created_by: AnyOf<UserId>,
        /// Applied at or after.
        created_at_from: DateTime<Utc>,
        /// Applied before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of changes.
    PriceChangeSort { CreatedAt = "created_at" desc });

fn unrounded() -> PriceRounding {
    PriceRounding::None
}

impl PriceRule {
    /// Returns the new price.
    pub fn apply(&self, cost: &Money, selling: &Money, currency: Currency) -> Money {
        let hundred = BigDecimal::from(100);
        let share = |percent: &Decimal| (percent.exact() + &hundred) / &hundred;
        let exact = match &self.adjust {
            PriceAdjustment::Percent(percent) => selling.exact() * share(percent),
            PriceAdjustment::Amount(amount) => selling.exact() + amount.exact(),
            PriceAdjustment::Markup(percent) => cost.exact() * share(percent),
        };
        self.rounding.round(&exact, currency)
    }
    /// Returns the rule in words: `+5%, rounded to .99`.
    pub fn describe(&self) -> String {
        let signed = |number: &Decimal| {
            let text = number.to_string();
            let text = text.strip_suffix(".00").unwrap_or(&text).to_owned();
            match text.strip_prefix('-') {
                Some(text) => format!("−{text}"),
                None => format!("+{text}"),
            }
        };
        let by = match &self.adjust {
            PriceAdjustment::Percent(percent) => format!("{}%", signed(percent)),
            PriceAdjustment::Amount(amount) => signed(amount),
            PriceAdjustment::Markup(percent) => format!("cost {}%", signed(percent)),
        };
        match self.rounding {
            PriceRounding::None => by,
            PriceRounding::Whole => format!("{by}, rounded to whole"),
            PriceRounding::Ninetynine => format!("{by}, rounded to .99"),
            PriceRounding::Ninety => format!("{by}, rounded to .90"),
        }
    }
}

impl Resource for PriceChange {
    const PATH: &'static str = "/v1/pricing/changes";
    const ONE: &'static str = "price change";
    const MANY: &'static str = "price changes";
    type Id = PriceChangeId;
    type Filter = PriceChangeFilter;
    type Sort = PriceChangeSort;
    fn id(&self) -> PriceChangeId {
        self.id
    }
    fn label(&self) -> String {
        self.rule.describe()
    }
}

impl Check for NewPriceChange {
    fn check(&self, bad: &mut FieldErrors) {
        let (field, number, least) = match &self.rule.adjust {
            PriceAdjustment::Percent(number) => ("rule.adjust.percent", number, -99),
            PriceAdjustment::Amount(number) => ("rule.adjust.amount", number, -1_000_000),
            PriceAdjustment::Markup(number) => ("rule.adjust.markup", number, -99),
        };
        if *number < Decimal::from(least) || *number > Decimal::from(1_000_000) {
            let message = format!("Enter a number from {least} to 1000000.");
            bad.add(field, "out_of_range", message);
        }
        if let Some(region) = &self.region
            && !region::is_known(region)
        {
            let message = "Use an ISO 3166-1 country, a known group or GLOBAL.";
            bad.add("region", "unknown_region", message);
        }
        let counts = [
            ("plan_ids", self.plan_ids.as_ref().map(Vec::len)),
            ("price_ids", self.price_ids.as_ref().map(Vec::len)),
        ];
        for (field, count) in counts {
            match count {
                Some(0) => bad.add(field, "required", "Choose at least one."),
                Some(count) if count > MAX_PRICES => {
                    bad.add(field, "too_many", format!("Choose {MAX_PRICES} at most."));
                }
                _ => {}
            }
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 1, 500);
        }
    }
}
