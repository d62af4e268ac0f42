//! SQL of what providers have charged for orders, and the margins that follow from it.

use super::OrderRow;
use diesel::prelude::*;
use platform::{Conn, Result};
use schema::{data_allocations as allocations, provisioning_jobs as units};
use std::collections::HashMap;
use wire::{Currency, Decimal, Money, OrderId, integrations::allocations::AllocationStatus};

/// What a provider has charged for one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    pub cost: Money,
    pub currency: Currency,
}

/// Returns what providers have charged for these orders; reversed charges are left out.
pub fn charges(conn: &mut Conn, ids: &[OrderId]) -> Result<HashMap<OrderId, Vec<Charge>>> {
    let rows: Vec<(OrderId, Money, Currency)> = allocations::table
        .inner_join(units::table)
        .filter(units::order_id.eq_any(ids))
        .filter(allocations::status.ne(AllocationStatus::Reversed))
        .select((units::order_id, allocations::cost, allocations::currency))
        .load(conn)?;
    let mut found: HashMap<OrderId, Vec<Charge>> = HashMap::new();
    for (order, cost, currency) in rows {
        found
            .entry(order)
            .or_default()
            .push(Charge { cost, currency });
    }
    Ok(found)
}

/// What an order costs us: as charged where a provider has charged, as expected for the other units.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Of one unit, on average. `None` where a provider charged in another currency than the order's.
    pub unit: Option<Money>,
    /// Of all units; `None` like `unit`.
    pub total: Option<Money>,
}

impl Cost {
    /// Calculates the cost of an order from the charges of its providers.
    pub fn of(order: &OrderRow, charges: &[Charge]) -> Self {
        if charges
            .iter()
            .any(|charge| charge.currency != order.currency)
        {
            return Self {
                unit: None,
                total: None,
            };
        }
        let charged = i32::try_from(charges.len()).unwrap_or(i32::MAX);
        let expected = order
            .unit_cost
            .times(order.quantity.saturating_sub(charged).max(0));
        let total = charges
            .iter()
            .fold(expected, |sum, charge| sum.plus(&charge.cost));
        Self {
            unit: Some(share(&total, order.quantity)),
            total: Some(total),
        }
    }

    /// Returns the order's price after discount, without tax, less its cost.
    pub fn margin(&self, order: &OrderRow) -> Option<Decimal> {
        let net = order.total_amount.minus(&order.tax_amount);
        self.total.as_ref().map(|cost| net.minus(cost))
    }
}

fn share(total: &Money, quantity: i32) -> Money {
    Money::new(total.exact() / bigdecimal::BigDecimal::from(quantity.max(1)))
}
