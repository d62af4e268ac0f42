//! A field for several values of a known list: checkboxes in groups, each with an explanation.

use super::{field::Field, state::Form};
use crate::ui::{Icon, icon::sized_icon};
use leptos::prelude::*;
use serde_json::Value;

/// Checkboxes that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckGroup {
    /// The title of the group.
    pub title: &'static str,
    /// Each value with its explanation.
    pub words: Vec<(&'static str, &'static str)>,
}

/// Draws the groups, each with a checkbox for all of its values.
pub(super) fn checks(form: Form, field: &Field, id: String, groups: &[CheckGroup]) -> AnyView {
    let key = field.key;
    let error = Memo::new(move |_| form.error(key));
    let (about, wrong) = (format!("{id}-help"), format!("{id}-error"));
    let described = format!("{about} {wrong}");
    let named = format!("{id}-label");
    let groups = groups.iter().map(|group| check_group(form, key, group));
    let groups = groups.collect_view();
    let help = field
        .help
        .map(|text| view! { <p class="field-help" id=about>{text}</p> });
    view! {
        <div class="checks" role="group" tabindex="-1" id=id aria-labelledby=named aria-describedby=described>
            <p class="checks-label" id=named.clone()>{field.label}</p>
            {help}
            <div id=wrong>{move || error.get().map(|text| view! { <p class="field-error">
                {sized_icon(Icon::CircleAlert, 14)}<span>{text}</span></p> })}</div>
            {groups}
        </div>
    }
    .into_any()
}

fn check_group(form: Form, key: &'static str, group: &CheckGroup) -> AnyView {
    let words: Vec<&'static str> = group.words.iter().map(|(word, _)| *word).collect();
    let words = StoredValue::new(words);
    let count = Memo::new(move |_| {
        let chosen = form.draft.with(|draft| draft.list(key));
        words.with_value(|words| words.iter().filter(|word| contains(&chosen, word)).count())
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
            let chosen = form.draft.with(|draft| draft.list(key));
            contains(&chosen, word)
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

fn contains(chosen: &[String], word: &str) -> bool {
    chosen.iter().any(|known| known == word)
}

/// Adds values to the field, or removes them.
fn put(form: Form, key: &'static str, words: &[&str], on: bool) {
    let mut chosen = form.draft.with_untracked(|draft| draft.list(key));
    chosen.retain(|known| !words.contains(&known.as_str()));
    if on {
        chosen.extend(words.iter().map(|word| (*word).to_owned()));
    }
    form.set(key, Value::from(chosen));
    form.leave(key);
}
