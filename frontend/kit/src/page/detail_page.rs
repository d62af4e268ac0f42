//! The detail page of a record, as a description: title, status, facts, related lists, and actions.

use super::{action::Action, detail_view, related::Related};
use crate::{
    api::{self, ApiError},
    query::{self, Poller},
    task,
    ui::{Icon, Tone, Value},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{Permission, Resource};

pub(super) type Of<R, T> = Arc<dyn Fn(&R) -> T + Send + Sync>;
/// A part of the page that loads its own data; it loads again when the signal changes.
pub(super) type Part = Arc<dyn Fn(RwSignal<u32>) -> AnyView + Send + Sync>;

/// A link among the buttons.
#[derive(Clone)]
pub(super) struct Link<R> {
    pub label: &'static str,
    pub icon: Icon,
    pub needs: Permission,
    pub href: Of<R, Option<String>>,
    pub key: Option<&'static str>,
}

/// A card in the main column.
#[derive(Clone)]
pub(super) enum Card<R> {
    Of(&'static str, Of<R, Option<AnyView>>),
    Part(Part),
}

/// A tab: the cards from this index to the next tab.
#[derive(Clone)]
pub(super) struct Tab {
    pub slug: &'static str,
    pub label: &'static str,
    pub needs: Option<Permission>,
    pub from: usize,
}

/// The description of a detail page.
#[derive(Clone)]
pub struct DetailPage<R: Resource> {
    pub(super) id: R::Id,
    pub(super) badge: Option<Of<R, (&'static str, Tone)>>,
    pub(super) also: Vec<Of<R, Option<(String, Tone)>>>,
    pub(super) subtitle: Option<Of<R, String>>,
    pub(super) facts: Vec<(&'static str, Of<R, Value>)>,
    pub(super) links: Vec<Link<R>>,
    pub(super) actions: Vec<Action<R>>,
    pub(super) cards: Vec<Card<R>>,
    pub(super) tabs: Vec<Tab>,
    pub(super) above: Vec<Of<R, Option<AnyView>>>,
    pub(super) aside: Vec<(&'static str, Of<R, Option<AnyView>>)>,
    pub(super) refresh: Option<Of<R, bool>>,
}

/// Starts the description of the page of a record.
pub fn detail_page<R: Resource>(id: R::Id) -> DetailPage<R> {
    DetailPage {
        id,
        badge: None,
        also: Vec::new(),
        subtitle: None,
        facts: Vec::new(),
        links: Vec::new(),
        actions: Vec::new(),
        cards: Vec::new(),
        tabs: Vec::new(),
        above: Vec::new(),
        aside: Vec::new(),
        refresh: None,
    }
}

impl<R: Resource> DetailPage<R> {
    /// Sets the status badge beside the title.
    pub fn badge(
        mut self,
        state: impl Fn(&R) -> (&'static str, Tone) + Send + Sync + 'static,
    ) -> Self {
        self.badge = Some(Arc::new(state));
        self
    }
    /// Adds a second badge beside the status, such as a refund or a dispute, while there is one.
    pub fn also(
        mut self,
        state: impl Fn(&R) -> Option<(String, Tone)> + Send + Sync + 'static,
    ) -> Self {
        self.also.push(Arc::new(state));
        self
    }
    /// Sets the line below the title.
    pub fn subtitle(mut self, text: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.subtitle = Some(Arc::new(text));
        self
    }
    /// Adds a fact to the side column.
    pub fn fact(
        mut self,
        name: &'static str,
        value: impl Fn(&R) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.facts.push((name, Arc::new(value)));
        self
    }
    /// Adds the link to the edit form, with the shortcut `e`.
    pub fn edit(
        self,
        needs: Permission,
        href: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.linked("Edit", Icon::Pencil, needs, Arc::new(href), Some("e"))
    }
    /// Adds a link button, shown while there is an address for it.
    pub fn link(
        self,
        label: &'static str,
        icon: Icon,
        needs: Permission,
        href: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.linked(label, icon, needs, Arc::new(href), None)
    }
    /// Adds a link with a keyboard shortcut.
    pub fn link_key(
        self,
        label: &'static str,
        icon: Icon,
        needs: Permission,
        href: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
        key: &'static str,
    ) -> Self {
        self.linked(label, icon, needs, Arc::new(href), Some(key))
    }
    fn linked(
        mut self,
        label: &'static str,
        icon: Icon,
        needs: Permission,
        href: Of<R, Option<String>>,
        key: Option<&'static str>,
    ) -> Self {
        self.links.push(Link {
            label,
            icon,
            needs,
            href,
            key,
        });
        self
    }
    /// Adds an action.
    pub fn action(mut self, action: Action<R>) -> Self {
        self.actions.push(action);
        self
    }
    /// Adds a card, shown while it has content.
    pub fn card(
        mut self,
        title: &'static str,
        body: impl Fn(&R) -> Option<AnyView> + Send + Sync + 'static,
    ) -> Self {
        self.cards.push(Card::Of(title, Arc::new(body)));
        self
    }
    /// Starts a tab, which the address names: it contains the cards that are added from here on. The cards before
    /// the first tab are the overview, with the facts beside them.
    pub fn tab(self, slug: &'static str, label: &'static str) -> Self {
        self.tabbed(slug, label, None)
    }
    /// Starts a tab that requires a permission.
    pub fn tab_for(self, needs: Permission, slug: &'static str, label: &'static str) -> Self {
        self.tabbed(slug, label, Some(needs))
    }
    fn tabbed(
        mut self,
        slug: &'static str,
        label: &'static str,
        needs: Option<Permission>,
    ) -> Self {
        let from = self.cards.len();
        self.tabs.push(Tab {
            slug,
            label,
            needs,
            from,
        });
        self
    }
    /// Adds content above the columns, over the whole width, such as the progress or an error.
    pub fn above(mut self, body: impl Fn(&R) -> Option<AnyView> + Send + Sync + 'static) -> Self {
        self.above.push(Arc::new(body));
        self
    }
    /// Adds a card to the side column, above the facts.
    pub fn aside(
        mut self,
        title: &'static str,
        body: impl Fn(&R) -> Option<AnyView> + Send + Sync + 'static,
    ) -> Self {
        self.aside.push((title, Arc::new(body)));
        self
    }
    /// Adds a short list of related records.
    pub fn related<O: Resource>(mut self, related: Related<O>) -> Self {
        self.cards.push(Card::Part(Arc::new(move |reload| {
            related.clone().view(reload)
        })));
        self
    }
    /// Adds a part that loads its own data, such as a timeline. Its signal changes when the record has changed.
    pub fn part(mut self, part: impl Fn(RwSignal<u32>) -> AnyView + Send + Sync + 'static) -> Self {
        self.cards.push(Card::Part(Arc::new(part)));
        self
    }
    /// Adds the history from the audit log, for users who may read it. `subject` is the subject type in the log.
    pub fn history(self, subject: &'static str) -> Self {
        let id = self.id.to_string();
        self.part(move |reload| super::history(subject, &id, reload))
    }
    /// Loads the record again while the condition is true: every two seconds at first, every ten seconds after a
    /// minute without a change. The parts of the page load again when the record has changed.
    pub fn refresh_while(mut self, moving: impl Fn(&R) -> bool + Send + Sync + 'static) -> Self {
        self.refresh = Some(Arc::new(moving));
        self
    }
    /// Draws the page.
    pub fn show(self) -> AnyView {
        detail_view::view(self)
    }
}

/// The state of a detail page.
pub(super) struct DetailState<R: Resource> {
    pub got: RwSignal<Option<Result<R, ApiError>>>,
    /// Loads the record.
    pub reload_count: RwSignal<u32>,
    /// Tells the parts that the record has changed.
    pub changed: RwSignal<u32>,
    /// Whether the shown record is the one that the panel knew before it asked.
    is_known: StoredValue<bool>,
    poller: StoredValue<Option<Poller>, LocalStorage>,
}

impl<R: Resource> Copy for DetailState<R> {}
impl<R: Resource> Clone for DetailState<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Resource> DetailState<R> {
    pub fn begin(id: R::Id, refresh: Option<Of<R, bool>>) -> Self {
        let state = Self {
            got: RwSignal::new(None),
            reload_count: RwSignal::new(0),
            changed: RwSignal::new(0),
            is_known: StoredValue::new(false),
            poller: StoredValue::new_local(None),
        };
        if let Some(Ok(record)) = query::peek(task(api::find::<R>(id))) {
            state.got.set(Some(Ok(record)));
            state.is_known.set_value(true);
        }
        if refresh.is_some() {
            let poller = query::refetch_every(query::pause_after, move || state.reload());
            state.poller.set_value(Some(poller));
        }
        query::follow(move || {
            state.reload_count.track();
            let refresh = refresh.clone();
            task(async move { state.receive(api::find::<R>(id).await, refresh.as_ref()) })
        });
        state
    }
    fn receive(self, outcome: Result<R, ApiError>, refresh: Option<&Of<R, bool>>) {
        let Some(before) = self.got.try_get_untracked() else {
            return;
        };
        let moving = matches!((&outcome, refresh), (Ok(record), Some(refresh)) if refresh(record));
        let was_known = self.is_known.get_value();
        self.is_known.set_value(false);
        // A failed refresh keeps the shown record.
        let is_kept =
            outcome.is_err() && matches!(before, Some(Ok(_))) && refresh.is_some() && !was_known;
        let has_changed = !is_kept && before.as_ref() != Some(&outcome);
        if has_changed {
            self.got.set(Some(outcome));
        }
        // Parts that were drawn with the known record are still loading.
        if has_changed && before.is_some() && !was_known {
            self.notify();
        }
        self.schedule(moving || is_kept, has_changed);
    }
    /// Schedules the next refresh while the record may change, sooner after a change.
    fn schedule(self, is_moving: bool, has_changed: bool) {
        let Some(poller) = self.poller.get_value() else {
            return;
        };
        if has_changed {
            poller.restart();
        }
        if is_moving {
            poller.next();
        } else {
            poller.stop();
        }
    }
    fn notify(self) {
        let _ = self
            .changed
            .try_update(|changed| *changed = changed.wrapping_add(1));
    }
    pub fn reload(self) {
        let _ = self
            .reload_count
            .try_update(|reload_count| *reload_count = reload_count.wrapping_add(1));
    }
    /// Loads the record and all parts again, and what else is shown about such records, after an action.
    pub fn reload_all(self) {
        self.reload();
        self.notify();
        query::invalidate(R::PATH);
    }
    pub fn record(self) -> Option<R> {
        self.got
            .with(|got| got.as_ref().and_then(|got| got.as_ref().ok().cloned()))
    }
}
