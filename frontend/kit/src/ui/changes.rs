//! The changes of an audit event, field by field: before and after.

use crate::format::{self, sentence};
use leptos::prelude::*;
use serde_json::Value;

/// A field, its value before, and its value after. A value that was not recorded is `None`.
type Line = (String, Option<String>, Option<String>);

/// Draws the change of an audit event. Where the log keeps only the names of fields, a note explains this.
pub fn changes(change: Option<&Value>) -> AnyView {
    let (lines, kept) = (
        change.map(lines).unwrap_or_default(),
        change.map(named).unwrap_or_default(),
    );
    if lines.is_empty() && kept.is_empty() {
        return view! { <p class="muted">"This action has no details."</p> }.into_any();
    }
    let kept = (!kept.is_empty()).then(|| {
        let tags = kept
            .into_iter()
            .map(|name| view! { <li class="tag">{name}</li> })
            .collect_view();
        view! { <ul class="tags">{tags}</ul><p
        class="muted">"Personal data and secrets are recorded by name only, never by value."</p> }
    });
    let table = (!lines.is_empty()).then(|| {
        let had = lines.iter().any(|(_, before, _)| before.is_some());
        table(lines, had)
    });
    view! { {table}{kept} }.into_any()
}

fn table(lines: Vec<Line>, had: bool) -> AnyView {
    let cell = |text: Option<String>| match text {
        Some(text) => view! { <span class="prose">{text}</span> }.into_any(),
        None => view! { <span class="muted">"–"</span> }.into_any(),
    };
    let row = |(field, before, after): Line| {
        let before = had.then(|| view! { <td role="cell" data-label="Before">{cell(before)}</td> });
        view! { <tr role="row"><td role="cell" class="lead">{field}</td>{before}
        <td role="cell" data-label=if had { "After" } else { "Value" }>{cell(after)}</td></tr> }
    };
    let header = if had {
        vec!["Field", "Before", "After"]
    } else {
        vec!["Field", "Value"]
    };
    let header = header
        .into_iter()
        .map(|text| view! { <th role="columnheader" scope="col">{text}</th> })
        .collect_view();
    view! {
        <div class="grid small"><table role="table" aria-label="What changed"><thead role="rowgroup"><tr role="row">
            {header}</tr></thead>
            <tbody role="rowgroup">{lines.into_iter().map(row).collect_view()}</tbody></table></div>
    }
    .into_any()
}

/// Returns the lines of a change. `{"name": {"before": "A", "after": "B"}}` has both values; anything else is the
/// value after.
fn lines(change: &Value) -> Vec<Line> {
    let fields = change
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(field, _)| !matches!(field.as_str(), "fields" | "id"));
    let line = |(field, value): (&String, &Value)| match value
        .as_object()
        .filter(|pair| pair.contains_key("after"))
    {
        Some(pair) => (
            sentence(field),
            pair.get("before").and_then(describe),
            pair.get("after").and_then(describe),
        ),
        None => (sentence(field), None, describe(value)),
    };
    fields.map(line).collect()
}

/// Returns the fields of `{"fields": ["email"]}`, which are recorded without their values.
fn named(change: &Value) -> Vec<String> {
    let fields = change
        .get("fields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    fields.filter_map(Value::as_str).map(sentence).collect()
}

/// Formats a JSON value; `None` for null.
pub(crate) fn describe(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(yes) => Some(if *yes { "Yes" } else { "No" }.to_owned()),
        Value::String(text) => Some(moment(text).unwrap_or_else(|| text.clone())),
        Value::Array(all) => Some(
            all.iter()
                .filter_map(describe)
                .collect::<Vec<_>>()
                .join(", "),
        ),
        other => Some(other.to_string()),
    }
}

/// Formats a text that is an RFC 3339 time.
fn moment(text: &str) -> Option<String> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(format::moment(time.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lines_support_every_shape_of_the_log() {
        let line = |field: &str, before: Option<&str>, after: Option<&str>| {
            (
                field.to_owned(),
                before.map(str::to_owned),
                after.map(str::to_owned),
            )
        };
        assert_eq!(
            lines(&json!({ "name": { "before": "A", "after": "B" } })),
            [line("Name", Some("A"), Some("B"))]
        );
        assert_eq!(
            lines(&json!({ "is_active": { "before": null, "after": true } })),
            [line("Is active", None, Some("Yes"))]
        );
        assert_eq!(
            lines(&json!({ "api_key": "replaced" })),
            [line("API key", None, Some("replaced"))]
        );
        assert_eq!(
            lines(&json!({ "unit_no": 1 })),
            [line("Unit no", None, Some("1"))]
        );
        assert_eq!(
            named(&json!({ "fields": ["email", "phone"] })),
            ["Email", "Phone"]
        );
        assert!(lines(&json!({ "fields": ["email"] })).is_empty());
    }
}
