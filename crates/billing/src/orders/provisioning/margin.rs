//! Charges that are higher than expected: the customer gets the eSIM all the same, and a person reviews the margin.

use super::super::query::{self, Charge, Cost, OrderRow};
use crate::reconciliation::{self, Finding};
use chrono::{DateTime, Utc};
use integrations::allocations::Unit;
use platform::{
    Actor, Result, Tx,
    ports::supplier::SuppliedEsim,
    settings::{self, MinimumMargin},
};
use wire::{Currency, Money, billing::reconciliation::CaseKind, catalog::pricing::Earnings};

/// Opens a case when a provider has charged more for a unit than was expected, and the order earns less than the
/// minimum margin because of that. A low margin that was accepted with the price is no case.
pub(super) fn check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, unit): (&OrderRow, &Unit),
    supplied: &SuppliedEsim,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some((cost, currency)) = supplied.cost.as_ref().zip(supplied.currency) else {
        return Ok(());
    };
    let charges = query::charges(tx.conn(), &[order.id])?;
    let charges = charges.get(&order.id).map_or(&[][..], Vec::as_slice);
    let Some(finding) = finding(
        order,
        (cost, currency),
        charges,
        settings::get(tx.conn(), MinimumMargin)?,
    ) else {
        return Ok(());
    };
    let kind = CaseKind::LowMargin;
    let found = Finding {
        kind,
        key: format!("{kind}:{}:told", unit.id),
        finding,
        order_id: Some(order.id),
        transaction_id: None,
        refund_id: None,
        esim_id: None,
        amount: Some(cost.clone()),
        currency: Some(currency),
    };
    reconciliation::open(tx, actor, &found, now)
}

/// Describes what is wrong with a charge.
fn finding(
    order: &OrderRow,
    (cost, currency): (&Money, Currency),
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
    let of_order = Cost::of(order, charges);
    let net = order.total_amount.minus(&order.tax_amount);
    let Some((total, margin)) = of_order.total.as_ref().zip(of_order.margin(order)) else {
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
