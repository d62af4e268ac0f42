//! How the page of one thing looks.

use super::{
    act::Act,
    detail_page::{Card, DetailPage, Link, Shown},
};
use crate::{
    format::sentence,
    keys, on_key, route, session, shell, task,
    ui::{
        Icon, Look, Tone, badge, button, card,
        dialog::{Besides, Question, ask_with},
        empty, facts, failure, icon, link_button,
        menu::{Does, Entry, menu},
        opening::Told,
        skeleton,
        tabs::{Place, places},
        toast,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{ProblemCode, Resource};

/// As many acts as buttons; the rest stand in a menu.
const BUTTONS: usize = 2;

pub(super) fn view<R: Resource>(page: DetailPage<R>) -> AnyView {
    let shown = Shown::begin(page.id, page.refresh.clone());
    provide_context(Told(shown.changed));
    let failed = Memo::new(move |_| {
        shown
            .got
            .with(|got| got.as_ref().and_then(|got| got.as_ref().err().cloned()))
    });
    let waiting = Memo::new(move |_| shown.got.with(Option::is_none));
    let page = Arc::new(page);
    let remedies = Arc::clone(&page);
    provide_context(Remedies(Arc::new(move |label| {
        remedy_of(&remedies, shown, label)
    })));
    let body = move || {
        match (waiting.get(), failed.get()) {
        (true, _) => skeleton::page(),
        (_, Some(fault)) if fault.code() == Some(ProblemCode::NotFound) => {
            view! { <h1 class="sr-only">"Not found"</h1><div class="card">
                {empty(Icon::Search, format!("No such {}", R::ONE), "It may have been removed, or the address is mistyped.", None)}</div> }.into_any()
        }
        (_, Some(fault)) => view! { <h1 class="sr-only">"Not loaded"</h1><div class="card">
            {failure(&fault, move || shown.again())}</div> }.into_any(),
        _ => filled(Arc::clone(&page), shown),
    }
    };
    view! { <div class="page detail">{body}</div> }.into_any()
}

fn filled<R: Resource>(page: Arc<DetailPage<R>>, shown: Shown<R>) -> AnyView {
    let head = {
        let page = Arc::clone(&page);
        move || shown.thing().map(|thing| header(&page, shown, &thing))
    };
    let above = page.above.iter().cloned();
    let above = above
        .map(|body| move || shown.thing().and_then(|thing| body(&thing)))
        .collect_view();
    let first = Arc::clone(&page);
    let overview = move || split(&first, shown);
    let body = if page.tabs.is_empty() {
        overview()
    } else {
        let mut all: Vec<Place> = vec![("", "Overview", Arc::new(overview))];
        for (slug, label, from, to) in stretches(&page) {
            let page = Arc::clone(&page);
            let view = move || {
                let parts = page.cards.get(from..to).unwrap_or_default();
                view! { <div class="main-col">{cards(parts, shown)}</div> }.into_any()
            };
            all.push((slug, label, Arc::new(view)));
        }
        places("Parts of the page", "tab", all)
    };
    view! { {head}{above}{body} }.into_any()
}

/// The tabs that whoever sits there may see: each with where its cards begin and end.
fn stretches<R: Resource>(page: &DetailPage<R>) -> Vec<(&'static str, &'static str, usize, usize)> {
    let ends = page.tabs.iter().skip(1).map(|tab| tab.from);
    let ends = ends.chain([page.cards.len()]);
    let tabs = page.tabs.iter().zip(ends);
    tabs.filter(|(tab, _)| {
        tab.needs
            .is_none_or(|needs| untrack(|| session::can(needs)))
    })
    .map(|(tab, to)| (tab.slug, tab.label, tab.from, to))
    .collect()
}

/// The cards before the first tab, and the facts beside them.
fn split<R: Resource>(page: &Arc<DetailPage<R>>, shown: Shown<R>) -> AnyView {
    let end = page.tabs.first().map_or(page.cards.len(), |tab| tab.from);
    let cards = cards(page.cards.get(..end).unwrap_or_default(), shown);
    let aside = page.aside.iter().cloned().map(|(title, body)| {
        move || {
            let body = shown.thing().and_then(|thing| body(&thing));
            body.map(|body| card(title, body))
        }
    });
    let aside = aside.collect_view();
    let page = Arc::clone(page);
    let side = move || {
        shown.thing().map(|thing| {
            facts(
                page.facts
                    .iter()
                    .map(|(name, value)| (*name, value(&thing)))
                    .collect(),
            )
        })
    };
    view! {
        <div class="split">
            <div class="main-col">{cards}</div>
            <aside class="side-col" aria-label="Facts">{aside}<section class="card">{side}</section></aside>
        </div>
    }
    .into_any()
}

fn cards<R: Resource>(parts: &[Card<R>], shown: Shown<R>) -> AnyView {
    let cards = parts.iter().cloned().map(|part| match part {
        Card::Part(part) => part(shown.changed),
        Card::Of(title, body) => (move || {
            shown
                .thing()
                .and_then(|thing| body(&thing))
                .map(|body| card(title, body))
        })
        .into_any(),
    });
    cards.collect_view().into_any()
}

fn header<R: Resource>(page: &DetailPage<R>, shown: Shown<R>, thing: &R) -> AnyView {
    let label = thing.label();
    shell::called(label.clone());
    let state = page
        .badge
        .as_ref()
        .map(|state| state(thing))
        .map(|(word, tone): (&str, Tone)| badge(sentence(word), tone));
    let also = page.also.iter().filter_map(|state| state(thing));
    let also = also.map(|(text, tone)| badge(text, tone)).collect_view();
    let subtitle = page
        .subtitle
        .as_ref()
        .map(|says| says(thing))
        .filter(|says| !says.is_empty());
    let links = page
        .links
        .iter()
        .filter(|link| untrack(|| session::can(link.needs)))
        .filter_map(|link: &Link<R>| {
            let href = (link.href)(thing)?;
            Some(link_button(link.label, Look::Plain, Some(link.sign), href))
        });
    let acts: Vec<Act<R>> = page
        .acts
        .iter()
        .filter(|act| act.fits(thing) && untrack(|| session::can(act.needs)))
        .cloned()
        .collect();
    offer(page, shown, thing, &acts);
    let fold = acts.len() > BUTTONS;
    let plain = acts
        .iter()
        .take(if fold { BUTTONS - 1 } else { BUTTONS })
        .cloned()
        .map(|act| {
            let (look, sign, label, thing) = (
                match (act.primary, act.danger) {
                    (true, _) => Look::Primary,
                    (_, true) => Look::Danger,
                    _ => Look::Plain,
                },
                act.sign,
                act.label,
                thing.clone(),
            );
            button(label, look, sign, move || {
                begin(act.clone(), thing.clone(), shown)
            })
        });
    let plain: Vec<AnyView> = plain.collect();
    let entries: Vec<Entry> = acts
        .into_iter()
        .skip(plain.len())
        .map(|act| {
            let thing = thing.clone();
            let (label, sign, danger) = (act.label.to_owned(), act.sign, act.danger);
            Entry {
                label,
                sign,
                danger,
                does: Does::Run(Arc::new(move || begin(act.clone(), thing.clone(), shown))),
            }
        })
        .collect();
    let more = (!entries.is_empty())
        .then(|| menu("More", "btn icon-only", || icon(Icon::Ellipsis), entries));
    view! {
        <header class="page-head">
            <div><div class="page-title"><h1>{label}</h1>{state}{also}</div>{subtitle.map(|says| view! { <p class="muted">
                {says}</p> })}</div>
            <div class="actions">{links.collect_view()}{plain}{more}</div>
        </header>
    }
    .into_any()
}

/// Finds buttons of the page by their labels, for banners that name a problem and its remedy.
#[derive(Clone)]
struct Remedies(Arc<dyn Fn(&'static str) -> Option<AnyView> + Send + Sync>);

/// Draws a button of the detail page again inside a banner, as the remedy of a problem; nothing while the action is not
/// available.
pub fn remedy(label: &'static str) -> Option<AnyView> {
    use_context::<Remedies>().and_then(|remedies| (remedies.0)(label))
}

fn remedy_of<R: Resource>(
    page: &DetailPage<R>,
    shown: Shown<R>,
    label: &'static str,
) -> Option<AnyView> {
    let thing = shown.thing()?;
    let mut acts = page.acts.iter();
    let act = acts
        .find(|act| act.label == label && act.fits(&thing) && untrack(|| session::can(act.needs)));
    if let Some(act) = act.cloned() {
        let sign = act.sign;
        return Some(button(label, Look::Plain, sign, move || {
            begin(act.clone(), thing.clone(), shown)
        }));
    }
    let mut links = page.links.iter();
    let link = links.find(|link| link.label == label && untrack(|| session::can(link.needs)))?;
    let href = (link.href)(&thing)?;
    Some(link_button(label, Look::Plain, Some(link.sign), href))
}

/// Registers the buttons with the command palette and the keyboard.
fn offer<R: Resource>(page: &DetailPage<R>, shown: Shown<R>, thing: &R, acts: &[Act<R>]) {
    let links = page.links.iter();
    for link in links.filter(|link| untrack(|| session::can(link.needs))) {
        let Some(href) = (link.href)(thing) else {
            continue;
        };
        let run = move || route::go(&href);
        match link.key {
            Some(key) => on_key(key, link.label, run),
            None => keys::offer(link.label, Some(link.sign), run),
        }
    }
    for act in acts.iter().cloned() {
        let (thing, key, label, sign) = (thing.clone(), act.key, act.label, act.sign);
        let run = move || begin(act.clone(), thing.clone(), shown);
        match key {
            Some(key) => on_key(key, label, run),
            None => keys::offer(label, sign, run),
        }
    }
}

/// Asks first where the act wants that, then does it.
fn begin<R: Resource>(act: Act<R>, thing: R, shown: Shown<R>) {
    if !act.asks {
        leptos::task::spawn_local(async move {
            if let Err(fault) = carry_out(act, thing, String::new(), shown).await {
                toast::fault(&fault);
            }
        });
        return;
    }
    let besides = Besides {
        typed: act.typed.as_ref().map(|typed| typed(&thing)),
        chosen: act.chosen.as_ref().map(|chosen| chosen(&thing)),
    };
    let question = Question {
        title: act.title.as_ref().map_or_else(
            || format!("{} {}?", act.label, thing.label()),
            |title| title(&thing),
        ),
        says: act.says.to_owned(),
        verb: act.label.to_owned(),
        danger: act.danger,
        reason: act.reason,
        run: Arc::new(move |reason| task(carry_out(act.clone(), thing.clone(), reason, shown))),
    };
    ask_with(question, besides);
}

async fn carry_out<R: Resource>(
    act: Act<R>,
    thing: R,
    reason: String,
    shown: Shown<R>,
) -> Result<(), crate::api::Fault> {
    let outcome = (act.run)(thing.clone(), reason).await;
    // Also after a failure: it may have failed because what is shown is old.
    shown.all_again();
    outcome?;
    let news = format!("{} {}", thing.label(), act.done);
    let Some(undo) = act.undo else {
        toast::good(news);
        return Ok(());
    };
    toast::undoable(news, move || {
        let (undo, thing) = (undo.clone(), thing.clone());
        leptos::task::spawn_local(async move {
            if let Err(fault) = undo(thing, String::new()).await {
                toast::fault(&fault);
            }
            shown.all_again();
        });
    });
    Ok(())
}
