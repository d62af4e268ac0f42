//! The list of the Data Usage Monitor.

use super::forecast;
use crate::esims::inventory::{status_badge, usage::bytes};
use kit::{
    format::{ago, distance, now, percent, region_name},
    page::list_page,
    table::{choice, code, count, dates, maybe, picked, state, value, yes_no},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::users::User,
    catalog::plans::Plan,
    esims::usage::{ForecastState, MonitoredEsim, UsageSort},
    integrations::providers::Provider,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<MonitoredEsim>("Data usage")
        .search("ICCID or its last digits")
        .opens(|esim| format!("/esims/inventory/{}", esim.esim_id))
        .column(code("ICCID", |esim: &MonitoredEsim| esim.iccid.clone()))
        .column(value("Used", used).sort(UsageSort::Share))
        .column(value("Left", left).figures())
        .column(value("Per day", burn_rate).figures().sort(UsageSort::BurnRate))
        .column(value("Forecast", outlook).sort(UsageSort::ExhaustedAt))
        .column(value("Expires", expires).sort(UsageSort::ExpiresAt))
        .column(value("Last reading", read).sort(UsageSort::ReadAt))
        .column(value("Customer", customer).wide())
        .column(maybe("Plan", |esim: &MonitoredEsim| esim.plan_name.clone()).wide())
        .column_for(
            Permission::ProvidersRead,
            maybe("Provider", |esim: &MonitoredEsim| esim.provider_name.clone()).wide(),
        )
        .column(state("Status", |esim: &MonitoredEsim| status_badge(esim.status)).extra())
        .column(maybe("Country", |esim: &MonitoredEsim| esim.country.as_deref().map(region_name)).extra())
        .column(maybe("Network", |esim: &MonitoredEsim| esim.network.clone()).extra())
        .column(count("Alert passed, %", |esim: &MonitoredEsim| esim.alert_step).extra())
        .filter(choice("forecast", "Forecast", ForecastState::WORDS))
        .filter(yes_no("is_stale", "Reading", "Older than 48 hours", "Recent"))
        .filter(picked::<Plan>("plan_id", "Plan"))
        .filter(picked::<User>("user_id", "Customer"))
        .filter_for(
            Permission::ProvidersRead,
            picked::<Provider>("provider_id", "Provider"),
        )
        .filter(choice("status", "Status", &["active", "suspended", "expired"]))
        .filter(dates("expires_at_from", "expires_at_to", "Expires"))
        .empty(
            "No usage yet",
            "An eSIM appears here with its first plan. Providers report the usage, or your systems send it to POST /v1/usage.",
        )
        .show()
}

/// Returns the used share with the amounts below it. A share of unlimited data does not exist.
fn used(esim: &MonitoredEsim) -> Value {
    let used = bytes(esim.used_bytes);
    match (&esim.share, esim.total_bytes) {
        (Some(share), Some(total)) => {
            Value::text(percent(share)).note(format!("{used} of {}", bytes(total)))
        }
        (_, Some(total)) => Value::absent().note(format!("{used} of {}", bytes(total))),
        (_, None) => Value::absent().note(format!("{used}, unlimited")),
    }
}

fn left(esim: &MonitoredEsim) -> Value {
    Value::maybe(esim.remaining_bytes.map(bytes))
}

fn burn_rate(esim: &MonitoredEsim) -> Value {
    Value::maybe(esim.burn_bytes_per_day.map(bytes))
}

/// Returns the forecast with its time, or with the data that will be left.
fn outlook(esim: &MonitoredEsim) -> Value {
    let (text, tone) = forecast(esim.forecast);
    let note = match (esim.exhausted_at, esim.left_at_expiry_bytes) {
        (Some(end), _) => distance(end, now()),
        (None, Some(left)) => format!("{} left at the end", bytes(left)),
        (None, None) => String::new(),
    };
    Value::badge(text, tone).note(note)
}

fn expires(esim: &MonitoredEsim) -> Value {
    esim.expires_at.map_or_else(Value::absent, |end| {
        Value::day(end).note(distance(end, now()))
    })
}

/// Returns the age of the last reading. The reading is older than its arrival where the provider's figures are.
fn read(esim: &MonitoredEsim) -> Value {
    let Some(read) = esim.read_at else {
        return Value::text("Never");
    };
    let received = esim.received_at.filter(|received| *received > read);
    let hint = received.map(|received| format!("Received {}", ago(received, now())));
    Value::ago(read).note(hint.unwrap_or_default())
}

fn customer(esim: &MonitoredEsim) -> Value {
    let href = esim.user_id.map(|id| format!("/accounts/users/{id}"));
    Value::linked(
        Some(esim.customer.as_str()).filter(|name| !name.is_empty()),
        href,
    )
}
