//! A picker with every country, in groups: it shows the selection at a glance, and users select a whole group
//! or parts of it.

use crate::{
    format::region_name,
    ui::{Icon, icon::sized_icon},
};
use leptos::prelude::*;
use std::collections::BTreeSet;
use wire::region::{COUNTRIES, GLOBAL, GROUPS, group_of, members};

/// The code and the name of a country.
type Named = (&'static str, String);

/// Draws the groups with their countries, and a search box.
pub(crate) fn country_picker(
    chosen: Signal<Vec<String>>,
    set: impl Fn(Vec<String>) + Copy + Send + Sync + 'static,
    left: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let sought = RwSignal::new(String::new());
    let toggle = move |code: &str, on: bool| {
        set(changed(&chosen.get_untracked(), code, on));
        left();
    };
    let groups = GROUPS.iter().filter(|(code, _)| *code != GLOBAL);
    let mut parts: Vec<(&'static str, &'static str, Vec<Named>)> = groups
        .map(|(code, name)| (*code, *name, named(members(code))))
        .collect();
    let alone: Vec<&'static str> = COUNTRIES
        .iter()
        .copied()
        .filter(|code| group_of(code).is_none())
        .collect();
    parts.push(("", "Other", named(&alone)));
    let parts = parts
        .into_iter()
        .map(|(code, name, countries)| group(code, name, countries, chosen, sought, toggle));
    let parts = parts.collect_view();
    let everywhere = move || chosen.with(|chosen| contains(chosen, GLOBAL));
    let count = move || chosen.with(|chosen| covered(chosen).len());
    view! {
        <details class="country-picker"><summary>"Browse countries"<span class="count">{count}</span></summary>
            <div class="country-picker-head">
                <label class="search">{sized_icon(Icon::Search, 14)}<input type="search" placeholder="Find a country" aria-label="Find a country"
                    prop:value={move || sought.get()} on:input=move |event| sought.set(event_target_value(&event))/></label>
                <label class="check"><input type="checkbox" prop:checked=everywhere
                    on:change=move |event| toggle(GLOBAL, event_target_checked(&event))/><span>"Global (everywhere)"</span></label>
            </div>
            {parts}
        </details>
    }
    .into_any()
}

fn group(
    code: &'static str,
    name: &'static str,
    countries: Vec<Named>,
    chosen: Signal<Vec<String>>,
    sought: RwSignal<String>,
    toggle: impl Fn(&str, bool) + Copy + Send + Sync + 'static,
) -> AnyView {
    let countries = StoredValue::new(countries);
    let whole = move || chosen.with(|chosen| !code.is_empty() && contains(chosen, code));
    let some = move || {
        !whole()
            && chosen.with(|chosen| {
                countries.with_value(|all| all.iter().any(|(country, _)| contains(chosen, country)))
            })
    };
    let fits = move || {
        let sought = sought.with(|sought| sought.trim().to_lowercase());
        countries.with_value(|all| {
            let fits = |(country, named): &&Named| {
                sought.is_empty()
                    || named.to_lowercase().contains(&sought)
                    || country.to_lowercase() == sought
            };
            all.iter().filter(fits).cloned().collect::<Vec<_>>()
        })
    };
    let header = if code.is_empty() {
        view! { <strong>{name}</strong> }.into_any()
    } else {
        view! {
            <label class="check"><input type="checkbox" prop:checked=whole prop:indeterminate=some
                on:change=move |event| toggle(code, event_target_checked(&event))/><strong>{name}</strong></label>
        }
        .into_any()
    };
    let cell = move |(country, named): Named| {
        let pressed = move || chosen.with(|chosen| is_covered(chosen, country).to_string());
        let by_group =
            move || chosen.with(|chosen| !contains(chosen, country) && is_covered(chosen, country));
        let title = named.clone();
        let press = move |_| {
            let on = !chosen.with_untracked(|chosen| is_covered(chosen, country));
            toggle(country, on);
        };
        view! { <button type="button" class="country" aria-pressed=pressed class:by-group=by_group title=title
        on:click=press><code>{country}</code><span>{named}</span></button> }
    };
    let cells = move || fits().into_iter().map(cell).collect_view();
    let none = move || fits().is_empty();
    view! { <fieldset class="country-picker-group" class:hidden=none><legend>{header}</legend><div class="countries">{cells}</div></fieldset> }
        .into_any()
}

fn named(codes: &[&'static str]) -> Vec<Named> {
    let mut all: Vec<Named> = codes
        .iter()
        .map(|code| (*code, region_name(code)))
        .collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

fn contains(chosen: &[String], code: &str) -> bool {
    chosen.iter().any(|known| known == code)
}

/// Tells whether a country is selected: on its own, through its group, or through GLOBAL.
fn is_covered(chosen: &[String], country: &str) -> bool {
    contains(chosen, GLOBAL)
        || contains(chosen, country)
        || group_of(country).is_some_and(|group| contains(chosen, group))
}

fn covered(chosen: &[String]) -> BTreeSet<&'static str> {
    let all = COUNTRIES.iter().copied();
    all.filter(|country| is_covered(chosen, country)).collect()
}

/// Returns the selection after a region was added or removed. A group replaces its countries; removing a country of
/// a selected group keeps the other countries.
fn changed(chosen: &[String], code: &str, on: bool) -> Vec<String> {
    let mut codes: Vec<String> = chosen.to_vec();
    let within: &[&str] = if code.len() > 2 { members(code) } else { &[] };
    codes.retain(|known| known != code && !within.contains(&known.as_str()));
    if on {
        if code == GLOBAL {
            codes.clear();
        }
        codes.push(code.to_owned());
        return codes;
    }
    let Some(group) = group_of(code).filter(|group| contains(&codes, group)) else {
        return codes;
    };
    codes.retain(|known| known != group);
    let others = members(group).iter().filter(|country| **country != code);
    codes.extend(others.map(|country| (*country).to_owned()));
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn codes(all: &[&str]) -> Vec<String> {
        all.iter().map(|code| (*code).to_owned()).collect()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn group_replaces_its_countries_and_splits_into_them() {
        assert_eq!(
            changed(&codes(&["FR", "US"]), "EUROPE", true),
            ["US", "EUROPE"]
        );
        let without = changed(&codes(&["NORTH_AMERICA"]), "US", false);
        assert_eq!(without, ["BM", "CA", "GL", "MX", "PM"]);
        assert_eq!(
            changed(&codes(&["FR", "EUROPE"]), "GLOBAL", true),
            ["GLOBAL"]
        );
        assert_eq!(changed(&codes(&["FR"]), "FR", false), Vec::<String>::new());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn country_is_covered_by_itself_its_group_or_global() {
        assert!(is_covered(&codes(&["EUROPE"]), "FR") && !is_covered(&codes(&["EUROPE"]), "US"));
        assert_eq!(covered(&codes(&["NORTH_AMERICA", "FR"])).len(), 7);
        assert_eq!(covered(&codes(&["GLOBAL"])).len(), COUNTRIES.len());
    }
}
