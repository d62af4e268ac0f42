//! Many prices changed at once: shown first, then set together, and taken back together.

use super::Rounding;
use crate::{
    AnyOf, Check, Currency, Decimal, FieldError, FieldErrors, Money, PlanId, PriceChangeId,
    PriceId, Resource, UserId, region,
};
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most prices that one change may set.
pub const MOST_PRICES: usize = 5_000;

/// By what prices change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Adjustment {
    /// By so many percent, up or down.
    Percent(Decimal),
    /// By this amount of each price's own currency, up or down.
    Amount(Decimal),
    /// To so many percent on top of the cost.
    Markup(Decimal),
}

/// How prices change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceRule {
    /// By what.
    #[cfg_attr(feature = "server", schema(example = json!({ "percent": "5.00" })))]
    pub adjust: Adjustment,
    /// Rounded how.
    #[serde(default = "unrounded")]
    pub rounding: Rounding,
}

/// Prices to be changed together: those that hold at the time, of living plans, as far as they are named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPriceChange {
    /// How they change.
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
    /// Only these prices, as a preview has shown them. When one of them does not hold any more, nothing is changed.
    #[serde(default)]
    pub price_ids: Option<Vec<PriceId>>,
    /// From when; now when absent.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// Why. Required when something would sell below cost, or for less than the margin that is asked for.
    #[serde(default)]
    pub reason: Option<String>,
}

filter! {
    /// How prices are to be changed.
    PriceChangeOptions {
        /// Only say what would happen, and what it would have earned.
        dry_run: bool,
    }
}

/// What a change of many prices did, or would do in a dry run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceChangeReport {
    /// True when nothing was written.
    pub dry_run: bool,
    /// The change that was made.
    pub id: Option<PriceChangeId>,
    /// From when the new prices hold.
    pub from: DateTime<Utc>,
    /// Prices that change.
    pub changed: usize,
    /// Prices that would be what they are.
    pub same: usize,
    /// Prices that cannot be changed so. With any of these, nothing is written.
    pub refused: usize,
    /// Whether a reason has to be given.
    pub needs_reason: bool,
    /// Every price.
    pub rows: Vec<PriceChangeRow>,
    /// What the orders paid in the last 30 days would have brought, by currency. Only in a dry run.
    pub back_test: Vec<BackTest>,
}

/// One price, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceChangeRow {
    /// The price that holds.
    pub price_id: PriceId,
    /// Its plan.
    pub plan_id: PlanId,
    /// The plan's name.
    pub plan_name: String,
    /// Where it applies.
    pub region: String,
    /// Its currency.
    pub currency: Currency,
    /// What we pay.
    pub cost_price: Money,
    /// What the customer pays so far.
    pub before: Money,
    /// What the customer would pay.
    pub after: Money,
    /// What is left of it so far, in percent.
    pub margin_before: Option<Decimal>,
    /// What would be left of it, in percent.
    pub margin_after: Option<Decimal>,
    /// Until when the new price would hold.
    pub until: Option<DateTime<Utc>>,
    /// Whether it sells below cost, or for less than the margin that is asked for.
    pub needs_reason: bool,
    /// Why it cannot be changed so.
    pub problem: Option<FieldError>,
}

/// What the orders of one currency brought, and would have brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BackTest {
    /// The currency.
    pub currency: Currency,
    /// Orders that sold by one of these prices.
    pub orders: i64,
    /// eSIMs that they sold.
    pub units: i64,
    /// What they cost us.
    pub cost: Money,
    /// What customers paid for them, before discounts and tax.
    pub revenue_before: Money,
    /// What customers would have paid, had they all still bought.
    pub revenue_after: Money,
    /// What was left after the cost.
    pub margin_before: Money,
    /// What would have been left.
    pub margin_after: Money,
    /// Orders that sold below cost.
    pub below_cost_before: i64,
    /// Orders that would have.
    pub below_cost_after: i64,
}

/// Many prices that were changed at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PriceChange {
    /// Which change.
    pub id: PriceChangeId,
    /// How they changed.
    pub rule: PriceRule,
    /// How many.
    pub prices: i32,
    /// From when.
    pub from: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// Who changed them.
    pub created_by: Option<UserId>,
    /// Who took it back.
    pub undone_by: Option<UserId>,
    /// When it was taken back.
    pub undone_at: Option<DateTime<Utc>>,
    /// When they were changed.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// What the list of changes can be narrowed by.
    PriceChangeFilter {
        /// Taken back, or not.
        undone: bool,
        /// By any of these people.
        created_by: AnyOf<UserId>,
        /// Made at or after.
        created_at_from: DateTime<Utc>,
        /// Made before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of changes can be ordered by. */ PriceChangeSort { CreatedAt = "created_at" desc });

fn unrounded() -> Rounding {
    Rounding::None
}

impl PriceRule {
    /// What a price becomes.
    pub fn apply(&self, cost: &Money, selling: &Money, currency: Currency) -> Money {
        let hundred = BigDecimal::from(100);
        let share = |percent: &Decimal| (percent.exact() + &hundred) / &hundred;
        let exact = match &self.adjust {
            Adjustment::Percent(percent) => selling.exact() * share(percent),
            Adjustment::Amount(amount) => selling.exact() + amount.exact(),
            Adjustment::Markup(percent) => cost.exact() * share(percent),
        };
        self.rounding.round(&exact, currency)
    }
    /// The same in words: `+5% , rounded to .99`.
    pub fn words(&self) -> String {
        let signed = |number: &Decimal| {
            let text = number.to_string();
            let text = text.strip_suffix(".00").unwrap_or(&text).to_owned();
            match text.strip_prefix('-') {
                Some(text) => format!("−{text}"),
                None => format!("+{text}"),
            }
        };
        let by = match &self.adjust {
            Adjustment::Percent(percent) => format!("{}%", signed(percent)),
            Adjustment::Amount(amount) => signed(amount),
            Adjustment::Markup(percent) => format!("cost {}%", signed(percent)),
        };
        match self.rounding {
            Rounding::None => by,
            Rounding::Whole => format!("{by}, rounded to whole"),
            Rounding::Ninetynine => format!("{by}, rounded to .99"),
            Rounding::Ninety => format!("{by}, rounded to .90"),
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
        self.rule.words()
    }
}

impl Check for NewPriceChange {
    fn check(&self, bad: &mut FieldErrors) {
        let (field, number, least) = match &self.rule.adjust {
            Adjustment::Percent(number) => ("rule.adjust.percent", number, -99),
            Adjustment::Amount(number) => ("rule.adjust.amount", number, -1_000_000),
            Adjustment::Markup(number) => ("rule.adjust.markup", number, -99),
        };
        if *number < Decimal::from(least) || *number > Decimal::from(1_000_000) {
            let says = format!("Enter a number from {least} to 1000000.");
            bad.add(field, "out_of_range", says);
        }
        if let Some(region) = &self.region
            && !region::is_known(region)
        {
            let says = "Use an ISO 3166-1 country, a known group or GLOBAL.";
            bad.add("region", "unknown_region", says);
        }
        let counts = [
            ("plan_ids", self.plan_ids.as_ref().map(Vec::len)),
            ("price_ids", self.price_ids.as_ref().map(Vec::len)),
        ];
        for (field, count) in counts {
            match count {
                Some(0) => bad.add(field, "required", "Choose at least one."),
                Some(count) if count > MOST_PRICES => {
                    bad.add(field, "too_many", format!("Choose {MOST_PRICES} at most."));
                }
                _ => {}
            }
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 1, 500);
        }
    }
}
