//! Addresses and their screens. A screen is a row of a table, so a section is a list that an engineer can read.

use crate::{api, unsaved_changes};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_location};
use std::{cell::RefCell, rc::Rc};
use wire::{Param, Permission};

/// A screen: its address, its title, and the permission it requires.
#[derive(Clone, Copy)]
pub struct Screen {
    /// The address, such as `/catalog/plans/{id}`. A fixed segment wins over a parameter.
    pub path: &'static str,
    /// The title in the browser tab and in the breadcrumbs.
    pub title: &'static str,
    /// The permission that the screen requires.
    pub needs: Permission,
    /// The view; `None` when the address has no valid parameters.
    pub view: fn(&Params) -> Option<AnyView>,
}

/// The values of the parameters of an address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params(Vec<(&'static str, String)>);

impl Params {
    /// Returns the id in the address.
    pub fn id<I: Param>(&self) -> Option<I> {
        self.text("id").and_then(|text| I::parse(text).ok())
    }
    /// Returns another parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl Screen {
    /// Returns the parameters if the address belongs to this screen.
    pub(crate) fn matches(&self, path: &str) -> Option<Params> {
        let mut given = path.split('/');
        let mut params = Params::default();
        for part in self.path.split('/') {
            let here = given.next()?;
            match part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'))
            {
                Some(name) if !here.is_empty() => params.0.push((name, here.to_owned())),
                None if part == here => {}
                _ => return None,
            }
        }
        given.next().is_none().then_some(params)
    }
}

/// Finds the screen of an address: the one with the fewest parameters.
pub(crate) fn find(
    screens: impl Iterator<Item = &'static Screen>,
    path: &str,
) -> Option<(&'static Screen, Params)> {
    let path = if path.len() > 1 {
        path.trim_end_matches('/')
    } else {
        path
    };
    let fitting = screens.filter_map(|screen| screen.matches(path).map(|params| (screen, params)));
    fitting.min_by_key(|(_, params)| params.0.len())
}

/// The query parameters of an address, decoded once. The router's own map decodes them twice, which turns a search for
/// `%41` into one for `A`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses the part of an address after the question mark.
    pub fn parse(search: &str) -> Self {
        Self(api::parse(search))
    }
    /// Returns the value of a parameter.
    pub fn get(&self, key: &str) -> Option<String> {
        let known = self.0.iter().find(|(known, _)| known == key);
        known.map(|(_, value)| value.clone())
    }
    /// Returns the parameters in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Query {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(pairs: T) -> Self {
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

/// Returns a memo of the query parameters of the current address.
pub(crate) fn use_query() -> Memo<Query> {
    let search = use_location().search;
    Memo::new(move |_| search.with(|search| Query::parse(search)))
}

type Navigate = Rc<dyn Fn(&str, NavigateOptions)>;

thread_local! { static NAVIGATE: RefCell<Option<Navigate>> = const { RefCell::new(None) }; }

pub(crate) fn install(navigate: impl Fn(&str, NavigateOptions) + 'static) {
    NAVIGATE.set(Some(Rc::new(navigate)));
}

/// Navigates to an address of the panel. If the page holds unsaved work, the panel asks first.
pub fn go(path: &str) {
    if unsaved_changes::is_dirty() {
        let path = path.to_owned();
        return unsaved_changes::confirm(move || step(&path, false));
    }
    step(path, false);
}

/// Navigates without a new entry in the history.
pub(crate) fn replace(path: &str) {
    step(path, true);
}

/// Returns the fragment of the address and removes it there, so that a secret is neither bookmarked nor sent on.
pub fn take_fragment() -> String {
    let location = window().location();
    let fragment = location.hash().unwrap_or_default();
    let bare = location.pathname().unwrap_or_default();
    if let Ok(history) = window().history()
        && !fragment.is_empty()
    {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&bare));
    }
    fragment.trim_start_matches('#').to_owned()
}

fn step(path: &str, replace: bool) {
    let navigate = NAVIGATE.with_borrow(Clone::clone);
    if let Some(navigate) = navigate {
        navigate(
            path,
            NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    static SCREENS: [Screen; 3] = [
        Screen {
            path: "/plans/{id}",
            title: "Plan",
            needs: Permission::PlansRead,
            view: |_| None,
        },
        Screen {
            path: "/plans/new",
            title: "New plan",
            needs: Permission::PlansWrite,
            view: |_| None,
        },
        Screen {
            path: "/plans/{id}/edit",
            title: "Edit plan",
            needs: Permission::PlansWrite,
            view: |_| None,
        },
    ];

    #[wasm_bindgen_test]
    fn query_is_decoded_once() {
        let query = Query::parse("q=%2541&name=5%20GB+more&next=%2Fplans%3Fq%3D%2525");
        assert_eq!(query.get("q").as_deref(), Some("%41"));
        assert_eq!(query.get("name").as_deref(), Some("5 GB more"));
        assert_eq!(query.get("next").as_deref(), Some("/plans?q=%25"));
        assert_eq!(query.get("other"), None);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn fixed_segment_wins_over_parameter() {
        let title = |path: &str| {
            find(SCREENS.iter(), path)
                .map(|(screen, params)| (screen.title, params.text("id").map(str::to_owned)))
        };
        assert_eq!(title("/plans/new"), Some(("New plan", None)));
        assert_eq!(title("/plans/7"), Some(("Plan", Some("7".to_owned()))));
        assert_eq!(
            title("/plans/7/edit/"),
            Some(("Edit plan", Some("7".to_owned())))
        );
        assert_eq!(title("/plans"), None);
        assert_eq!(title("/plans/"), None);
        assert_eq!(title("/plans/7/other"), None);
    }
}
