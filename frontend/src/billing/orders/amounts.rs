//! The money of an order, line by line.

use kit::{
    format::{money, percent},
    ui::{Line, line, total},
};
use wire::{Decimal, billing::orders::Order};

/// What the customer pays, line by line; and what is left of it, for who may see costs.
pub fn amounts(order: &Order) -> Vec<Line> {
    let show = |amount: &Decimal| money(amount, order.currency);
    let less = |amount: &Decimal| show(&Decimal::zero().minus(amount));
    let mut lines = vec![line(
        format!("{} × {}", show(&order.unit_price), order.quantity),
        show(&order.unit_price.times(order.quantity)),
    )];
    if order.discount_amount.is_positive() {
        lines.push(line("Discount", less(&order.discount_amount)));
    }
    if order.tax_amount.is_positive() {
        lines.push(line("Tax", show(&order.tax_amount)));
    }
    lines.push(total("Total", show(&order.total_amount)));
    if let Some(unit) = &order.unit_cost {
        let (cost, net) = (
            unit.times(order.quantity),
            order.total_amount.minus(&order.tax_amount),
        );
        let margin = net.minus(&cost);
        let share = margin
            .percent_of(&net)
            .map(|share| format!(" ({})", percent(&share)))
            .unwrap_or_default();
        lines.push(line(
            format!("Cost, {} × {}", show(unit), order.quantity),
            show(&cost),
        ));
        lines.push(line("Margin", format!("{}{share}", show(&margin))));
    }
    lines
}
