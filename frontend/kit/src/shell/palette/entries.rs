//! The entries of the palette: recently opened records, commands of the page, pages, and search results.

use crate::{
    route, session,
    shell::{Item, Sections, screens},
    shortcuts::{self, Run},
    ui::Icon,
};
use std::sync::Arc;
use wire::insights::search::{RecordKind, SearchResult};

/// The maximum number of pages offered for a text.
const PAGES: usize = 6;

/// The minimum length of a text that may match inside a word.
const WITHIN: usize = 3;

/// The effect of an entry.
#[derive(Clone)]
pub(super) enum EntryAction {
    /// Navigates to an address of the panel.
    Go(String),
    /// Runs a command.
    Run(Run),
}

/// A line of the palette.
#[derive(Clone)]
pub(super) struct Entry {
    pub icon: Icon,
    pub label: String,
    pub note: String,
    pub key: Option<&'static str>,
    pub is_found: bool,
    pub action: EntryAction,
}

/// A group of lines.
#[derive(Clone)]
pub(super) struct Group {
    pub title: &'static str,
    pub entries: Vec<Entry>,
}

/// Returns the commands of the page under the palette. The palette requests them when it opens, because the page is
/// drawn by then.
pub(super) fn offers() -> Vec<Entry> {
    let entry = |offer: shortcuts::Offer| Entry {
        icon: offer.icon.unwrap_or_else(|| default_icon(offer.key)),
        label: offer.text,
        note: String::new(),
        key: offer.key,
        is_found: false,
        action: EntryAction::Run(offer.run),
    };
    shortcuts::offers().into_iter().map(entry).collect()
}

/// Returns the icon of a command that has a shortcut but no icon.
fn default_icon(key: Option<&str>) -> Icon {
    match key {
        Some("/") => Icon::Search,
        Some("?") => Icon::Keyboard,
        Some("e") => Icon::Pencil,
        _ => Icon::Zap,
    }
}

/// Returns the pages of the sidebar that the signed-in user may open.
pub(super) fn menu(sections: Sections) -> Vec<Entry> {
    let mut all = Vec::new();
    for section in sections {
        let may = section.items.iter().filter(|item| session::can(item.needs));
        all.extend(may.map(|item| page(section.title, item.icon, item.label, item.path)));
    }
    all
}

/// Returns the other pages without parameters, such as the forms for new records and the imports.
pub(super) fn others(sections: Sections) -> Vec<Entry> {
    let mut all = Vec::new();
    for section in sections {
        let screens = section.screens.iter().flat_map(|screens| screens.iter());
        let others = screens.filter(|screen| {
            let is_item = section.items.iter().any(|item| item.path == screen.path);
            !is_item && !screen.path.contains('{') && session::can(screen.needs)
        });
        all.extend(others.map(|screen| {
            let icon = if screen.path.ends_with("/new") {
                Icon::Plus
            } else {
                Icon::ChevronRight
            };
            page(section.title, icon, screen.title, screen.path)
        }));
    }
    all
}

fn page(section: &str, icon: Icon, label: &str, path: &str) -> Entry {
    Entry {
        icon,
        label: label.to_owned(),
        note: section.to_owned(),
        key: None,
        is_found: false,
        action: EntryAction::Go(path.to_owned()),
    }
}

/// Groups search results by kind, omitting those without a screen.
pub(super) fn found(sections: Sections, hits: &[SearchResult]) -> Vec<Group> {
    let mut groups: Vec<(RecordKind, Group)> = Vec::new();
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

/// Returns the recently opened records as one group.
pub(super) fn recent(sections: Sections, hits: &[SearchResult]) -> Group {
    let shown = hits.iter().filter(|hit| is_shown(sections, hit));
    Group {
        title: "Recently opened",
        entries: shown.map(|hit| known(sections, hit)).collect(),
    }
}

fn known(sections: Sections, hit: &SearchResult) -> Entry {
    Entry {
        icon: item(sections, hit.kind).map_or(Icon::Search, |item| item.icon),
        label: hit.title.clone(),
        note: hit.subtitle.clone(),
        key: None,
        is_found: true,
        action: EntryAction::Go(hit.address.clone()),
    }
}

fn is_shown(sections: Sections, hit: &SearchResult) -> bool {
    route::find(screens(sections), &hit.address).is_some()
}

/// Returns the sidebar entry for a kind of record.
fn item(sections: Sections, kind: RecordKind) -> Option<&'static Item> {
    let mut items = sections.iter().flat_map(|section| section.items.iter());
    items.find(|item| item.path == kind.path())
}

/// Returns the entries that match the text, the best first.
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

/// Ranks a match: the label starts with the text, every word of the text starts a word, or the label contains the
/// text.
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
        // Nearly every label contains any two characters.
        (text.len() >= WITHIN && label.contains(text)).then_some(2)
    }
}

/// Returns the entries whose labels the other entries do not have, so that no page appears twice.
pub(super) fn beside(entries: Vec<Entry>, others: &[Entry]) -> Vec<Entry> {
    let is_new = |entry: &Entry| others.iter().all(|other| other.label != entry.label);
    entries.into_iter().filter(is_new).collect()
}

/// Makes a group, unless it is empty.
pub(super) fn group(title: &'static str, entries: Vec<Entry>) -> Option<Group> {
    (!entries.is_empty()).then_some(Group { title, entries })
}

/// Runs an entry; `aside` opens an address in a new tab.
pub(super) fn run(action: &EntryAction, aside: bool) {
    match action {
        EntryAction::Go(path) if aside => {
            let _ = leptos::prelude::window().open_with_url_and_target(path, "_blank");
        }
        EntryAction::Go(path) => route::go(path),
        EntryAction::Run(run) => Arc::clone(run)(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn fit_ranks_prefix_before_word_before_substring() {
        assert_eq!(fit("Orders", "Billing", "ord"), Some(0));
        assert_eq!(fit("New order", "Billing", "ord"), Some(1));
        assert_eq!(fit("New order", "Billing", "bil new"), Some(1));
        assert_eq!(fit("Transactions", "Billing", "act"), Some(2));
        assert_eq!(fit("Cancel order", "", "an"), None);
        assert_eq!(fit("Orders", "Billing", "plan"), None);
    }
}
