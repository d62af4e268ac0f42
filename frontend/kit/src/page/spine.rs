//! What happened to a thing and through it, the newest first, further and further back: the spine of its page.

use crate::{
    Task,
    api::Fault,
    ui::{Event, Icon, failure, icon, skeleton, timeline::leading},
};
use leptos::prelude::*;
use std::sync::Arc;

/// Events, each with where it leads.
type Events = Vec<(Event, Option<String>)>;

/// A stretch of a timeline: its events, each with where it leads, and the way to what was before.
pub type Stretch = (Vec<(Event, Option<String>)>, Option<String>);

/// What is asked for: only events of this kind, and only those before this place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// The kind; all of them when absent.
    pub kind: Option<&'static str>,
    /// Where the last stretch ended.
    pub after: Option<String>,
}

type Ask = Arc<dyn Fn(Wanted) -> Task<Result<Stretch, Fault>> + Send + Sync>;

/// Draws it. `kinds` are the kinds of events with what they are called; `again` asks once more from the top.
pub fn spine(
    title: &'static str,
    again: RwSignal<u32>,
    kinds: &'static [(&'static str, &'static str)],
    ask: impl Fn(Wanted) -> Task<Result<Stretch, Fault>> + Send + Sync + 'static,
) -> AnyView {
    let told = Told {
        events: RwSignal::new(None),
        next: RwSignal::new(None),
        kind: RwSignal::new(None),
        fault: RwSignal::new(None),
        busy: RwSignal::new(false),
        turn: StoredValue::new(0),
    };
    let ask: Ask = Arc::new(ask);
    let first = Arc::clone(&ask);
    Effect::new(move |_| {
        again.track();
        told.fetch(&first, told.kind.get(), None);
    });
    let retry = Arc::clone(&ask);
    let body = move || match (told.fault.get(), told.events.with(Option::is_none)) {
        (Some(fault), _) => {
            let ask = Arc::clone(&retry);
            failure(&fault, move || {
                told.fetch(&ask, told.kind.get_untracked(), None)
            })
        }
        (None, true) => skeleton::lines(6),
        (None, false) => (move || leading(told.events.get().unwrap_or_default())).into_any(),
    };
    let earlier = move || {
        let (ask, after) = (Arc::clone(&ask), told.next.get()?);
        let run = move |_| told.fetch(&ask, told.kind.get_untracked(), Some(after.clone()));
        Some(view! {
            <p class="actions"><button type="button" class="btn sm" aria-busy={move || told.busy.get().to_string()} on:click=run>
                "Show earlier"</button></p>
        })
    };
    view! {
        <section class="card">
            <header class="card-head"><h2>{title}</h2>{choices(kinds, told.kind)}</header>
            {body}
            {earlier}
        </section>
    }
    .into_any()
}

/// Which kinds are shown.
fn choices(
    kinds: &'static [(&'static str, &'static str)],
    kind: RwSignal<Option<&'static str>>,
) -> AnyView {
    let options = kinds
        .iter()
        .map(|(word, label)| view! { <option value=*word>{*label}</option> })
        .collect_view();
    let choose = move |event: leptos::ev::Event| {
        let said = event_target_value(&event);
        let known = kinds.iter().find(|(word, _)| *word == said);
        kind.set(known.map(|(word, _)| *word));
    };
    view! {
        <label class="select quiet"><span class="sr-only">"Which events"</span><select on:change=choose>
            <option value="">"Everything"</option>{options}</select>{icon(Icon::ChevronDown)}</label>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Told {
    events: RwSignal<Option<Events>>,
    next: RwSignal<Option<String>>,
    kind: RwSignal<Option<&'static str>>,
    fault: RwSignal<Option<Fault>>,
    busy: RwSignal<bool>,
    turn: StoredValue<u32>,
}

impl Told {
    /// Fetches a stretch: the first one replaces what is there, later ones follow it. An answer that comes late is
    /// dropped.
    fn fetch(self, ask: &Ask, kind: Option<&'static str>, after: Option<String>) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let (mine, is_first) = (self.turn.get_value(), after.is_none());
        self.busy.set(true);
        let work = ask(Wanted { kind, after });
        leptos::task::spawn_local(async move {
            let outcome = work.await;
            if self.turn.try_get_value() != Some(mine) {
                return;
            }
            self.busy.set(false);
            match outcome {
                Ok((events, next)) => {
                    self.fault.set(None);
                    self.next.set(next);
                    self.events.update(|known| match known {
                        Some(known) if !is_first => known.extend(events),
                        known => *known = Some(events),
                    });
                }
                Err(fault) => self.fault.set(Some(fault)),
            }
        });
    }
}
