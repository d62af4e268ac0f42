//! The command palette: one field that goes anywhere, finds anything and does what the page offers. Ctrl+K opens it.

mod entries;
mod finding;
mod recent;
mod view;

use super::Sections;
use crate::{dom, session};
use entries::{Entry, Group};
use finding::Search;
use leptos::{ev, html, prelude::*};
use wire::{Permission, insights::search::Hit};

pub(super) use recent::remember;
pub(super) use view::palette;

/// What the palette knows.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    sections: Sections,
    path: Memo<String>,
    node: NodeRef<html::Dialog>,
    open: RwSignal<bool>,
    text: RwSignal<String>,
    /// The line that Enter chooses.
    at: RwSignal<usize>,
    search: Search,
    /// Enter was pressed before the answer was there.
    eager: StoredValue<bool>,
    offers: RwSignal<Vec<Entry>>,
    recent: RwSignal<Vec<Hit>>,
    /// What was opened last is still being asked for.
    recalling: RwSignal<bool>,
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
            recalling: RwSignal::new(false),
        };
        palette.listen();
        palette
    }
    /// Opens it, empty.
    pub fn show(self) {
        self.text.set(String::new());
        self.at.set(0);
        self.eager.set_value(false);
        self.search.stop();
        self.search.finding.set(finding::Finding::Nothing);
        self.offers.set(entries::offers());
        self.recall();
        self.open.set(true);
    }
    /// Ctrl+K, wherever the focus is; Cmd+K on a Mac. Not above another window: that one wants an answer first.
    fn listen(self) {
        let handle = window_event_listener(ev::keydown, move |event| {
            let held = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
            if !held || event.shift_key() || !event.key().eq_ignore_ascii_case("k") {
                return;
            }
            event.prevent_default();
            if self.open.get_untracked() {
                self.close();
            } else if !dom::has_window() {
                self.show();
            }
        });
        on_cleanup(move || handle.remove());
    }
    /// Closes it at once, so that the page can have the focus.
    fn close(self) {
        if let Some(dialog) = self.node.get_untracked() {
            dialog.close();
        }
        self.open.set(false);
        self.search.stop();
    }
    /// Asks what the things that were opened last are called.
    fn recall(self) {
        let things = recent::others(&self.path.get_untracked());
        if things.is_empty() || !session::can(Permission::SearchUse) {
            return self.recent.set(Vec::new());
        }
        self.recalling.set(true);
        leptos::task::spawn_local(async move {
            let hits = recent::named(things).await;
            let _ = self.recalling.try_set(false);
            let _ = self.recent.try_set(hits);
        });
    }
    /// Looks for what is typed.
    fn typed(self, text: String) {
        let wanted = text.trim().to_owned();
        self.text.set(text);
        self.at.set(0);
        self.eager.set_value(false);
        if untrack(|| session::can(Permission::SearchUse)) {
            self.search.look(wanted, move |hits| self.arrived(hits));
        }
    }
    /// Who has pressed Enter already gets what fits to the letter, if it is what the palette would choose.
    fn arrived(self, hits: &[Hit]) {
        let is_exact = hits.first().is_some_and(|hit| hit.is_exact);
        if self.eager.get_value() && is_exact {
            self.choose(self.at.get_untracked(), false);
        }
    }
    /// What is listed now.
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
            .finding
            .with(|finding| entries::found(self.sections, finding.hits()));
        local.into_iter().flatten().chain(found).collect()
    }
    /// Does what a line says. A line that was found for something else that was typed waits for its answer.
    fn choose(self, at: usize, aside: bool) {
        let groups = untrack(|| self.groups());
        let entry = groups.into_iter().flat_map(|group| group.entries).nth(at);
        let waits = self
            .search
            .finding
            .with_untracked(finding::Finding::is_waiting);
        match entry {
            Some(entry) if !(entry.is_found && waits) => {
                self.close();
                entries::run(&entry.does, aside);
            }
            _ => self.eager.set_value(true),
        }
    }
}
