//! The command palette: one field to navigate, to search, and to run the commands of the page. Ctrl+K opens it.

mod entries;
mod recent;
mod search;
mod view;

use super::Sections;
use crate::{dom, session};
use entries::{Entry, Group};
use leptos::{ev, html, prelude::*};
use search::Search;
use wire::{Permission, insights::search::SearchResult};

pub(super) use recent::remember;
pub(super) use view::palette;

/// The state of the palette.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    sections: Sections,
    path: Memo<String>,
    node: NodeRef<html::Dialog>,
    open: RwSignal<bool>,
    text: RwSignal<String>,
    /// The line that Enter runs.
    at: RwSignal<usize>,
    search: Search,
    /// Whether the user pressed Enter before the results arrived.
    eager: StoredValue<bool>,
    offers: RwSignal<Vec<Entry>>,
    recent: RwSignal<Vec<SearchResult>>,
    /// Whether the recently opened records are loading.
    is_loading_recent: RwSignal<bool>,
}

impl Palette {
    pub fn new(sections: Sections, path: Memo<String>) -> Self {
        let palette = Self {
            sections,
            path,
            node: NodeRef::new(),
            open: RwSignal::new(false),
            text: RwSignal::new(String::new()),
            at: RwSignal::new(0),
            search: Search::new(),
            eager: StoredValue::new(false),
            offers: RwSignal::new(Vec::new()),
            recent: RwSignal::new(Vec::new()),
            is_loading_recent: RwSignal::new(false),
        };
        palette.listen();
        palette
    }
    /// Opens the palette, empty.
    pub fn show(self) {
        self.text.set(String::new());
        self.at.set(0);
        self.eager.set_value(false);
        self.search.stop();
        self.search.state.set(search::SearchState::Nothing);
        self.offers.set(entries::offers());
        self.load_recent();
        self.open.set(true);
    }
    /// Opens the palette on Ctrl+K, or Cmd+K on a Mac, wherever the focus is. Not above another dialog, which needs
    /// an answer first.
    fn listen(self) {
        let handle = window_event_listener(ev::keydown, move |event| {
            let held = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
            if !held || event.shift_key() || !event.key().eq_ignore_ascii_case("k") {
                return;
            }
            event.prevent_default();
            if self.open.get_untracked() {
                self.close();
            } else if !dom::has_dialog() {
                self.show();
            }
        });
        on_cleanup(move || handle.remove());
    }
    /// Closes the palette immediately, so that the page can have the focus.
    fn close(self) {
        if let Some(dialog) = self.node.get_untracked() {
            dialog.close();
        }
        self.open.set(false);
        self.search.stop();
    }
    /// Loads the titles of the recently opened records.
    fn load_recent(self) {
        let records = recent::others(&self.path.get_untracked());
        if records.is_empty() || !session::can(Permission::SearchUse) {
            return self.recent.set(Vec::new());
        }
        self.is_loading_recent.set(true);
        leptos::task::spawn_local(async move {
            let hits = recent::named(records).await;
            let _ = self.is_loading_recent.try_set(false);
            let _ = self.recent.try_set(hits);
        });
    }
    /// Searches for the typed text.
    fn typed(self, text: String) {
        let wanted = text.trim().to_owned();
        self.text.set(text);
        self.at.set(0);
        self.eager.set_value(false);
        if untrack(|| session::can(Permission::SearchUse)) {
            self.search
                .search(wanted, move |hits| self.on_results(hits));
        }
    }
    /// Opens an exact match if the user has already pressed Enter and the match is the first result.
    fn on_results(self, hits: &[SearchResult]) {
        let is_exact = hits.first().is_some_and(|hit| hit.is_exact);
        if self.eager.get_value() && is_exact {
            self.choose(self.at.get_untracked(), false);
        }
    }
    /// Returns the groups to list.
    fn groups(self) -> Vec<Group> {
        let text = self.text.get();
        let offers = self.offers.get();
        let menu = untrack(|| entries::menu(self.sections));
        if text.trim().is_empty() {
            let recent = self
                .recent
                .with(|hits| entries::recent(self.sections, hits));
            let first = [
                entries::group(recent.title, recent.entries),
                entries::group("On this page", offers),
                entries::group("Go to", menu),
            ];
            return first.into_iter().flatten().collect();
        }
        let mut pages = menu;
        pages.extend(untrack(|| entries::others(self.sections)));
        let pages = entries::beside(pages, &offers);
        let local = [
            entries::group("On this page", entries::fitting(&offers, text.trim())),
            entries::group("Go to", entries::fitting(&pages, text.trim())),
        ];
        let found = self
            .search
            .state
            .with(|state| entries::found(self.sections, state.hits()));
        local.into_iter().flatten().chain(found).collect()
    }
    /// Runs a line. A search result for an earlier text waits for the current results.
    fn choose(self, at: usize, aside: bool) {
        let groups = untrack(|| self.groups());
        let entry = groups.into_iter().flat_map(|group| group.entries).nth(at);
        let waits = self
            .search
            .state
            .with_untracked(search::SearchState::is_waiting);
        match entry {
            Some(entry) if !(entry.is_found && waits) => {
                self.close();
                entries::run(&entry.action, aside);
            }
            _ => self.eager.set_value(true),
        }
    }
}
