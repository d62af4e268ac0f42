//! The preview of a plan as a customer sees it, while the form is filled in.

use kit::{
    form::Draft,
    format::{megabytes, region_names},
    ui::{Tone, badge},
};
use leptos::prelude::*;

/// Draws the preview of the current draft.
pub fn card(draft: &Draft) -> AnyView {
    let name = match draft.text("name").trim() {
        "" => "Your plan".to_owned(),
        name => name.to_owned(),
    };
    let data = megabytes(draft.number("data_limit_mb").as_ref());
    let about = Some(draft.text("description").trim().to_owned()).filter(|text| !text.is_empty());
    let about = about.map(|text| view! { <p class="muted">{text}</p> });
    let state = if draft.is_on("is_active") {
        badge("On sale", Tone::Good)
    } else {
        badge("Not on sale", Tone::Neutral)
    };
    let lines = lines(draft).into_iter();
    let lines = lines.map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <article class="preview-card">{state}<h3>{name}</h3><p class="big">{data}</p>{about}<ul>{lines}</ul></article>
    }
    .into_any()
}

/// Returns the lines of the preview, the most important first.
fn lines(draft: &Draft) -> Vec<String> {
    let days = draft.text("validity_days").trim();
    let from = match draft.text("validity_policy") {
        "purchase" => "from purchase",
        "installation" => "from installation",
        _ => "from first use",
    };
    let mut lines = vec![
        format!("Coverage: {}", region_names(&draft.list("regions"))),
        match days {
            "" => format!("Validity starts {}", from.replace("from", "at")),
            "1" => format!("1 day {from}"),
            days => format!("{days} days {from}"),
        },
    ];
    let when = |key: &str, render: fn(&str) -> String| {
        let text = draft.text(key).trim();
        Some(text)
            .filter(|text| !text.is_empty() && *text != "0")
            .map(render)
    };
    lines.extend(when("activate_within_days", |days| {
        format!("Activate within {days} days")
    }));
    if let Some(limit) = draft.number("daily_limit_mb") {
        let then = match draft.text("throttled_kbps").trim() {
            "" => "then no data until the next day".to_owned(),
            speed => format!("then {speed} kbit/s"),
        };
        lines.push(format!(
            "{} a day at full speed, {then}",
            megabytes(Some(&limit))
        ));
    }
    lines.extend(when("voice_minutes", |count| {
        format!("{count} minutes of calls")
    }));
    lines.extend(when("sms_count", |count| format!("{count} text messages")));
    lines.push(if draft.is_on("hotspot_allowed") {
        "Hotspot allowed".to_owned()
    } else {
        "No hotspot".to_owned()
    });
    if draft.is_on("kyc_required") {
        lines.push("KYC required".to_owned());
    }
    lines
}
