//! The form of one setting: a field for its type of value, and a reason.

use super::{boxes, name, unit};
use kit::{
    api::{self, Call},
    form::{
        Choice, Field, Source, area_field, checks_field, number_field, picker_field, text_field,
    },
    format::zones,
    page::{SmallForm, small_form},
    task, toast,
    ui::{ButtonVariant, Close, task_button},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::{
    Check, FieldErrors, Resource,
    accounts::kyc::KycDocumentType,
    system::settings::{EditSetting, KycRequired, Rule, Setting, SettingSource, definition},
};

/// The fields of the form, before they become the text of the value.
#[derive(Debug, Serialize, Deserialize)]
struct Typed {
    key: String,
    value: Value,
    #[serde(default)]
    and: Vec<KycDocumentType>,
    #[serde(default)]
    reason: Option<String>,
}

impl Typed {
    fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            Value::Array(first) => json!(groups(first, &self.and)).to_string(),
            other => other.to_string(),
        }
    }
}

impl Check for Typed {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(Err(errors)) = definition(&self.key).map(|known| known.normalize(&self.text()))
        {
            bad.0.extend(errors.0);
        }
    }
}

fn groups(first: &[Value], second: &[KycDocumentType]) -> Vec<Value> {
    let all = [Value::from(first.to_vec()), json!(second)];
    all.into_iter()
        .filter(|group| group.as_array().is_some_and(|group| !group.is_empty()))
        .collect()
}

/// Draws the form. `done` reloads the settings.
pub fn form(setting: &Setting, done: Close) -> AnyView {
    let (fields, begin) = fields(setting);
    let (of, saved) = (setting.clone(), done.clone());
    let form = SmallForm::new("Save", fields)
        .begin(begin)
        .with("key", setting.key.clone());
    let form = small_form(form, move |typed: Typed| {
        let value = Some(typed.text());
        save(of.clone(), value, typed.reason, saved.clone())
    });
    let of = setting.clone();
    let default = (setting.source == SettingSource::Database).then(|| {
        let run = move || save(of.clone(), None, None, done.clone());
        task_button(
            "Reset to default",
            ButtonVariant::Quiet,
            None,
            "Reset to default",
            run,
        )
    });
    view! { {form}{default} }.into_any()
}

fn save(
    setting: Setting,
    value: Option<String>,
    reason: Option<String>,
    done: Close,
) -> kit::Task<Result<(), kit::api::ApiError>> {
    let call = Call::patch(format!("{}/{}", Setting::PATH, setting.id))
        .json(&EditSetting { value, reason })
        .if_version(setting.version);
    task(async move {
        api::send(call).await?;
        toast::good(format!("{} saved", name(&setting.key)));
        done();
        Ok(())
    })
}

/// Returns the fields and their current values.
fn fields(setting: &Setting) -> (Vec<Field>, Value) {
    let (label, now) = (name(&setting.key), setting.effective.clone());
    let rule = definition(&setting.key).map(|known| known.rule);
    let (mut fields, begin) = match rule {
        Some(Rule::Whole(..)) => (
            vec![number_field("value", label).unit(unit(&setting.key)).full()],
            json!({ "value": now.parse::<i64>().unwrap_or_default() }),
        ),
        Some(Rule::TimeZone) => (
            vec![picker_field("value", label, all_zones())],
            json!({ "value": now }),
        ),
        Some(Rule::Lines(_)) => (
            vec![area_field("value", label).optional()],
            json!({ "value": now }),
        ),
        Some(Rule::Documents) => {
            let set = KycRequired::parse(&now)
                .map(|set| set.0)
                .unwrap_or_default();
            let group = |place: usize| set.get(place).cloned().unwrap_or_default();
            let first = checks_field("value", "Required: one of these", boxes("Any of these"));
            let second = checks_field(
                "and",
                "Also required: one of these",
                boxes("Any of these, or none"),
            );
            (
                vec![first, second],
                json!({ "value": group(0), "and": group(1) }),
            )
        }
        _ => (vec![text_field("value", label)], json!({ "value": now })),
    };
    fields.push(text_field("reason", "Reason").optional());
    (fields, begin)
}

fn all_zones() -> Source {
    let choice = |name: String| Choice {
        label: name.replace('_', " "),
        id: name,
        note: String::new(),
    };
    Source::from_choices(zones().into_iter().map(choice).collect())
}
