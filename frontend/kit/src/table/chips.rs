//! Chips that say what a list is narrowed to, each with its way out.

use super::{
    filter::{By, Control, range},
    list::List,
};
use crate::{
    format::sentence,
    ui::{Icon, icon::sized},
};
use leptos::prelude::*;

pub(crate) fn chips(list: List) -> AnyView {
    let all = move || {
        let asked = list.asked.get();
        let spec = list.spec();
        let known = spec.filters.iter().filter_map(|by| chip(list, by));
        let named = |key: &str| key == "q" || spec.filters.iter().any(|by| by.owns(key));
        let others = asked
            .filter
            .iter()
            .filter(|(key, _)| !named(key))
            .map(|(key, value)| {
                let key = *key;
                draw(
                    sentence(key.trim_end_matches("_id")),
                    value.clone().into_any(),
                    move || list.ask(&list.asked.get_untracked().narrowed(key, None)),
                )
            });
        let chips: Vec<AnyView> = known.chain(others).collect();
        (!chips.is_empty()).then(|| {
            let clear = move |_| list.ask(&list.asked.get_untracked().cleared());
            view! { <div class="chips" role="group" aria-label="Filters in force">{chips}
            <button type="button" class="btn quiet sm" on:click=clear>"Clear all"</button></div> }
        })
    };
    (all).into_any()
}

impl By {
    fn owns(&self, key: &str) -> bool {
        match &self.control {
            Control::Dates { from, to } => key == *from || key == *to,
            _ => key == self.key,
        }
    }
}

fn chip(list: List, by: &By) -> Option<AnyView> {
    let asked = list.asked.get();
    if let Control::Dates { from, to } = by.control {
        let (since, until) = (asked.filtered(from), asked.filtered(to));
        if since.is_none() && until.is_none() {
            return None;
        }
        let says = range(since, until);
        let out = move || {
            list.ask(
                &list
                    .asked
                    .get_untracked()
                    .narrowed(from, None)
                    .narrowed(to, None),
            )
        };
        return Some(draw(by.label.to_owned(), says.into_any(), out));
    }
    let key = by.key;
    let value = asked.filtered(key)?.to_owned();
    let says = match &by.control {
        Control::Pick(source) => source.name_of(value),
        Control::Flag => ().into_any(),
        _ => by.says(&value).into_any(),
    };
    Some(draw(by.label.to_owned(), says, move || {
        list.ask(&list.asked.get_untracked().narrowed(key, None))
    }))
}

fn draw(label: String, says: AnyView, out: impl Fn() + 'static) -> AnyView {
    let name = format!("Remove the filter {label}");
    view! {
        <span class="chip"><span class="muted">{label}</span><strong>{says}</strong>
            <button type="button" aria-label=name on:click=move |_| out()>{sized(Icon::X, 14)}</button></span>
    }
    .into_any()
}
