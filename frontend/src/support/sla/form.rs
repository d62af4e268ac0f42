//! The form of the service levels.

use super::{DAYS, page::duration};
use kit::{
    api,
    form::{Field, lines_field, number_field, text_field},
    page::{form_page, load},
    task,
};
use leptos::prelude::*;
use serde_json::{Map, Value, json};
use wire::{
    Resource,
    support::sla::{EditSlaPolicy, SlaPolicy},
};

const PRIORITIES: [&str; 4] = ["urgent", "high", "medium", "low"];

/// Draws the form.
pub fn screen() -> AnyView {
    load(
        || task(async { api::get::<SlaPolicy>(SlaPolicy::PATH).await }),
        |policy: SlaPolicy| edit(&policy),
    )
}

fn edit(policy: &SlaPolicy) -> AnyView {
    form_page::<SlaPolicy, EditSlaPolicy, EditSlaPolicy>(Some(policy.id))
        .read_by(|| task(async { api::get::<SlaPolicy>(SlaPolicy::PATH).await }))
        .edits_at(SlaPolicy::PATH)
        .make(request)
        .shaped_by(fields_of)
        .leads(|_| "/support/service-levels".to_owned())
        .note("Running clocks are calculated again.")
        .section(
            "Targets",
            "In minutes of open hours: 240 is four hours.",
            [
                target("urgent.first_response", "Urgent: first response"),
                target("urgent.resolution", "Urgent: resolution"),
                target("high.first_response", "High: first response"),
                target("high.resolution", "High: resolution"),
                target("medium.first_response", "Medium: first response"),
                target("medium.resolution", "Medium: resolution"),
                target("low.first_response", "Low: first response"),
                target("low.resolution", "Low: resolution"),
            ],
        )
        .section(
            "Business hours",
            "The periods of a day, such as 09:00-12:00, 13:00-18:00. Leave a day empty when support is closed.",
            DAYS.iter()
                .map(|&(key, name)| text_field(key, name).half().optional())
                .chain([text_field("zone", "Time zone")
                    .example("Europe/Berlin")
                    .help("The zone of the hours and the holidays.")]),
        )
        .section(
            "Holidays",
            "Days on which support is closed.",
            [lines_field("holidays", "Days")
                .example("2026-12-25")
                .help("One per line, such as 2026-12-25.")],
        )
        .show()
}

fn target(key: &'static str, label: &'static str) -> Field {
    number_field(key, label).unit("min").live(move |draft| {
        let minutes = draft.text(key).trim().parse().ok()?;
        (minutes > 0).then(|| duration(minutes))
    })
}

/// Builds the request from the values of the fields. A text that is not a period stays as it is, so that the check names
/// the problem.
fn request(mut sent: Map<String, Value>) -> Map<String, Value> {
    let mut hours = Map::new();
    for (key, _) in DAYS {
        let text = sent.remove(key).unwrap_or_default();
        let text = text.as_str().unwrap_or_default();
        let periods = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        hours.insert(key.to_owned(), periods.map(period).collect());
    }
    let mut targets = Map::new();
    for priority in PRIORITIES {
        targets.insert(
            priority.to_owned(),
            sent.remove(priority).unwrap_or_default(),
        );
    }
    sent.insert("hours".to_owned(), Value::Object(hours));
    sent.insert("targets".to_owned(), Value::Object(targets));
    sent
}

fn period(text: &str) -> Value {
    let (from, to) = text.split_once(['-', '–']).unwrap_or((text, ""));
    json!({ "from": from.trim(), "to": to.trim() })
}

/// Returns the values of the fields of the policy.
fn fields_of(policy: &SlaPolicy) -> Value {
    let mut values = Map::new();
    values.insert("zone".to_owned(), Value::from(policy.zone.clone()));
    values.insert("holidays".to_owned(), json!(policy.holidays));
    let hours = json!(policy.hours);
    for (key, _) in DAYS {
        let periods = hours.get(key).and_then(Value::as_array);
        let texts: Vec<String> = periods
            .into_iter()
            .flatten()
            .filter_map(|period| {
                let part = |name: &str| period.get(name).and_then(Value::as_str);
                Some(format!("{}-{}", part("from")?, part("to")?))
            })
            .collect();
        values.insert(key.to_owned(), Value::from(texts.join(", ")));
    }
    let targets = json!(policy.targets);
    for priority in PRIORITIES {
        for clock in ["first_response", "resolution"] {
            let minutes = targets.get(priority).and_then(|target| target.get(clock));
            let minutes = minutes.cloned().unwrap_or_default();
            values.insert(format!("{priority}.{clock}"), minutes);
        }
    }
    Value::Object(values)
}
