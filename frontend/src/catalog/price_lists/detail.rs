//! The page of one price list: new, changed and removed packages, and publishing a selection of them.

use super::status;
use kit::{
    api::{self, Call},
    format::{money, percent, sentence},
    page::{Selection, action, detail_page, selection},
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

/// Draws the detail page.
pub fn screen(id: PriceListId) -> AnyView {
    let discard = action(
        "Discard",
        "discarded",
        Permission::PlansWrite,
        |list: PriceList| async move { api::post_action(&list, "discard", &()).await },
    )
    .asks("Nothing is published. Upload the list again to compare it again.")
    .when(|list| list.state == PriceListState::Open)
    .danger();
    detail_page::<PriceList>(id)
        .badge(status)
        .action(discard)
        .above(|list| Some(table(list).view()))
        .fact("Provider", |list| {
            Value::text(list.provider_name.clone())
                .link(format!("/integrations/providers/{}", list.provider_id))
        })
        .fact("New", |list| Value::count(list.new))
        .fact("Changed", |list| Value::count(list.changed))
        .fact("Removed", |list| Value::count(list.gone))
        .fact("Unchanged", |list| Value::count(list.unchanged))
        .fact("Invalid", |list| Value::count(list.refused))
        .fact("Compared", |list| Value::time(list.created_at))
        .fact("Closed", |list| Value::maybe_time(list.closed_at))
        .history("price_list")
        .show()
}

fn table(list: &PriceList) -> Selection<PriceListRow> {
    let (id, version) = (list.id, list.version);
    let table = selection(
        "Changes to your catalog",
        "package",
        "packages",
        list.rows.clone(),
        |row: &PriceListRow| row.sku.clone(),
    )
    .kind(change)
    .text(notes)
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
    .column(value("Change", cost_change).figures())
    .column(price_column())
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
    table.action("Publish", "published", move |skus, reason| {
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

/// Returns the badge of a change.
const fn change(row: &PriceListRow) -> (&'static str, Tone) {
    match row.change {
        PriceListChange::New => ("new", Tone::Good),
        PriceListChange::Changed => ("changed", Tone::Info),
        PriceListChange::Gone => ("removed", Tone::Waiting),
        PriceListChange::Refused => ("invalid", Tone::Bad),
        PriceListChange::Unchanged => ("unchanged", Tone::Neutral),
    }
}

/// Returns the cost before and after, such as `$4.00 → $5.00`.
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

/// Returns the change of the cost in percent: an increase in red, a decrease in green.
fn cost_change(row: &PriceListRow) -> Value {
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

fn price_column() -> Column<PriceListRow> {
    value("Price", |row: &PriceListRow| {
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

/// Returns the notes of a row: changed terms, errors, a margin below the minimum.
fn notes(row: &PriceListRow) -> Vec<(Tone, String)> {
    let terms = row.terms.iter().map(|term| {
        let text = format!(
            "{}: {} → {}",
            sentence(&term.field),
            term.before,
            term.after
        );
        (Tone::Neutral, text)
    });
    let errors = row.errors.iter().map(|error| {
        (
            Tone::Bad,
            format!("{}: {}", sentence(&error.field), error.message),
        )
    });
    let low = row.needs_reason.then(|| {
        let text = "Below cost or below the minimum margin: publishing requires a reason.";
        (Tone::Waiting, text.to_owned())
    });
    let removed = (row.change == PriceListChange::Gone).then(|| {
        let text = "Publishing pauses the offer. The plan is not changed.";
        (Tone::Neutral, text.to_owned())
    });
    terms.chain(errors).chain(low).chain(removed).collect()
}
