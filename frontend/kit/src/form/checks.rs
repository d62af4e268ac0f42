//! Choosing several words of a known list: boxes in groups, each with a word of explanation.

use super::{field::Field, state::Form};
use crate::ui::{Icon, icon::sized};
use leptos::prelude::*;
use serde_json::Value;

/// Boxes that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Boxes {
    /// What they are about.
    pub title: &'static str,
    /// Each word, and what it means.
    pub words: Vec<(&'static str, &'static str)>,
}

/// Draws the groups, each with a box for all of it.
pub(super) fn checks(form: Form, field: &Field, id: String, groups: &[Boxes]) -> AnyView {
    let key = field.key;
    let fault = Memo::new(move |_| form.fault(key));
    let (about, wrong) = (format!("{id}-help"), format!("{id}-fault"));
    let described = format!("{about} {wrong}");
    let named = format!("{id}-label");
    let groups = groups.iter().map(|group| boxes(form, key, group));
    let groups = groups.collect_view();
    let help = field
        .help
        .map(|text| view! { <p class="field-help" id=about>{text}</p> });
    view! {
        <div class="checks" role="group" tabindex="-1" id=id aria-labelledby=named aria-describedby=described>
            <p class="checks-label" id=named.clone()>{field.label}</p>
            {help}
            <div id=wrong>{move || fault.get().map(|text| view! { <p class="field-fault">
                {sized(Icon::CircleAlert, 14)}<span>{text}</span></p> })}</div>
            {groups}
        </div>
    }
    .into_any()
}

fn boxes(form: Form, key: &'static str, group: &Boxes) -> AnyView {
    let words: Vec<&'static str> = group.words.iter().map(|(word, _)| *word).collect();
    let words = StoredValue::new(words);
    let count = Memo::new(move |_| {
        let chosen = form.draft.with(|draft| draft.places(key));
        words.with_value(|words| words.iter().filter(|word| holds(&chosen, word)).count())
    });
    let most = group.words.len();
    let all = move || count.get() == most;
    let some = move || (1..most).contains(&count.get());
    let every = move |event| {
        words.with_value(|words| put(form, key, words, event_target_checked(&event)));
    };
    let one = |(word, means): &(&'static str, &'static str)| {
        let word = *word;
        let on = move || {
            let chosen = form.draft.with(|draft| draft.places(key));
            holds(&chosen, word)
        };
        let set = move |event| put(form, key, &[word], event_target_checked(&event));
        view! {
            <label class="check"><input type="checkbox" prop:checked=on on:change=set/>
                <span>{*means}<code>{word}</code></span></label>
        }
    };
    view! {
        <fieldset><legend><label class="check"><input type="checkbox" prop:checked=all prop:indeterminate=some on:change=every/>
            <strong>{group.title}</strong></label></legend>{group.words.iter().map(one).collect_view()}</fieldset>
    }
    .into_any()
}

fn holds(chosen: &[String], word: &str) -> bool {
    chosen.iter().any(|known| known == word)
}

/// Takes words in, or leaves them out.
fn put(form: Form, key: &'static str, words: &[&str], on: bool) {
    let mut chosen = form.draft.with_untracked(|draft| draft.places(key));
    chosen.retain(|known| !words.contains(&known.as_str()));
    if on {
        chosen.extend(words.iter().map(|word| (*word).to_owned()));
    }
    form.set(key, Value::from(chosen));
    form.leave(key);
}
