//! Chips for the active filters, each with a button that removes it.

use super::{
    filter::{Control, ListFilter, range},
    list::List,
};
use crate::{
    format::sentence,
    ui::{Icon, icon::sized_icon},
};
use leptos::prelude::*;

pub(crate) fn chips(list: List) -> AnyView {
    let all = move || {
        let query = list.query.get();
        let spec = list.spec();
        let known = spec.filters.iter().filter_map(|by| chip(list, by));
        let named = |key: &str| key == "q" || spec.filters.iter().any(|by| by.owns(key));
        let others = query
            .filter
            .iter()
            .filter(|(key, _)| !named(key))
            .map(|(key, value)| {
                let key = *key;
                draw(
                    sentence(key.trim_end_matches("_id")),
                    value.clone().into_any(),
                    move || list.set_query(&list.query.get_untracked().with_filter(key, None)),
                )
            });
        let chips: Vec<AnyView> = known.chain(others).collect();
        (!chips.is_empty()).then(|| {
            let clear = move |_| list.set_query(&list.query.get_untracked().cleared());
            view! { <div class="chips" role="group" aria-label="Active filters">{chips}
            <button type="button" class="btn quiet sm" on:click=clear>"Clear all"</button></div> }
        })
    };
    (all).into_any()
}

impl ListFilter {
    fn owns(&self, key: &str) -> bool {
        match &self.control {
            Control::Dates { from, to } => key == *from || key == *to,
            _ => key == self.key,
        }
    }
}

fn chip(list: List, by: &ListFilter) -> Option<AnyView> {
    let query = list.query.get();
    if let Control::Dates { from, to } = by.control {
        let (since, until) = (query.filter_value(from), query.filter_value(to));
        if since.is_none() && until.is_none() {
            return None;
        }
        let text = range(since, until);
        let out = move || {
            list.set_query(
                &list
                    .query
                    .get_untracked()
                    .with_filter(from, None)
                    .with_filter(to, None),
            )
        };
        return Some(draw(by.label.to_owned(), text.into_any(), out));
    }
    let key = by.key;
    let value = query.filter_value(key)?.to_owned();
    let text = match &by.control {
        Control::Pick(source) => source.name_of(value),
        Control::Flag => ().into_any(),
        _ => by.describe(&value).into_any(),
    };
    Some(draw(by.label.to_owned(), text, move || {
        list.set_query(&list.query.get_untracked().with_filter(key, None))
    }))
}

fn draw(label: String, text: AnyView, out: impl Fn() + 'static) -> AnyView {
    let name = format!("Remove the filter {label}");
    view! {
        <span class="chip"><span class="muted">{label}</span><strong>{text}</strong>
            <button type="button" aria-label=name on:click=move |_| out()>{sized_icon(Icon::X, 14)}</button></span>
    }
    .into_any()
}
