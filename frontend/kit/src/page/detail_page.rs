//! The page of one thing, as a description: what it is, its state, its facts, what belongs to it, what can be done.

use super::{act::Act, detail_view, related::Related};
use crate::{
    api::{self, Fault},
    ui::{Icon, Tone, Value},
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{Permission, Resource};

pub(super) type Of<R, T> = Arc<dyn Fn(&R) -> T + Send + Sync>;
/// A part of the page that does not need the thing itself; it is asked again when the signal changes.
pub(super) type Part = Arc<dyn Fn(RwSignal<u32>) -> AnyView + Send + Sync>;

/// A link among the buttons.
#[derive(Clone)]
pub(super) struct Link<R> {
    pub label: &'static str,
    pub sign: Icon,
    pub needs: Permission,
    pub href: Of<R, Option<String>>,
    pub key: Option<&'static str>,
}

/// What stands in the main column.
#[derive(Clone)]
pub(super) enum Card<R> {
    Of(&'static str, Of<R, Option<AnyView>>),
    Part(Part),
}

/// A tab: what stands between here and the next one.
#[derive(Clone)]
pub(super) struct Tab {
    pub slug: &'static str,
    pub label: &'static str,
    pub needs: Option<Permission>,
    pub from: usize,
}

/// A detail in the making.
#[derive(Clone)]
pub struct DetailPage<R: Resource> {
    pub(super) id: R::Id,
    pub(super) badge: Option<Of<R, (&'static str, Tone)>>,
    pub(super) also: Vec<Of<R, Option<(String, Tone)>>>,
    pub(super) subtitle: Option<Of<R, String>>,
    pub(super) facts: Vec<(&'static str, Of<R, Value>)>,
    pub(super) links: Vec<Link<R>>,
    pub(super) acts: Vec<Act<R>>,
    pub(super) cards: Vec<Card<R>>,
    pub(super) tabs: Vec<Tab>,
    pub(super) above: Vec<Of<R, Option<AnyView>>>,
    pub(super) aside: Vec<(&'static str, Of<R, Option<AnyView>>)>,
    pub(super) refresh: Option<Of<R, bool>>,
}

/// Begins the page of the thing with this id.
pub fn detail_page<R: Resource>(id: R::Id) -> DetailPage<R> {
    DetailPage {
        id,
        badge: None,
        also: Vec::new(),
        subtitle: None,
        facts: Vec::new(),
        links: Vec::new(),
        acts: Vec::new(),
        cards: Vec::new(),
        tabs: Vec::new(),
        above: Vec::new(),
        aside: Vec::new(),
        refresh: None,
    }
}

impl<R: Resource> DetailPage<R> {
    /// Its state, beside its name.
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
    /// A line below its name.
    pub fn subtitle(mut self, says: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.subtitle = Some(Arc::new(says));
        self
    }
    /// A fact, in the side column.
    pub fn fact(
        mut self,
        name: &'static str,
        value: impl Fn(&R) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.facts.push((name, Arc::new(value)));
        self
    }
    /// Where it is edited; `e` leads there too.
    pub fn edit(
        self,
        needs: Permission,
        href: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.linked("Edit", Icon::Pencil, needs, Arc::new(href), Some("e"))
    }
    /// A link among the buttons, while there is an address for it.
    pub fn link(
        self,
        label: &'static str,
        sign: Icon,
        needs: Permission,
        href: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.linked(label, sign, needs, Arc::new(href), None)
    }
    /// Adds a link with a keyboard shortcut.
    pub fn link_key(
        self,
        label: &'static str,
        sign: Icon,
        needs: Permission,
        href: impl Fn(&R) -> Option<String> + Send + Sync + 'static,
        key: &'static str,
    ) -> Self {
        self.linked(label, sign, needs, Arc::new(href), Some(key))
    }
    fn linked(
        mut self,
        label: &'static str,
        sign: Icon,
        needs: Permission,
        href: Of<R, Option<String>>,
        key: Option<&'static str>,
    ) -> Self {
        self.links.push(Link {
            label,
            sign,
            needs,
            href,
            key,
        });
        self
    }
    /// Something to be done with it.
    pub fn action(mut self, act: Act<R>) -> Self {
        self.acts.push(act);
        self
    }
    /// A card that shows something of the thing; nothing while there is nothing to show.
    pub fn card(
        mut self,
        title: &'static str,
        body: impl Fn(&R) -> Option<AnyView> + Send + Sync + 'static,
    ) -> Self {
        self.cards.push(Card::Of(title, Arc::new(body)));
        self
    }
    /// What is added from here on stands in a tab of its own, which the address names; what was added before is the
    /// overview, with the facts beside it.
    pub fn tab(self, slug: &'static str, label: &'static str) -> Self {
        self.tabbed(slug, label, None)
    }
    /// The same, for who may see what stands there.
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
    /// What everybody must see first, over the whole width: how far it has come, what went wrong.
    pub fn above(mut self, body: impl Fn(&R) -> Option<AnyView> + Send + Sync + 'static) -> Self {
        self.above.push(Arc::new(body));
        self
    }
    /// A card in the side column, over the facts.
    pub fn aside(
        mut self,
        title: &'static str,
        body: impl Fn(&R) -> Option<AnyView> + Send + Sync + 'static,
    ) -> Self {
        self.aside.push((title, Arc::new(body)));
        self
    }
    /// A short list of what belongs to it.
    pub fn related<O: Resource>(mut self, related: Related<O>) -> Self {
        self.cards.push(Card::Part(Arc::new(move |again| {
            related.clone().view(again)
        })));
        self
    }
    /// A part that asks for its own data, such as a timeline. It is told when the thing has changed.
    pub fn part(mut self, part: impl Fn(RwSignal<u32>) -> AnyView + Send + Sync + 'static) -> Self {
        self.cards.push(Card::Part(Arc::new(part)));
        self
    }
    /// Its history from the audit log, for who may read that. `subject` is the log's word for such a thing.
    pub fn history(self, subject: &'static str) -> Self {
        let id = self.id.to_string();
        self.part(move |again| super::history(subject, &id, again))
    }
    /// Asks again every two seconds while this holds: something is under way.
    pub fn refresh_while(mut self, moving: impl Fn(&R) -> bool + Send + Sync + 'static) -> Self {
        self.refresh = Some(Arc::new(moving));
        self
    }
    /// Draws it.
    pub fn show(self) -> AnyView {
        detail_view::view(self)
    }
}

/// The state of a page of one thing.
pub(super) struct Shown<R: Resource> {
    pub got: RwSignal<Option<Result<R, Fault>>>,
    /// Asks for the thing.
    pub ask: RwSignal<u32>,
    /// Tells the parts that the thing has changed.
    pub changed: RwSignal<u32>,
    /// Whether it will be asked again by itself.
    due: StoredValue<bool>,
}

impl<R: Resource> Copy for Shown<R> {}
impl<R: Resource> Clone for Shown<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Resource> Shown<R> {
    pub fn begin(id: R::Id, refresh: Option<Of<R, bool>>) -> Self {
        let shown = Self {
            got: RwSignal::new(None),
            ask: RwSignal::new(0),
            changed: RwSignal::new(0),
            due: StoredValue::new(false),
        };
        Effect::new(move |_| {
            shown.ask.track();
            let refresh = refresh.clone();
            leptos::task::spawn_local(async move {
                shown.receive(api::find::<R>(id).await, refresh.as_ref())
            });
        });
        shown
    }
    fn receive(self, outcome: Result<R, Fault>, refresh: Option<&Of<R, bool>>) {
        let Some(before) = self.got.try_get_untracked() else {
            return;
        };
        let moving = matches!((&outcome, refresh), (Ok(thing), Some(refresh)) if refresh(thing));
        // A refresh that fails leaves what is shown.
        let keep = outcome.is_err() && matches!(before, Some(Ok(_))) && refresh.is_some();
        if !keep && before.as_ref() != Some(&outcome) {
            self.got.set(Some(outcome));
            self.tell(before.is_some());
        } else {
            // What belongs to it may move while the thing itself stands still.
            self.tell(moving);
        }
        if (moving || keep) && !self.due.get_value() {
            self.due.set_value(true);
            let again = move || {
                let _ = self.due.try_set_value(false);
                self.again();
            };
            set_timeout(again, std::time::Duration::from_secs(2));
        }
    }
    fn tell(self, news: bool) {
        if news {
            self.changed
                .update(|changed| *changed = changed.wrapping_add(1));
        }
    }
    pub fn again(self) {
        let _ = self.ask.try_update(|ask| *ask = ask.wrapping_add(1));
    }
    /// After an act: the thing and all its parts.
    pub fn all_again(self) {
        self.again();
        let _ = self
            .changed
            .try_update(|changed| *changed = changed.wrapping_add(1));
    }
    pub fn thing(self) -> Option<R> {
        self.got
            .with(|got| got.as_ref().and_then(|got| got.as_ref().ok().cloned()))
    }
}
