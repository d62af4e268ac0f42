//! The history of a setting, and restoring an earlier value.

use super::format_value;
use kit::{
    api::{self, Call},
    page::load,
    session, task, toast,
    ui::{
        ButtonVariant, Close, Icon, Row, Tone, Value, button,
        dialog::{Question, Reason, ask},
        rows,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Permission, Resource,
    system::settings::{RollBackSetting, Setting, SettingChange, SettingHistory},
};

/// Draws the history. `done` reloads the settings.
pub fn changes(setting: Setting, done: Close) -> AnyView {
    let path = format!("{}/{}/history", Setting::PATH, setting.id);
    let fetch = move || {
        let path = path.clone();
        task(async move { api::get::<SettingHistory>(&path).await })
    };
    load(fetch, move |history| {
        let all = history.data;
        let before = all.iter().skip(1).map(Some).chain([None]);
        let one = |(change, before)| row(&setting, change, before, &done);
        rows(all.iter().zip(before).map(one).collect())
    })
}

/// Draws one change: the values, the actor and the reason.
fn row(
    setting: &Setting,
    change: &SettingChange,
    before: Option<&SettingChange>,
    done: &Close,
) -> Row {
    let is_now = change.version == setting.version;
    let value = |change: &SettingChange| match &change.value {
        Some(text) => format_value(setting, text),
        None => format!("default ({})", format_value(setting, &setting.default)),
    };
    let title = match before {
        Some(before) => format!("{} → {}", value(before), value(change)),
        None => value(change),
    };
    let who = change.actor.clone().unwrap_or_else(|| "System".to_owned());
    let when = Value::ago(change.created_at);
    let why = change.reason.as_ref();
    let why = why.map_or_else(String::new, |why| format!(" · “{why}”"));
    let back = (!is_now && session::can(Permission::SettingsWrite)).then(|| {
        let (setting, change, done) = (setting.clone(), change.clone(), Arc::clone(done));
        let text = format!(
            "The value becomes {} immediately, for all users.",
            value(&change)
        );
        let run = move || {
            question(
                setting.clone(),
                change.version,
                text.clone(),
                Arc::clone(&done),
            )
        };
        button("Restore", ButtonVariant::Quiet, Some(Icon::RotateCcw), run)
    });
    Row {
        icon: Icon::History,
        title,
        state: is_now.then_some(("Current", Tone::Good)),
        text: format!("{who} · {}{why}", when.plain()),
        hint: Some(kit::format::moment(change.created_at)),
        action: back,
    }
}

fn question(setting: Setting, version: i32, text: String, done: Close) {
    let run = move |reason: String| {
        let back = RollBackSetting {
            version,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        };
        let call = Call::post(format!("{}/{}/rollback", Setting::PATH, setting.id))
            .json(&back)
            .if_version(setting.version);
        let done = Arc::clone(&done);
        task(async move {
            api::send(call).await?;
            toast::good("Value restored");
            done();
            Ok(())
        })
    };
    ask(Question {
        title: format!("Restore version {version}?"),
        text,
        verb: "Restore".to_owned(),
        danger: false,
        reason: Reason::Optional,
        run: Arc::new(run),
    });
}
