//! Back test of a bulk price change: the revenue of recent orders at the new prices.

use crate::pricing::changes::query::SalesGroup;
use wire::{
    Currency, Money, PlanId,
    catalog::pricing::{PriceBacktest, PriceChangeRow, PriceRule},
    region::GLOBAL,
};

use std::collections::{BTreeMap, HashSet};

/// Computes, by currency, the revenue and margin of recent orders at their own and at the new prices.
pub fn run(sales: &[SalesGroup], rows: &[PriceChangeRow], rule: &PriceRule) -> Vec<PriceBacktest> {
    let changed: HashSet<(PlanId, &str, Currency)> = rows
        .iter()
        .filter(|row| row.problem.is_none())
        .map(|row| (row.plan_id, row.region.as_str(), row.currency))
        .collect();
    let mut found: BTreeMap<&'static str, PriceBacktest> = BTreeMap::new();
    for group in sales {
        let region = group.region.as_deref().unwrap_or(GLOBAL);
        if !changed.contains(&(group.plan_id, region, group.currency)) {
            continue;
        }
        let sum = found
            .entry(group.currency.as_str())
            .or_insert_with(|| empty(group.currency));
        add_sales(sum, group, rule);
    }
    found.into_values().collect()
}

fn empty(currency: Currency) -> PriceBacktest {
    PriceBacktest {
        currency,
        orders: 0,
        units: 0,
        cost: Money::zero(),
        revenue_before: Money::zero(),
        revenue_after: Money::zero(),
        margin_before: Money::zero(),
        margin_after: Money::zero(),
        below_cost_before: 0,
        below_cost_after: 0,
    }
}

fn add_sales(sum: &mut PriceBacktest, group: &SalesGroup, rule: &PriceRule) {
    let units = group.units.unwrap_or_default();
    let times = |amount: &Money| Money::new(amount.exact() * bigdecimal::BigDecimal::from(units));
    let after = rule.apply(&group.unit_cost, &group.unit_price, group.currency);
    let is_below = |price: &Money| {
        if *price < group.unit_cost {
            group.orders
        } else {
            0
        }
    };
    sum.orders = sum.orders.saturating_add(group.orders);
    sum.units = sum.units.saturating_add(units);
    sum.cost = sum.cost.plus(&times(&group.unit_cost));
    sum.revenue_before = sum.revenue_before.plus(&times(&group.unit_price));
    sum.revenue_after = sum.revenue_after.plus(&times(&after));
    sum.margin_before = sum.revenue_before.minus(&sum.cost);
    sum.margin_after = sum.revenue_after.minus(&sum.cost);
    sum.below_cost_before = sum
        .below_cost_before
        .saturating_add(is_below(&group.unit_price));
    sum.below_cost_after = sum.below_cost_after.saturating_add(is_below(&after));
}
