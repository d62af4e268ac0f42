//! The page of the service levels.

use super::DAYS;
use kit::{
    api,
    page::{card_page, load, table_of},
    session,
    table::text,
    task,
    ui::{ButtonVariant, Icon, Value, card, facts, link_button},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource,
    support::{
        sla::{OpenPeriod, SlaPolicy, SlaTarget},
        tickets::TicketPriority,
    },
};

/// Draws the page.
pub fn screen() -> AnyView {
    let fetch = || task(async { api::get::<SlaPolicy>(SlaPolicy::PATH).await });
    card_page(
        "Service levels",
        "The clocks of a ticket run in business hours and stand still while the ticket waits for the customer.",
        vec![load(fetch, |policy: SlaPolicy| draw(&policy))],
    )
}

fn draw(policy: &SlaPolicy) -> AnyView {
    let edit = untrack(|| session::can(Permission::TicketsSetup)).then(|| {
        link_button(
            "Edit service levels",
            ButtonVariant::Plain,
            Some(Icon::Pencil),
            "/support/service-levels/edit",
        )
    });
    let targets: Vec<(TicketPriority, SlaTarget)> = TicketPriority::ALL
        .iter()
        .rev()
        .map(|priority| (*priority, policy.targets.of(*priority)))
        .collect();
    let columns = [
        text("Priority", |(priority, _): &(TicketPriority, SlaTarget)| {
            kit::format::sentence(priority.as_str())
        }),
        text(
            "First response within",
            |(_, target): &(TicketPriority, SlaTarget)| duration(target.first_response),
        ),
        text(
            "Resolution within",
            |(_, target): &(TicketPriority, SlaTarget)| duration(target.resolution),
        ),
    ];
    let hours = [
        &policy.hours.mon,
        &policy.hours.tue,
        &policy.hours.wed,
        &policy.hours.thu,
        &policy.hours.fri,
        &policy.hours.sat,
        &policy.hours.sun,
    ];
    let days = DAYS.iter().zip(hours);
    let days = days.map(|((_, name), periods)| (*name, Value::text(open(periods))));
    let holidays: Vec<String> = policy.holidays.iter().map(ToString::to_string).collect();
    let holidays = if holidays.is_empty() {
        Value::text("None")
    } else {
        Value::text(holidays.join(", "))
    };
    view! {
        {card("Targets", table_of(&targets, &columns))}
        {card("Business hours", facts(
            [("Time zone", Value::text(policy.zone.clone()))].into_iter().chain(days).chain([("Holidays", holidays)]).collect(),
        ))}
        <div class="actions">{edit}</div>
    }
    .into_any()
}

/// Formats the periods of a day: `09:00–12:00, 13:00–18:00`.
pub fn open(periods: &[OpenPeriod]) -> String {
    if periods.is_empty() {
        return "Closed".to_owned();
    }
    let one =
        |period: &OpenPeriod| format!("{}–{}", String::from(period.from), String::from(period.to));
    periods.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Formats a number of minutes: `45 min`, `4 h`, `1 h 30 min`.
pub fn duration(minutes: i32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
