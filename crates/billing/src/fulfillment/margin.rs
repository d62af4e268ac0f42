//! Charges that are higher than expected: the customer receives the eSIM nevertheless, and an administrator reviews the
//! margin.

use crate::{
    cases::{self, Finding, reported_key},
    orders::query::{self, Charge, Cost, OrderRow},
};
use chrono::{DateTime, Utc};
use integrations::allocations::{Receipt, Unit};
use platform::{
    Actor, Result, Tx,
    settings::{self, MinimumMargin},
};
use wire::{Currency, Money, billing::reconciliation::CaseKind, catalog::pricing::Earnings};

/// Opens a case when a provider has charged more for a unit than was expected, and the order earns less than the
/// minimum margin because of that. A low margin that was accepted with the price is not a case.
pub(super) fn check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: &OrderRow,
    unit: &Unit,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(charged) = &receipt.cost else {
        return Ok(());
    };
    let (cost, currency) = (&charged.amount, charged.currency);
    let charges = query::charges(tx.conn(), &[order.id])?;
    let charges = charges.get(&order.id).map_or(&[][..], Vec::as_slice);
    let minimum = settings::get(tx.conn(), MinimumMargin)?;
    let Some(text) = describe(order, cost, currency, charges, minimum) else {
        return Ok(());
    };
    let kind = CaseKind::LowMargin;
    let finding = Finding {
        order_id: Some(order.id),
        amount: Some(cost.clone()),
        currency: Some(currency),
        ..Finding::new(kind, reported_key(kind, unit.id), text)
    };
    cases::open(tx, actor, &finding, now)
}

/// Describes a charge that is too high; `None` for any other charge.
fn describe(
    order: &OrderRow,
    cost: &Money,
    currency: Currency,
    charges: &[Charge],
    minimum: i64,
) -> Option<String> {
    let expected = format!(
        "{} was expected",
        order.unit_cost.in_currency(order.currency)
    );
    let charged = cost.in_currency(currency);
    if currency != order.currency {
        return Some(format!(
            "The provider charged {charged} for an eSIM; {expected}. The margin cannot be compared.",
        ));
    }
    if *cost <= order.unit_cost {
        return None;
    }
    let order_cost = Cost::calculate(order, charges);
    let net = order.total_amount.minus(&order.tax_amount);
    let Some((total, margin)) = order_cost.total.as_ref().zip(order_cost.margin(order)) else {
        return Some(format!(
            "The provider charged {charged} for an eSIM; {expected}. Another provider charged in another currency.",
        ));
    };
    let is_low = margin.is_negative() || Earnings::is_below(total, &net, minimum);
    is_low.then(|| {
        format!(
            "The provider charged {charged} for an eSIM; {expected}. The order leaves {}.",
            margin.in_currency(currency)
        )
    })
}
