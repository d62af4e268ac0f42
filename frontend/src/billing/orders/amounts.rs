//! The amounts of an order, line by line.

use kit::{
    api::ApiError,
    format::{moment, money, percent, region_name},
    ui::{Line, line, sums, total},
};
use leptos::prelude::*;
use wire::{
    Decimal,
    billing::orders::{Order, OrderQuote},
};

/// Returns what the customer pays, line by line; and the margin, for users who may see costs.
pub fn amounts(order: &Order) -> Vec<Line> {
    let show = |amount: &Decimal| money(amount, order.currency);
    let less = |amount: &Decimal| show(&Decimal::zero().minus(amount));
    let mut lines = vec![line(
        format!("{} × {}", show(&order.unit_price), order.quantity),
        show(&order.unit_price.times(order.quantity)),
    )];
    if order.discount_amount.is_positive() {
        let code = order.promo_code.as_ref();
        let what = code.map_or_else(
            || "Discount".to_owned(),
            |code| format!("Discount ({code})"),
        );
        lines.push(line(what, less(&order.discount_amount)));
    }
    if order.tax_amount.is_positive() {
        lines.push(line("Tax", show(&order.tax_amount)));
    }
    lines.push(total("Total", show(&order.total_amount)));
    if order.refunded_amount.is_positive() {
        lines.push(line("Refunded", less(&order.refunded_amount)));
        let net = order.total_amount.minus(&order.refunded_amount);
        lines.push(total("Net", show(&net)));
    }
    if order.pending_refund_amount.is_positive() {
        lines.push(line("Refund pending", less(&order.pending_refund_amount)));
    }
    if let Some(unit) = &order.unit_cost {
        let (cost, net) = (unit.times(order.quantity), retained(order));
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

/// Returns the amount that remains after refunds, without tax. A refund reduces the tax in proportion.
fn retained(order: &Order) -> Decimal {
    let net = order.total_amount.minus(&order.tax_amount);
    let minor = |amount: &Decimal| amount.minor(order.currency).map(i128::from).unwrap_or(0);
    let (total, refunded) = (minor(&order.total_amount), minor(&order.refunded_amount));
    if total <= 0 || refunded <= 0 {
        return net;
    }
    let part = (minor(&net) * refunded + total / 2) / total;
    let part = i64::try_from(part).unwrap_or(i64::MAX);
    net.minus(&Decimal::from_minor(part, order.currency))
}

/// Draws the quote of an order: its amounts, and each reason for which the server would reject the order.
pub fn quote(answer: Option<Result<OrderQuote, ApiError>>) -> AnyView {
    let quote = match answer {
        None => return view! { <p class="muted">"Choose a plan to see its price."</p> }.into_any(),
        Some(Err(error)) => {
            return view! { <p class="banner" data-tone="waiting">{error.sentence()}</p> }
                .into_any();
        }
        Some(Ok(quote)) => quote,
    };
    let show = |amount: &Decimal| money(amount, quote.currency);
    let mut lines = vec![line(
        format!("{} × {}", show(&quote.unit_price), quote.quantity),
        show(&quote.amount),
    )];
    if quote.discount_amount.is_positive() {
        let off = Decimal::zero().minus(&quote.discount_amount);
        lines.push(line("Discount", show(&off)));
    }
    if quote.tax_percent.is_positive() {
        let what = format!("Tax, {}", percent(&quote.tax_percent));
        lines.push(line(what, show(&quote.tax_amount)));
    }
    lines.push(total("Total", show(&quote.total_amount)));
    let ends = quote
        .price_until
        .map(|at| format!(", until {}", moment(at)))
        .unwrap_or_default();
    let rejected = (!quote.refusals.is_empty()).then(|| {
        let why = quote.refusals.iter().map(|why| view! { <li>{why.message.clone()}</li> });
        view! { <div class="banner" role="status" data-tone="bad"><p><strong>"This order would be rejected."</strong></p>
            <ul>{why.collect_view()}</ul></div> }
    });
    view! {
        {rejected}
        {sums(lines)}
        <p class="field-help">{format!("Price for {}{ends}.", region_name(&quote.region))}</p>
    }
    .into_any()
}
