//! The history of a record from the audit log: the actor, the change and the reason.

use super::load_on;
use crate::{
    api,
    format::sentence,
    session, task,
    ui::{Event, Tone, card, changes::describe, timeline},
};
use leptos::prelude::*;
use serde_json::Value;
use wire::{
    Filter, Page, Param, Permission,
    system::audit::{AuditEntry, AuditFilter, AuditSubject},
};

/// Draws the last changes of a record; nothing for a user who may not read the log.
pub fn history(subject: &'static str, id: &str, reload: RwSignal<u32>) -> AnyView {
    let Ok(subject_id) = AuditSubject::parse(id) else {
        return ().into_any();
    };
    if !untrack(|| session::can(Permission::AuditRead)) {
        return ().into_any();
    }
    let filter = AuditFilter {
        subject_type: Some(subject.to_owned()),
        subject_id: Some(subject_id),
        ..AuditFilter::default()
    };
    let mut pairs = filter.pairs();
    pairs.push(("limit", "20".to_owned()));
    let fetch = move || {
        let pairs = pairs.clone();
        task(async move { api::page::<AuditEntry>(&pairs).await })
    };
    card(
        "History",
        load_on(reload, fetch, |page: Page<AuditEntry>| {
            timeline(page.data.into_iter().map(event).collect())
        }),
    )
}

fn event(entry: AuditEntry) -> Event {
    let is_creation = entry.action.ends_with(".create");
    // The page itself shows the initial values.
    let change = entry.change.as_ref().filter(|_| !is_creation);
    let mut more = change.map(changes).unwrap_or_default();
    more.extend(entry.reason.as_ref().map(|reason| format!("“{reason}”")));
    Event {
        at: entry.created_at,
        what: entry.describe(),
        who: entry.actor,
        more,
        tone: Tone::Neutral,
    }
}

/// Returns one line per field: `{"name": {"before": "A", "after": "B"}}`, or `{"before": {..}, "after": {..}}`.
fn changes(change: &Value) -> Vec<String> {
    let Some(change) = change.as_object() else {
        return Vec::new();
    };
    let line = |field: &str, before: &Value, after: &Value| match (before, after) {
        (Value::Null, after) => format!("{}: {}", sentence(field), short(after)),
        (before, after) => format!("{}: {} → {}", sentence(field), short(before), short(after)),
    };
    if let (Some(before), Some(after)) = (
        change.get("before").and_then(Value::as_object),
        change.get("after").and_then(Value::as_object),
    ) {
        let differs = after
            .iter()
            .filter(|(field, after)| before.get(*field) != Some(after));
        return differs
            .map(|(field, after)| line(field, before.get(field).unwrap_or(&Value::Null), after))
            .collect();
    }
    let each = change.iter().filter_map(|(field, pair)| {
        let pair = pair.as_object()?;
        let (before, after) = (
            pair.get("before").unwrap_or(&Value::Null),
            pair.get("after")?,
        );
        (before != after).then(|| line(field, before, after))
    });
    each.collect()
}

fn short(value: &Value) -> String {
    let text = describe(value).unwrap_or_else(|| "not set".to_owned());
    if text.chars().count() > 80 {
        format!("{}…", text.chars().take(79).collect::<String>())
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn changes_list_one_line_per_field() {
        assert_eq!(
            changes(
                &json!({ "name": { "before": "A", "after": "B" }, "same": { "before": 1, "after": 1 } })
            ),
            ["Name: A → B"]
        );
        assert_eq!(
            changes(&json!({ "before": { "on": true, "x": 1 }, "after": { "on": false, "x": 1 } })),
            ["On: Yes → No"]
        );
        assert_eq!(
            changes(&json!({ "regions": { "before": null, "after": ["DE", "FR"] } })),
            ["Regions: DE, FR"]
        );
        assert!(changes(&json!(null)).is_empty());
    }
}
