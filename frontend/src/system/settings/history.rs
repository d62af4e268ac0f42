//! What a setting was before, and the way back.

use super::told;
use kit::{
    api::{self, Call},
    page::once,
    session, task, toast,
    ui::{
        Close, Icon, Look, Row, Tone, Value, button,
        dialog::{Question, Reason, ask},
        rows,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Permission, Resource,
    system::settings::{RollBack, Setting, SettingChange, SettingHistory},
};

/// Draws it; `done` shows everything anew.
pub fn changes(setting: Setting, done: Close) -> AnyView {
    let path = format!("{}/{}/history", Setting::PATH, setting.id);
    let ask = move || {
        let path = path.clone();
        task(async move { api::get::<SettingHistory>(&path).await })
    };
    once(ask, move |history| {
        let all = history.data;
        let before = all.iter().skip(1).map(Some).chain([None]);
        let one = |(change, before)| row(&setting, (change, before), &done);
        rows(all.iter().zip(before).map(one).collect())
    })
}

/// One change: from what to what, by whom, and why.
fn row(
    setting: &Setting,
    (change, before): (&SettingChange, Option<&SettingChange>),
    done: &Close,
) -> Row {
    let is_now = change.version == setting.version;
    let value = |change: &SettingChange| match &change.value {
        Some(text) => told(setting, text),
        None => format!("default ({})", told(setting, &setting.default)),
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
        let says = format!(
            "It becomes {} again, for everybody and at once.",
            value(&change)
        );
        let run = move || {
            question(
                setting.clone(),
                change.version,
                says.clone(),
                Arc::clone(&done),
            )
        };
        button("Take back", Look::Quiet, Some(Icon::RotateCcw), run)
    });
    Row {
        sign: Icon::History,
        title,
        state: is_now.then_some(("In force", Tone::Good)),
        says: format!("{who} · {}{why}", when.plain()),
        hint: Some(kit::format::moment(change.created_at)),
        act: back,
    }
}

fn question(setting: Setting, version: i32, says: String, done: Close) {
    let run = move |reason: String| {
        let back = RollBack {
            version,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        };
        let call = Call::post(format!("{}/{}/rollback", Setting::PATH, setting.id))
            .json(&back)
            .if_version(setting.version);
        let done = Arc::clone(&done);
        task(async move {
            api::send(call).await?;
            toast::good("Taken back");
            done();
            Ok(())
        })
    };
    ask(Question {
        title: format!("Take back to version {version}?"),
        says,
        verb: "Take back".to_owned(),
        danger: false,
        reason: Reason::Optional,
        run: Arc::new(run),
    });
}
