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
    Currency, Permission, Resource, SyncId,
    catalog::plans::{PriceListSync, SyncChange, SyncRow, SyncState},
};

/// Draws it.
pub fn screen(id: SyncId) -> AnyView {
    let discard = act(
        "Discard",
        "discarded",
        Permission::PlansWrite,
        |sync: PriceListSync| async move { api::act(&sync, "discard", &()).await },
    )
    .asks("Nothing of it is published. Send the list again to compare it anew.")
    .when(|sync| sync.state == SyncState::Open)
    .danger();
    detail_page::<PriceListSync>(id)
        .badge(standing)
        .action(discard)
        .above(|sync| Some(table(sync).view()))
        .fact("Provider", |sync| {
            Value::text(sync.provider_name.clone())
                .link(format!("/integrations/providers/{}", sync.provider_id))
        })
        .fact("New", |sync| Value::count(sync.new))
        .fact("Changed", |sync| Value::count(sync.changed))
        .fact("Gone", |sync| Value::count(sync.gone))
        .fact("Unchanged", |sync| Value::count(sync.unchanged))
        .fact("Refused", |sync| Value::count(sync.refused))
        .fact("Compared", |sync| Value::time(sync.created_at))
        .fact("Closed", |sync| Value::maybe_time(sync.closed_at))
        .history("sync")
        .show()
}

fn table(sync: &PriceListSync) -> Choosing<SyncRow> {
    let (id, version) = (sync.id, sync.version);
    let table = choosing(
        "Compared with what you sell",
        ("package", "packages"),
        sync.rows.clone(),
        |row: &SyncRow| row.sku.clone(),
    )
    .kind(|row| (row.change.as_str(), tone(row)))
    .says(says)
    .can(|row: &SyncRow| row.is_publishable())
    .needs_reason(|row| row.needs_reason)
    .column(value("Package", |row: &SyncRow| {
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
        value("Margin", |row: &SyncRow| {
            Value::maybe(row.margin_after.as_ref().map(percent))
        })
        .figures(),
    );
    if sync.state != SyncState::Open {
        return table.column(value("Published", |row: &SyncRow| {
            Value::yes_no(row.published)
        }));
    }
    table.act("Publish", "published", move |skus, reason| {
        let reason = Some(reason).filter(|text| !text.is_empty());
        task(async move {
            let call = Call::post(format!("{}/{id}/publish", PriceListSync::PATH));
            let body = json!({ "skus": skus, "reason": reason });
            api::send(call.json(&body).if_version(version)).await?;
            kit::go("/catalog/price-lists");
            Ok(())
        })
    })
}

const fn tone(row: &SyncRow) -> Tone {
    match row.change {
        SyncChange::New => Tone::Good,
        SyncChange::Changed => Tone::News,
        SyncChange::Gone => Tone::Waiting,
        SyncChange::Refused => Tone::Bad,
        SyncChange::Unchanged => Tone::Neutral,
    }
}

/// `$4.00 → $5.00`.
fn cost(row: &SyncRow) -> Value {
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
fn moved(row: &SyncRow) -> Value {
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

fn sells() -> Column<SyncRow> {
    value("Sells for", |row: &SyncRow| {
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
fn says(row: &SyncRow) -> Vec<(Tone, String)> {
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
    let gone = (row.change == SyncChange::Gone).then(|| {
        let text = "Publishing it pauses the offer; the plan stays.";
        (Tone::Neutral, text.to_owned())
    });
    terms.chain(faults).chain(low).chain(gone).collect()
}
