//! The activity feed of a record: its events, newest first, loaded page by page.

use crate::{
    Task,
    api::ApiError,
    query::{self, Observer},
    task,
    ui::{Icon, LinkedEvent, failure, icon_view, skeleton, timeline::linked_timeline},
};
use leptos::prelude::*;
use std::sync::Arc;

/// A page of the feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPage {
    /// The events, newest first.
    pub events: Vec<LinkedEvent>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
}

/// The query of the feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventQuery {
    /// The kind of event; `None` for all kinds.
    pub kind: Option<&'static str>,
    /// The cursor of the page.
    pub after: Option<String>,
}

type FetchPage = Arc<dyn Fn(EventQuery) -> Task<Result<EventPage, ApiError>> + Send + Sync>;

/// Draws the feed. `kinds` are the kinds of events with their labels; `reload` loads the feed again from the newest
/// event.
pub fn activity_feed(
    title: &'static str,
    reload: RwSignal<u32>,
    kinds: &'static [(&'static str, &'static str)],
    fetch_page: impl Fn(EventQuery) -> Task<Result<EventPage, ApiError>> + Send + Sync + 'static,
) -> AnyView {
    let feed = Feed {
        events: RwSignal::new(None),
        next: RwSignal::new(None),
        kind: RwSignal::new(None),
        error: RwSignal::new(None),
        busy: RwSignal::new(false),
        observer: Observer::new(),
    };
    let fetch_page: FetchPage = Arc::new(fetch_page);
    if let Some(Ok(page)) = query::peek(fetch_page(EventQuery::default())) {
        feed.events.set(Some(page.events));
        feed.next.set(page.next);
    }
    let first = Arc::clone(&fetch_page);
    Effect::new(move |_| {
        feed.observer.track();
        reload.track();
        feed.fetch(&first, feed.kind.get(), None);
    });
    let retry = Arc::clone(&fetch_page);
    let body = move || match (feed.error.get(), feed.events.with(Option::is_none)) {
        (Some(error), _) => {
            let fetch_page = Arc::clone(&retry);
            failure(&error, move || {
                feed.fetch(&fetch_page, feed.kind.get_untracked(), None)
            })
        }
        (None, true) => skeleton::lines(6),
        (None, false) => {
            (move || linked_timeline(feed.events.get().unwrap_or_default())).into_any()
        }
    };
    let earlier = move || {
        let (fetch_page, after) = (Arc::clone(&fetch_page), feed.next.get()?);
        let run = move |_| feed.fetch(&fetch_page, feed.kind.get_untracked(), Some(after.clone()));
        Some(view! {
            <p class="actions"><button type="button" class="btn sm" aria-busy={move || feed.busy.get().to_string()} on:click=run>
                "Show earlier"</button></p>
        })
    };
    view! {
        <section class="card">
            <header class="card-head"><h2>{title}</h2>{choices(kinds, feed.kind)}</header>
            {body}
            {earlier}
        </section>
    }
    .into_any()
}

/// Draws the choice of the kind.
fn choices(
    kinds: &'static [(&'static str, &'static str)],
    kind: RwSignal<Option<&'static str>>,
) -> AnyView {
    let options = kinds
        .iter()
        .map(|(word, label)| view! { <option value=*word>{*label}</option> })
        .collect_view();
    let choose = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        let known = kinds.iter().find(|(word, _)| *word == value);
        kind.set(known.map(|(word, _)| *word));
    };
    view! {
        <label class="select quiet"><span class="sr-only">"Event type"</span><select on:change=choose>
            <option value="">"All events"</option>{options}</select>{icon_view(Icon::ChevronDown)}</label>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Feed {
    events: RwSignal<Option<Vec<LinkedEvent>>>,
    next: RwSignal<Option<String>>,
    kind: RwSignal<Option<&'static str>>,
    error: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
    observer: Observer,
}

impl Feed {
    /// Fetches a page: the first one replaces the events, later ones are appended. It replaces the request under way.
    fn fetch(self, fetch_page: &FetchPage, kind: Option<&'static str>, after: Option<String>) {
        let is_first = after.is_none();
        self.busy.set(true);
        let work = fetch_page(EventQuery { kind, after });
        self.observer.run(task(async move {
            let outcome = work.await;
            self.busy.set(false);
            match outcome {
                Ok(EventPage { events, next }) => {
                    self.error.set(None);
                    self.next.set(next);
                    self.events.update(|known| match known {
                        Some(known) if !is_first => known.extend(events),
                        known => *known = Some(events),
                    });
                }
                Err(error) => self.error.set(Some(error)),
            }
        }));
    }
}
