//! The page of all settings, grouped by category.

use super::{edit, format_value, history, name};
use kit::{
    api,
    format::sentence,
    page::{card_page, load_with_reload},
    session, task,
    ui::{Close, Editable, Icon, Tone, Value, card, drawer_button, editables},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Page, Permission,
    system::settings::{SETTINGS, Setting, SettingSource},
};

type Form = Arc<dyn Fn(Close) -> AnyView + Send + Sync>;

/// Draws the page.
pub fn screen() -> AnyView {
    let fetch = || task(async { api::page::<Setting>(&[("limit", "100".to_owned())]).await });
    card_page(
        "Settings",
        "A change applies immediately, for all users. Earlier values are kept in the history.",
        vec![load_with_reload(fetch, |page: Page<Setting>, reload| {
            cards(&page.data, &reload)
        })],
    )
}

/// Draws a card for each category, in the order of `SETTINGS`.
fn cards(all: &[Setting], reload: &Close) -> AnyView {
    let mut kinds: Vec<&str> = SETTINGS.iter().map(|known| known.category).collect();
    kinds.dedup();
    let one = |kind: &str| {
        let of = SETTINGS.iter().filter(|known| known.category == kind);
        let settings = of.filter_map(|known| all.iter().find(|setting| setting.key == known.key));
        let lines = settings.map(|setting| line(setting, reload)).collect();
        card(sentence(kind), editables(lines))
    };
    kinds.into_iter().map(one).collect_view().into_any()
}

fn line(setting: &Setting, reload: &Close) -> Editable {
    let title = name(&setting.key);
    let mut states = Vec::new();
    if setting.is_public {
        states.push(("Public", Tone::Info));
    }
    let note = match setting.source {
        SettingSource::Default => Value::text("Default"),
        SettingSource::Database => Value::ago(setting.updated_at),
    };
    let (edited, looked) = (setting.clone(), setting.clone());
    let (done, back) = (Arc::clone(reload), Arc::clone(reload));
    let form: Form = Arc::new(move |_| edit::form(&edited, Arc::clone(&done)));
    let before = drawer_button(
        format!("History of {title}"),
        Icon::History,
        title.to_owned(),
        Arc::new(move || history::changes(looked.clone(), Arc::clone(&back))),
    );
    Editable {
        title,
        text: setting.description.clone(),
        states,
        value: Value::text(format_value(setting, &setting.effective)).view(),
        note: note.hint(setting.key.clone()).view(),
        more: Some(before),
        edit: Some(form).filter(|_| session::can(Permission::SettingsWrite)),
    }
}
