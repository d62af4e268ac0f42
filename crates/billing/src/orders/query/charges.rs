//! SQL of the charges of providers for orders, and the margins of the orders.

use super::OrderRow;
use diesel::prelude::*;
use platform::{Conn, Result};
use schema::{data_allocations as allocations, provisioning_jobs as units};
use std::collections::HashMap;
use wire::{Currency, Decimal, Money, OrderId, integrations::allocations::AllocationStatus};

/// The charge of a provider for one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    pub cost: Money,
    pub currency: Currency,
}

/// Returns the charges of providers for these orders; reversed charges are left out.
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

/// The cost of an order: the charges of providers, and the expected cost of the units without a charge.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The average cost of one unit. `None` where a provider charged in another currency than the order's.
    pub unit: Option<Money>,
    /// The cost of all units; `None` like `unit`.
    pub total: Option<Money>,
}

impl Cost {
    /// Calculates the cost of an order from the charges of its providers.
    pub fn calculate(order: &OrderRow, charges: &[Charge]) -> Self {
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

    /// Returns the margin: the price after discount, without tax, less the cost.
    pub fn margin(&self, order: &OrderRow) -> Option<Decimal> {
        let net = order.total_amount.minus(&order.tax_amount);
        self.total.as_ref().map(|cost| net.minus(cost))
    }
}

fn share(total: &Money, quantity: i32) -> Money {
    Money::new(total.exact() / bigdecimal::BigDecimal::from(quantity.max(1)))
}
