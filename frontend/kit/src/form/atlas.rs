//! Every country, group by group: what is chosen is seen at a glance, and a group is taken whole or in part.

use crate::{
    format::place,
    ui::{Icon, icon::sized},
};
use leptos::prelude::*;
use std::collections::BTreeSet;
use wire::region::{COUNTRIES, GLOBAL, GROUPS, group_of, members};

/// A country as it is shown: its code and its name.
type Named = (&'static str, String);

/// Draws the groups with their countries, and a box to find one.
pub(crate) fn atlas(
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
    parts.push(("", "Elsewhere", named(&alone)));
    let parts = parts
        .into_iter()
        .map(|part| group(part, chosen, sought, toggle));
    let parts = parts.collect_view();
    let everywhere = move || chosen.with(|chosen| holds(chosen, GLOBAL));
    let count = move || chosen.with(|chosen| covered(chosen).len());
    view! {
        <details class="atlas"><summary>"Browse countries"<span class="count">{count}</span></summary>
            <div class="atlas-head">
                <label class="search">{sized(Icon::Search, 14)}<input type="search" placeholder="Find a country" aria-label="Find a country"
                    prop:value={move || sought.get()} on:input=move |event| sought.set(event_target_value(&event))/></label>
                <label class="check"><input type="checkbox" prop:checked=everywhere
                    on:change=move |event| toggle(GLOBAL, event_target_checked(&event))/><span>"Global: everywhere"</span></label>
            </div>
            {parts}
        </details>
    }
    .into_any()
}

fn group(
    (code, name, countries): (&'static str, &'static str, Vec<Named>),
    chosen: Signal<Vec<String>>,
    sought: RwSignal<String>,
    toggle: impl Fn(&str, bool) + Copy + Send + Sync + 'static,
) -> AnyView {
    let countries = StoredValue::new(countries);
    let whole = move || chosen.with(|chosen| !code.is_empty() && holds(chosen, code));
    let some = move || {
        !whole()
            && chosen.with(|chosen| {
                countries.with_value(|all| all.iter().any(|(country, _)| holds(chosen, country)))
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
    let head = if code.is_empty() {
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
            move || chosen.with(|chosen| !holds(chosen, country) && is_covered(chosen, country));
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
    view! { <fieldset class="atlas-group" class:hidden=none><legend>{head}</legend><div class="countries">{cells}</div></fieldset> }
        .into_any()
}

fn named(codes: &[&'static str]) -> Vec<Named> {
    let mut all: Vec<Named> = codes.iter().map(|code| (*code, place(code))).collect();
    all.sort_by(|one, other| one.1.cmp(&other.1));
    all
}

fn holds(chosen: &[String], code: &str) -> bool {
    chosen.iter().any(|known| known == code)
}

/// Whether a country is chosen: by itself, by its group, or with everything.
fn is_covered(chosen: &[String], country: &str) -> bool {
    holds(chosen, GLOBAL)
        || holds(chosen, country)
        || group_of(country).is_some_and(|group| holds(chosen, group))
}

fn covered(chosen: &[String]) -> BTreeSet<&'static str> {
    let all = COUNTRIES.iter().copied();
    all.filter(|country| is_covered(chosen, country)).collect()
}

/// What is chosen once a place was taken in or left out. A group takes its countries in; without one of its
/// countries, it is the others.
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
    let Some(group) = group_of(code).filter(|group| holds(&codes, group)) else {
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
    fn a_group_takes_its_countries_in_and_gives_them_back() {
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
    fn a_country_is_covered_by_itself_its_group_or_everything() {
        assert!(is_covered(&codes(&["EUROPE"]), "FR") && !is_covered(&codes(&["EUROPE"]), "US"));
        assert_eq!(covered(&codes(&["NORTH_AMERICA", "FR"])).len(), 7);
        assert_eq!(covered(&codes(&["GLOBAL"])).len(), COUNTRIES.len());
    }
}
