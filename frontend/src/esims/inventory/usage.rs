//! The data of an eSIM: what is left and how long it lasts, the days, the bundles, and the age of the figures.

use crate::esims::usage::forecast;
use kit::{
    api::{self, Call},
    chart::{Chart, Draw, Point},
    format::{self, date, decimal, distance, megabytes, now, region_name},
    ids,
    page::{load_on, table_of},
    session,
    table::{ago, text, value},
    task,
    ui::{ButtonVariant, Icon, Tone, Value, badge, card, meter, task_button},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Decimal, EsimId, Permission, Resource,
    esims::{
        inventory::Esim,
        usage::{Bundle, BundleStatus, EsimUsage, PlaceUsage, UsageAnomaly, UsageForecast},
    },
};

/// Draws the card. A change of `reload` reloads it.
pub fn usage(id: EsimId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/usage", Esim::PATH);
        task(async move { api::get::<EsimUsage>(&path).await })
    };
    card("Data", load_on(reload, fetch, move |usage| draw(id, usage)))
}

fn draw(id: EsimId, usage: EsimUsage) -> AnyView {
    let none = usage.bundles.is_empty().then(|| {
        view! { <p>"No plan has been added to this eSIM."</p> }
    });
    let current = usage.current.as_ref().map(summary);
    let days = days(&usage);
    let places = (!usage.places.is_empty()).then(|| places(&usage.places));
    let anomalies = (!usage.anomalies.is_empty()).then(|| anomalies(&usage.anomalies));
    let read = freshness(&usage);
    let refresh = untrack(|| session::can(Permission::EsimsOperate))
        .then_some(usage.provider_age_minutes)
        .flatten()
        .map(|_| refresh_button(id));
    let bundles = usage.bundles.into_iter().map(bundle).collect_view();
    view! {
        <div class="bundles">{none}{current}{bundles}{days}{places}{anomalies}<p class="muted">{read}</p>
            <div class="actions">{refresh}</div></div>
    }
    .into_any()
}

/// Draws what is left of all current bundles together, and the forecast.
fn summary(current: &UsageForecast) -> AnyView {
    let (word, tone) = forecast(current.state);
    let bar = current
        .total_bytes
        .filter(|total| *total > 0)
        .map(|total| meter(current.summary.clone(), current.used_bytes, total));
    let outlook = match (current.exhausted_at, current.left_at_expiry_bytes) {
        (Some(end), _) => format!(
            "At the rate of the last days, the data is used up {}.",
            distance(end, now())
        ),
        (None, Some(left)) => format!(
            "At the rate of the last days, {} will be left at the end.",
            bytes(left)
        ),
        (None, None) => String::new(),
    };
    let rate = current
        .burn_bytes_per_day
        .map(|rate| format!("{} per day", bytes(rate)));
    view! {
        <section class="bundle" aria-label="All current plans">
            <header><strong>{current.summary.clone()}</strong>{badge(word, tone)}<span class="spacer"></span>
                <span class="muted">{rate}</span></header>
            {bar}
            <p class="bundle-text"><span>{outlook}</span></p>
        </section>
    }
    .into_any()
}

/// Draws the used data per day; nothing without use.
fn days(usage: &EsimUsage) -> Option<AnyView> {
    let has_use = usage.days.iter().any(|day| day.used_bytes > 0);
    has_use.then(|| {
        let points = usage.days.iter().map(|day| Point {
            label: day.day.format("%e %b").to_string().trim().to_owned(),
            values: vec![day.used_bytes],
            href: None,
        });
        Chart {
            title: "Used data per day".to_owned(),
            series: vec!["Used"],
            points: points.collect(),
            write: Arc::new(bytes),
            draw: Draw::Bars,
        }
        .view()
    })
}

fn places(places: &[PlaceUsage]) -> AnyView {
    let columns = [
        text("Country", |place: &PlaceUsage| {
            place
                .country
                .as_deref()
                .map_or_else(|| "Not stated".to_owned(), region_name)
        }),
        text("Network", |place: &PlaceUsage| {
            place.network.clone().unwrap_or_default()
        }),
        text("Used", |place: &PlaceUsage| bytes(place.used_bytes)).figures(),
    ];
    view! { <h3>"By country and network"</h3>{table_of(places, &columns)} }.into_any()
}

fn anomalies(anomalies: &[UsageAnomaly]) -> AnyView {
    let columns = [
        ago("Reading", |one: &UsageAnomaly| Some(one.read_at)),
        value("Problem", |one: &UsageAnomaly| {
            Value::state(one.kind.as_str(), Tone::Waiting)
        }),
        text("Reported", |one: &UsageAnomaly| bytes(one.used_bytes)).figures(),
        text("Known before", |one: &UsageAnomaly| {
            bytes(one.counter_bytes)
        })
        .figures(),
        text("Source", |one: &UsageAnomaly| one.source.clone()),
    ];
    view! { <h3>"Readings that were not used"</h3>
        <p class="muted">"A counter never falls. These readings were below the known total, so they changed nothing."</p>
        {table_of(anomalies, &columns)} }
    .into_any()
}

/// Says how old the figures are, and what the provider's own delay is.
fn freshness(usage: &EsimUsage) -> String {
    let read = match usage.read_at {
        Some(read) => format!("Last reading: {}.", format::ago(read, now())),
        None => "No usage has been reported yet.".to_owned(),
    };
    let delay = usage
        .provider_age_minutes
        .filter(|minutes| *minutes > 1)
        .map(|minutes| {
            format!(
                " The provider's figures may be {} minutes old.",
                decimal(&Decimal::from(minutes))
            )
        });
    let error = usage
        .poll_error
        .as_ref()
        .map(|error| format!(" The last request failed: {error}"));
    let next = usage
        .next_poll_at
        .filter(|next| *next > now())
        .map(|next| format!(" Next request {}.", distance(next, now())));
    [Some(read), delay, error, next]
        .into_iter()
        .flatten()
        .collect()
}

fn refresh_button(id: EsimId) -> AnyView {
    task_button(
        "Ask the provider now",
        ButtonVariant::Plain,
        Some(Icon::RefreshCw),
        "The provider is asked. The figures change within a minute",
        move || {
            task(async move {
                let call = Call::post(format!("{}/{id}/usage/refresh", Esim::PATH))
                    .idempotency_key(&ids::uuid());
                api::send(call).await.map(drop)
            })
        },
    )
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

/// Returns an amount of data as text.
pub fn bytes(count: i64) -> String {
    megabytes(Some(&Decimal::from(count / 1_000_000)))
}
