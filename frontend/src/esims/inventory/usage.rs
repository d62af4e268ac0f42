//! The data usage of an eSIM by bundle, and the remaining validity of each.

use kit::{
    api,
    format::{self, date, distance, megabytes, now},
    page::load_on,
    task,
    ui::{Tone, Value, badge, card, meter},
};
use leptos::prelude::*;
use wire::{
    Decimal, EsimId, Resource,
    esims::{
        inventory::Esim,
        usage::{Bundle, BundleStatus, EsimUsage},
    },
};

/// Draws the card. A change of `reload` reloads it.
pub fn usage(id: EsimId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/usage", Esim::PATH);
        task(async move { api::get::<EsimUsage>(&path).await })
    };
    card("Data", load_on(reload, fetch, draw))
}

fn draw(usage: EsimUsage) -> AnyView {
    let reading = usage.last_reading.as_ref();
    let read = match reading {
        Some(reading) => {
            let ago = format::ago(reading.recorded_at, now());
            format!("Last reading from the provider: {ago}.")
        }
        None => "The provider has not reported any usage yet.".to_owned(),
    };
    let none = usage.bundles.is_empty().then(|| {
        let text = reading.map_or_else(
            || "No bundle has been added to this eSIM.".to_owned(),
            |reading| format!("{} used.", bytes(reading.used_bytes)),
        );
        view! { <p>{text}</p> }
    });
    let bundles = usage.bundles.into_iter().map(bundle).collect_view();
    view! { <div class="bundles">{none}{bundles}<p class="muted">{read}</p></div> }.into_any()
}

fn bundle(of: Bundle) -> AnyView {
    let (word, tone) = state(&of);
    let used = match of.total_bytes {
        Some(total) => format!("{} of {} used", bytes(of.used_bytes), bytes(total)),
        None => format!("{} used, unlimited", bytes(of.used_bytes)),
    };
    let bar = of
        .total_bytes
        .filter(|total| *total > 0)
        .map(|total| meter(used.clone(), of.used_bytes, total));
    let order =
        Value::text(of.order_number.clone()).link(format!("/billing/orders/{}", of.order_id));
    view! {
        <section class="bundle" aria-label=of.plan_name.clone()>
            <header><strong>{of.plan_name.clone()}</strong>{badge(word, tone)}<span class="spacer"></span>{order.view()}</header>
            {bar}
            <p class="bundle-text"><span>{used}</span><span>{validity(&of)}</span></p>
        </section>
    }
    .into_any()
}

/// Returns the status of a bundle. A bundle counts as expired after its expiry date, whatever the provider last reported.
fn state(of: &Bundle) -> (&'static str, Tone) {
    let is_past = of.expires_at.is_some_and(|end| end <= now());
    match of.status {
        BundleStatus::Cancelled => ("Cancelled", Tone::Neutral),
        BundleStatus::Depleted => ("Used up", Tone::Bad),
        BundleStatus::Expired => ("Expired", Tone::Neutral),
        _ if is_past => ("Expired", Tone::Neutral),
        BundleStatus::Queued => ("Not started", Tone::Info),
        BundleStatus::Active => ("Active", Tone::Good),
    }
}

fn validity(of: &Bundle) -> String {
    of.expires_at.map_or_else(
        || "Validity starts at first use".to_owned(),
        |end| format!("{} ({})", distance(end, now()), date(end)),
    )
}

fn bytes(count: i64) -> String {
    megabytes(Some(&Decimal::from(count / 1_000_000)))
}
