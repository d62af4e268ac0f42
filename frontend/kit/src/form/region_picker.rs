//! A picker for regions: countries and groups as chips, found by name or code.

use crate::{
    format::region_name,
    ui::{Icon, icon::sized_icon},
};
use leptos::{ev, prelude::*};
use wire::region::{COUNTRIES, GROUPS};

/// Returns every region with its name, the groups first.
pub(crate) fn options() -> Vec<(String, String)> {
    let groups = GROUPS
        .iter()
        .map(|(code, name)| ((*code).to_owned(), (*name).to_owned()));
    let mut countries: Vec<(String, String)> = COUNTRIES
        .iter()
        .map(|code| ((*code).to_owned(), region_name(code)))
        .collect();
    countries.sort_by(|one, other| one.1.cmp(&other.1));
    groups.chain(countries).collect()
}

/// Returns the regions that match the text: by code, or by the start of any word of the name.
fn fitting(all: &[(String, String)], typed: &str, chosen: &[String]) -> Vec<(String, String)> {
    let typed = typed.trim().to_lowercase();
    let fits = |code: &str, name: &str| {
        let name = name.to_lowercase();
        typed.is_empty()
            || code.to_lowercase() == typed
            || name.starts_with(&typed)
            || name.split(' ').any(|word| word.starts_with(&typed))
    };
    let free = all
        .iter()
        .filter(|(code, name)| !chosen.contains(code) && fits(code, name));
    let mut found: Vec<_> = free.cloned().collect();
    found.sort_by_key(|(code, _)| code.to_lowercase() != typed);
    found.truncate(40);
    found
}

/// Draws the chips and the input. With `one`, a choice replaces the previous one.
pub(crate) fn region_picker(
    id: String,
    name: &'static str,
    one: bool,
    chosen: Signal<Vec<String>>,
    set: impl Fn(Vec<String>) + Clone + Send + Sync + 'static,
    left: impl Fn() + 'static,
) -> AnyView {
    let (typed, open, at) = (
        RwSignal::new(String::new()),
        RwSignal::new(false),
        RwSignal::new(0_usize),
    );
    let all = StoredValue::new(options());
    let found = Memo::new(move |_| {
        typed.with(|typed| {
            chosen.with(|chosen| {
                all.with_value(|all| fitting(all, typed, if one { &[] } else { chosen }))
            })
        })
    });
    let list = crate::ids::element_id("places");
    let add = {
        let set = set.clone();
        move |code: String| {
            let mut codes = if one {
                Vec::new()
            } else {
                chosen.get_untracked()
            };
            codes.push(code);
            typed.set(String::new());
            at.set(0);
            if one {
                open.set(false);
            }
            set(codes);
        }
    };
    let remove = {
        let set = set.clone();
        move |code: &str| {
            let mut codes = chosen.get_untracked();
            codes.retain(|known| known != code);
            set(codes);
        }
    };
    let (by_key, drop_last) = (add.clone(), remove.clone());
    let keys = move |event: ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1).min(count.saturating_sub(1))),
            "ArrowUp" => at.update(|at| *at = at.saturating_sub(1)),
            "Enter" if open.get_untracked() && count > 0 => found
                .with_untracked(|found| found.get(at.get_untracked()).map(|(code, _)| code.clone()))
                .into_iter()
                .for_each(&by_key),
            "Escape" if open.get_untracked() => {
                event.stop_propagation();
                return open.set(false);
            }
            "Backspace" if typed.with_untracked(String::is_empty) => {
                return chosen
                    .get_untracked()
                    .last()
                    .into_iter()
                    .for_each(|code| drop_last(code));
            }
            _ => return,
        }
        event.prevent_default();
        open.set(true);
    };
    let chip = move |code: String| {
        let (remove, out) = (remove.clone(), code.clone());
        let shown = region_name(&code);
        let label = format!("Remove {shown}");
        view! { <li class="chip"><span>{shown}</span><button type="button" aria-label=label
        on:click=move |_| remove(&out)>{sized_icon(Icon::X, 14)}</button></li> }
    };
    let stem = StoredValue::new(list.clone());
    let options = move || {
        let row = |(index, (code, name)): (usize, (String, String))| {
            let (add, picked) = (add.clone(), code.clone());
            let press = move |event: ev::PointerEvent| {
                event.prevent_default();
                add(picked.clone());
            };
            view! {
                <li role="option" id=format!("{}-{index}", stem.get_value())
                    aria-selected={move || (at.get() == index).to_string()} on:pointerdown=press><span>{name}</span>
                    <small>{code}</small></li>
            }
        };
        let found = found.get();
        if found.is_empty() {
            return view! { <li role="option" aria-disabled="true" aria-selected="false"
            class="muted">"No such country or group"</li> }
            .into_any();
        }
        found
            .into_iter()
            .enumerate()
            .map(row)
            .collect_view()
            .into_any()
    };
    let blur = move |_| {
        // Skipped if the page was removed while this input had the focus.
        if open.try_set(false).is_none() {
            left();
        }
    };
    view! {
        <div class="region-picker combobox">
            <ul class="selected-chips" aria-label="Chosen">{move || chosen.get().into_iter().map(&chip).collect_view()}</ul>
            <input id=id type="text" role="combobox" autocomplete="off" spellcheck="false" aria-label=name
                aria-autocomplete="list" aria-controls=list.clone()
                aria-expanded={move || open.get().to_string()} aria-activedescendant={move || open.get().then(|| format!("{}-{}", stem.get_value(), at.get()))}
                placeholder="Add a country or group" prop:value={move || typed.get()} on:focus=move |_| open.set(true) on:blur=blur on:keydown=keys
                on:input=move |event| { typed.set(event_target_value(&event)); at.set(0); open.set(true); }/>
            <ul id=list role="listbox" aria-label=name class="listbox" class:hidden={move || !open.get()}>{options}</ul>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn regions_match_by_code_and_by_word() {
        let all = vec![
            ("EUROPE".to_owned(), "Europe".to_owned()),
            ("GB".to_owned(), "United Kingdom".to_owned()),
            ("DE".to_owned(), "Germany".to_owned()),
        ];
        let codes = |typed: &str, chosen: &[String]| {
            fitting(&all, typed, chosen)
                .into_iter()
                .map(|(code, _)| code)
                .collect::<Vec<_>>()
        };
        assert_eq!(codes("king", &[]), ["GB"]);
        assert_eq!(codes("de", &[]), ["DE"]);
        assert_eq!(codes("", &["EUROPE".to_owned()]), ["GB", "DE"]);
    }
}
