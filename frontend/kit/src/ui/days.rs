//! A range of two days in the address; the second day is included.

use crate::{
    api::{self, Pairs},
    route,
};
use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

const KEYS: [&str; 2] = ["from", "to"];

/// Draws the two inputs and, once both days are chosen, the view of the range. The view gets the parameters `from`,
/// and `to` as the day after the last one.
pub fn days(view: impl Fn(Pairs) -> AnyView + Send + Sync + 'static) -> AnyView {
    let location = use_location();
    let (query, path) = (route::use_query(), location.pathname);
    let home = path.get_untracked();
    let own = home.clone();
    let read =
        move |key: &str| -> Option<NaiveDate> { query.with(|query| query.get(key)?.parse().ok()) };
    // While the page is being removed, it still sees the next address, which is not its own.
    let chosen = Memo::new(move |before: Option<&[Option<NaiveDate>; 2]>| {
        if path.with(|path| *path == own) {
            KEYS.map(read)
        } else {
            before.copied().unwrap_or_default()
        }
    });
    let home = StoredValue::new(home);
    let set = move |key: &'static str, text: String| {
        let search = location.search.get_untracked();
        let pairs = api::parse(&search);
        let kept = pairs.iter().filter(|(known, _)| known != key);
        let mut kept: Vec<String> = kept
            .map(|(known, value)| format!("{}={}", api::encode(known), api::encode(value)))
            .collect();
        if !text.is_empty() {
            kept.push(format!("{key}={}", api::encode(&text)));
        }
        route::go(&format!("{}?{}", home.get_value(), kept.join("&")));
    };
    let input = move |index: usize, key: &'static str, label: &'static str| {
        let value = move || {
            let day = chosen.get().get(index).copied().flatten();
            day.map(|day| day.to_string()).unwrap_or_default()
        };
        view! { <label><span>{label}</span><input type="date" prop:value=value
        on:change=move |event| set(key, event_target_value(&event))/></label> }
    };
    let between = move || match chosen.get() {
        [Some(from), Some(to)] if from > to => view! { <p class="banner" data-tone="waiting">
        "The last day is before the first day."</p> }
        .into_any(),
        [Some(from), Some(last)] => {
            let to = last.succ_opt().unwrap_or(last);
            view(vec![("from", from.to_string()), ("to", to.to_string())])
        }
        _ => view! { <p class="muted">"Choose both days."</p> }.into_any(),
    };
    view! { <div class="days">{input(0, "from", "From")}{input(1, "to", "To")}</div>{between} }
        .into_any()
}
