//! All settings on one page, by what they are about.

use super::{edit, history, name, told};
use kit::{
    api,
    format::sentence,
    page::{card_page, renewed},
    session, task,
    ui::{Close, Editable, Icon, Tone, Value, card, editables, side},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{
    Page, Permission,
    system::settings::{KNOWN, Setting, SettingSource},
};

type Form = Arc<dyn Fn(Close) -> AnyView + Send + Sync>;

/// Draws it.
pub fn screen() -> AnyView {
    let ask = || task(async { api::page::<Setting>(&[("limit", "100".to_owned())]).await });
    card_page(
        "Settings",
        "How the system works. A change holds at once, for everybody; what was before is kept.",
        vec![renewed(ask, |page: Page<Setting>, again| {
            cards(&page.data, &again)
        })],
    )
}

/// A card for each kind, in the order in which the program knows them.
fn cards(all: &[Setting], again: &Close) -> AnyView {
    let mut kinds: Vec<&str> = KNOWN.iter().map(|known| known.category).collect();
    kinds.dedup();
    let one = |kind: &str| {
        let of = KNOWN.iter().filter(|known| known.category == kind);
        let settings = of.filter_map(|known| all.iter().find(|setting| setting.key == known.key));
        let lines = settings.map(|setting| line(setting, again)).collect();
        card(sentence(kind), editables(lines))
    };
    kinds.into_iter().map(one).collect_view().into_any()
}

fn line(setting: &Setting, again: &Close) -> Editable {
    let title = name(&setting.key);
    let mut states = Vec::new();
    if setting.is_public {
        states.push(("Public", Tone::News));
    }
    let note = match setting.source {
        SettingSource::Default => Value::text("Default"),
        SettingSource::Database => Value::ago(setting.updated_at),
    };
    let (edited, looked) = (setting.clone(), setting.clone());
    let (done, back) = (Arc::clone(again), Arc::clone(again));
    let form: Form = Arc::new(move |_| edit::form(&edited, Arc::clone(&done)));
    let before = side(
        format!("History of {title}"),
        Icon::History,
        title.to_owned(),
        Arc::new(move || history::changes(looked.clone(), Arc::clone(&back))),
    );
    Editable {
        title,
        says: setting.description.clone(),
        states,
        value: Value::text(told(setting, &setting.effective)).view(),
        note: note.hint(setting.key.clone()).view(),
        more: Some(before),
        edit: Some(form).filter(|_| session::can(Permission::SettingsWrite)),
    }
}
