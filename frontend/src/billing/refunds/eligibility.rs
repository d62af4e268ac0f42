//! The eligibility of a refund: the recommended amount, with the calculation for each unit.

use kit::{
    format::sentence,
    page::table_of,
    table::{self, Column},
    ui::{Tone, Value, facts},
};
use leptos::prelude::*;
use wire::{
    billing::refunds::{RefundEligibility, RefundRecommendation, RefundUnit},
    data,
};

/// Draws the current eligibility.
pub fn current(known: &RefundEligibility) -> AnyView {
    draw(known, "Refundable")
}

/// Draws the eligibility at the time of the request. The amount that is refundable now may differ.
pub fn recorded(known: &RefundEligibility) -> AnyView {
    draw(known, "Refundable at that time")
}

fn draw(known: &RefundEligibility, refundable_label: &'static str) -> AnyView {
    let currency = known.currency;
    let notes = known.notes.iter().map(|note| {
        view! { <p class="banner" role="note" data-tone=Tone::Waiting.as_str()>{note.clone()}</p> }
    });
    let notes = notes.collect_view();
    let units = (!known.units.is_empty()).then(|| table_of(&known.units, &columns(currency)));
    view! {
        <div class="payment">
            {facts(vec![
                ("Recommended", Value::money(&known.recommended_amount, currency).note(verdict(known.verdict))),
                (refundable_label, Value::money(&known.left_amount, currency)),
                ("eSIM action for a full refund", Value::text(effect(known))),
                ("Paid", Value::text(age(known.age_days))),
                ("Calculated", Value::ago(known.read_at)),
            ])}
            {notes}
            {units}
        </div>
    }
    .into_any()
}

fn columns(currency: wire::Currency) -> Vec<Column<RefundUnit>> {
    vec![
        table::value("eSIM", |unit: &RefundUnit| {
            let href = unit.esim_id.map(|id| format!("/esims/inventory/{id}"));
            let name = unit.iccid.as_deref().unwrap_or("Not delivered");
            Value::linked(Some(name), href)
        }),
        table::maybe("Profile", |unit: &RefundUnit| {
            unit.profile_state.map(|state| sentence(state.as_str()))
        }),
        table::value("Used", used),
        table::text("Days left", |unit: &RefundUnit| {
            format!("{} of {}", unit.days_left, unit.days)
        }),
        table::money("Recommended", move |unit: &RefundUnit| {
            (Some(unit.recommended_amount.clone()), currency)
        }),
        table::text("Reason", |unit: &RefundUnit| unit.why.clone()),
    ]
}

fn used(unit: &RefundUnit) -> Value {
    let used = data::bytes(unit.used_bytes);
    match unit.total_bytes.filter(|total| *total > 0) {
        Some(total) => {
            let share = i128::from(unit.used_bytes) * 100 / i128::from(total);
            Value::text(format!("{share}%")).hint(used)
        }
        None => Value::text(used),
    }
}

fn verdict(verdict: RefundRecommendation) -> &'static str {
    match verdict {
        RefundRecommendation::Full => "Unused",
        RefundRecommendation::Partial => "Partly used",
        RefundRecommendation::Nothing => "Used up or expired",
    }
}

fn effect(known: &RefundEligibility) -> &'static str {
    match known.recommended_effect {
        wire::billing::refunds::RefundEffect::None => "Keep",
        wire::billing::refunds::RefundEffect::Cancel => "Cancel: not installed",
        wire::billing::refunds::RefundEffect::Suspend => "Suspend",
    }
}

fn age(days: i64) -> String {
    match days {
        ..=0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        more => format!("{more} days ago"),
    }
}
