//! What the palette lists: what was opened last, what the page offers, where one can go, what was found.

use crate::{
    keys::{self, Run},
    route, session,
    shell::{Item, Sections, screens},
    ui::Icon,
};
use std::sync::Arc;
use wire::insights::search::{Hit, Kind};

/// Pages that are offered while somebody types.
const PAGES: usize = 6;

/// As many letters may stand anywhere in a word.
const WITHIN: usize = 3;

/// What choosing an entry does.
#[derive(Clone)]
pub(super) enum Does {
    /// It leads to an address of the panel.
    Go(String),
    /// It acts.
    Run(Run),
}

/// A line of the palette.
#[derive(Clone)]
pub(super) struct Entry {
    pub sign: Icon,
    pub label: String,
    pub note: String,
    pub key: Option<&'static str>,
    pub is_found: bool,
    pub does: Does,
}

/// Lines that belong together.
#[derive(Clone)]
pub(super) struct Group {
    pub title: &'static str,
    pub entries: Vec<Entry>,
}

/// What the page under the palette offers. To be asked as the palette opens: by then it stands.
pub(super) fn offers() -> Vec<Entry> {
    let entry = |offer: keys::Offer| Entry {
        sign: offer.sign.unwrap_or_else(|| sign_of(offer.key)),
        label: offer.says,
        note: String::new(),
        key: offer.key,
        is_found: false,
        does: Does::Run(offer.run),
    };
    keys::offers().into_iter().map(entry).collect()
}

/// What stands beside something that has a key and no icon of its own.
fn sign_of(key: Option<&str>) -> Icon {
    match key {
        Some("/") => Icon::Search,
        Some("?") => Icon::Keyboard,
        Some("e") => Icon::Pencil,
        _ => Icon::Zap,
    }
}

/// The pages of the menu that whoever is signed in may open.
pub(super) fn menu(sections: Sections) -> Vec<Entry> {
    let mut all = Vec::new();
    for section in sections {
        let may = section.items.iter().filter(|item| session::can(item.needs));
        all.extend(may.map(|item| page(section.title, item.icon, item.label, item.path)));
    }
    all
}

/// The other pages that need no more than their address: where things are made and imported.
pub(super) fn others(sections: Sections) -> Vec<Entry> {
    let mut all = Vec::new();
    for section in sections {
        let screens = section.screens.iter().flat_map(|screens| screens.iter());
        let others = screens.filter(|screen| {
            let is_item = section.items.iter().any(|item| item.path == screen.path);
            !is_item && !screen.path.contains('{') && session::can(screen.needs)
        });
        all.extend(others.map(|screen| {
            let sign = if screen.path.ends_with("/new") {
                Icon::Plus
            } else {
                Icon::ChevronRight
            };
            page(section.title, sign, screen.title, screen.path)
        }));
    }
    all
}

fn page(section: &str, sign: Icon, label: &str, path: &str) -> Entry {
    Entry {
        sign,
        label: label.to_owned(),
        note: section.to_owned(),
        key: None,
        is_found: false,
        does: Does::Go(path.to_owned()),
    }
}

/// The hits of a search or of the memory, kind by kind, those with a page of their own.
pub(super) fn found(sections: Sections, hits: &[Hit]) -> Vec<Group> {
    let mut groups: Vec<(Kind, Group)> = Vec::new();
    for hit in hits.iter().filter(|hit| is_shown(sections, hit)) {
        let title = item(sections, hit.kind).map_or("Found", |item| item.label);
        let entry = known(sections, hit);
        match groups.iter_mut().find(|(kind, _)| *kind == hit.kind) {
            Some((_, group)) => group.entries.push(entry),
            None => groups.push((
                hit.kind,
                Group {
                    title,
                    entries: vec![entry],
                },
            )),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Things that are known already, as one group.
pub(super) fn recent(sections: Sections, hits: &[Hit]) -> Group {
    let shown = hits.iter().filter(|hit| is_shown(sections, hit));
    Group {
        title: "Recently opened",
        entries: shown.map(|hit| known(sections, hit)).collect(),
    }
}

fn known(sections: Sections, hit: &Hit) -> Entry {
    Entry {
        sign: item(sections, hit.kind).map_or(Icon::Search, |item| item.icon),
        label: hit.title.clone(),
        note: hit.subtitle.clone(),
        key: None,
        is_found: true,
        does: Does::Go(hit.address.clone()),
    }
}

fn is_shown(sections: Sections, hit: &Hit) -> bool {
    route::find(screens(sections), &hit.address).is_some()
}

/// The entry of the menu under which things of a kind stand.
fn item(sections: Sections, kind: Kind) -> Option<&'static Item> {
    let mut items = sections.iter().flat_map(|section| section.items.iter());
    items.find(|item| item.path == kind.path())
}

/// The entries that fit what was typed, the best first.
pub(super) fn fitting(entries: &[Entry], text: &str) -> Vec<Entry> {
    let text = text.to_lowercase();
    let mut fits: Vec<(u8, &Entry)> = entries
        .iter()
        .filter_map(|entry| Some((fit(&entry.label, &entry.note, &text)?, entry)))
        .collect();
    fits.sort_by_key(|(rank, _)| *rank);
    let best = fits.into_iter().take(PAGES);
    best.map(|(_, entry)| entry.clone()).collect()
}

/// How well a line fits: it begins so, each word typed begins a word of it, or it has that somewhere.
fn fit(label: &str, note: &str, text: &str) -> Option<u8> {
    let label = label.to_lowercase();
    let whole = format!("{label} {}", note.to_lowercase());
    let begins_a_word = |wanted: &str| {
        whole
            .split_whitespace()
            .any(|word| word.starts_with(wanted))
    };
    if label.starts_with(text) {
        Some(0)
    } else if text.split_whitespace().all(begins_a_word) {
        Some(1)
    } else {
        // Two letters stand somewhere in nearly every word.
        (text.len() >= WITHIN && label.contains(text)).then_some(2)
    }
}

/// The entries that say something else than these: a page is not offered twice.
pub(super) fn beside(entries: Vec<Entry>, others: &[Entry]) -> Vec<Entry> {
    let is_new = |entry: &Entry| others.iter().all(|other| other.label != entry.label);
    entries.into_iter().filter(is_new).collect()
}

/// Lines under a title, unless there are none.
pub(super) fn group(title: &'static str, entries: Vec<Entry>) -> Option<Group> {
    (!entries.is_empty()).then_some(Group { title, entries })
}

/// Runs what an entry does; `aside` opens an address in a tab of its own.
pub(super) fn run(does: &Does, aside: bool) {
    match does {
        Does::Go(path) if aside => {
            let _ = leptos::prelude::window().open_with_url_and_target(path, "_blank");
        }
        Does::Go(path) => route::go(path),
        Does::Run(run) => Arc::clone(run)(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn the_best_fit_comes_first() {
        assert_eq!(fit("Orders", "Billing", "ord"), Some(0));
        assert_eq!(fit("New order", "Billing", "ord"), Some(1));
        assert_eq!(fit("New order", "Billing", "bil new"), Some(1));
        assert_eq!(fit("Transactions", "Billing", "act"), Some(2));
        assert_eq!(fit("Cancel order", "", "an"), None);
        assert_eq!(fit("Orders", "Billing", "plan"), None);
    }
}
