//! One price list: what is new, what moved, what is gone, and publishing of it what counts.

use super::standing;
use kit::{
    api::{self, Call},
    format::{money, percent, sentence},
    page::{Choosing, act, choosing, detail_page},
    table::{Column, value},
    task,
    ui::{Tone, Value},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, Permission, PriceListId, Resource,
    catalog::price_lists::{PriceList, PriceListChange, PriceListRow, PriceListState},
};

/// Draws it.
pub fn screen(id: PriceListId) -> AnyView {
    let discard = act(
        "Discard",
        "discarded",
        Permission::PlansWrite,
        |list: PriceList| async move { api::act(&list, "discard", &()).await },
    )
    .asks("Nothing of it is published. Send the list again to compare it anew.")
    .when(|list| list.state == PriceListState::Open)
    .danger();
    detail_page::<PriceList>(id)
        .badge(standing)
        .action(discard)
        .above(|list| Some(table(list).view()))
        .fact("Provider", |list| {
            Value::text(list.provider_name.clone())
                .link(format!("/integrations/providers/{}", list.provider_id))
        })
        .fact("New", |list| Value::count(list.new))
        .fact("Changed", |list| Value::count(list.changed))
        .fact("Gone", |list| Value::count(list.gone))
        .fact("Unchanged", |list| Value::count(list.unchanged))
        .fact("Refused", |list| Value::count(list.refused))
        .fact("Compared", |list| Value::time(list.created_at))
        .fact("Closed", |list| Value::maybe_time(list.closed_at))
        .history("price_list")
        .show()
}

fn table(list: &PriceList) -> Choosing<PriceListRow> {
    let (id, version) = (list.id, list.version);
    let table = choosing(
        "Compared with what you sell",
        ("package", "packages"),
        list.rows.clone(),
        |row: &PriceListRow| row.sku.clone(),
    )
    .kind(|row| (row.change.as_str(), tone(row)))
    .says(says)
    .can(|row: &PriceListRow| row.is_publishable())
    .needs_reason(|row| row.needs_reason)
    .column(value("Package", |row: &PriceListRow| {
        let name = Value::text(row.name.clone()).note(row.sku.clone());
        match row.plan_id {
            Some(plan) => name.link(format!("/catalog/plans/{plan}")),
            None => name,
        }
    }))
    .column(value("Cost", cost).figures())
    .column(value("Moved", moved).figures())
    .column(sells())
    .column(
        value("Margin", |row: &PriceListRow| {
            Value::maybe(row.margin_after.as_ref().map(percent))
        })
        .figures(),
    );
    if list.state != PriceListState::Open {
        return table.column(value("Published", |row: &PriceListRow| {
            Value::yes_no(row.published)
        }));
    }
    table.act("Publish", "published", move |skus, reason| {
        let reason = Some(reason).filter(|text| !text.is_empty());
        task(async move {
            let call = Call::post(format!("{}/{id}/publish", PriceList::PATH));
            let body = json!({ "skus": skus, "reason": reason });
            api::send(call.json(&body).if_version(version)).await?;
            kit::go("/catalog/price-lists");
            Ok(())
        })
    })
}

const fn tone(row: &PriceListRow) -> Tone {
    match row.change {
        PriceListChange::New => Tone::Good,
        PriceListChange::Changed => Tone::News,
        PriceListChange::Gone => Tone::Waiting,
        PriceListChange::Refused => Tone::Bad,
        PriceListChange::Unchanged => Tone::Neutral,
    }
}

/// `$4.00 → $5.00`.
fn cost(row: &PriceListRow) -> Value {
    let currency = row.currency.unwrap_or(Currency::Usd);
    let before = row
        .cost_before
        .as_ref()
        .map(|cost| money(cost, row.currency_before.unwrap_or(currency)));
    let after = row.cost_after.as_ref().map(|cost| money(cost, currency));
    Value::maybe(match (before, after) {
        (Some(before), Some(after)) if before != after => Some(format!("{before} → {after}")),
        (before, after) => after.or(before),
    })
}

/// By how much the cost moves; what grows dearer stands out.
fn moved(row: &PriceListRow) -> Value {
    let Some(by) = row
        .cost_moved
        .as_ref()
        .filter(|by| by.is_positive() || by.is_negative())
    else {
        return Value::absent();
    };
    if by.is_positive() {
        Value::badge(format!("+{}", percent(by)), Tone::Bad)
    } else {
        Value::badge(percent(by), Tone::Good)
    }
}

fn sells() -> Column<PriceListRow> {
    value("Sells for", |row: &PriceListRow| {
        let currency = row.currency.unwrap_or(Currency::Usd);
        let show = |amount: &Option<wire::Money>| amount.as_ref().map(|one| money(one, currency));
        let (before, after) = (show(&row.selling_before), show(&row.selling_after));
        Value::maybe(match (before, after) {
            (Some(before), Some(after)) if before != after => Some(format!("{before} → {after}")),
            (before, after) => after.or(before),
        })
    })
    .figures()
}

/// What is to be looked at: other terms, faults, too little left.
fn says(row: &PriceListRow) -> Vec<(Tone, String)> {
    let terms = row.terms.iter().map(|term| {
        let text = format!(
            "{}: {} → {}",
            sentence(&term.field),
            term.before,
            term.after
        );
        (Tone::Neutral, text)
    });
    let faults = row.errors.iter().map(|fault| {
        (
            Tone::Bad,
            format!("{}: {}", sentence(&fault.field), fault.message),
        )
    });
    let low = row.needs_reason.then(|| {
        let text = "Sells below cost or leaves too little: publishing it needs a reason.";
        (Tone::Waiting, text.to_owned())
    });
    let gone = (row.change == PriceListChange::Gone).then(|| {
        let text = "Publishing it pauses the offer; the plan stays.";
        (Tone::Neutral, text.to_owned())
    });
    terms.chain(faults).chain(low).chain(gone).collect()
}
