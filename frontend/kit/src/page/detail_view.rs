//! Draws detail pages.

use super::{
    action::Action,
    detail_page::{Card, DetailPage, DetailState, Link},
};
use crate::{
    format::sentence,
    on_key, route, session, shell, shortcuts, task,
    ui::{
        ButtonVariant, Icon, Tone, badge, button, card,
        dialog::{Question, QuestionOptions, ask_with_options},
        empty, facts, failure, icon_view, link_button,
        menu::{Entry, EntryAction, menu},
        reveal::ChangedSignal,
        skeleton,
        tabs::{LinkedTab, linked_tabs},
        toast,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::{ProblemCode, Resource};

/// The number of actions shown as buttons; the others are in a menu.
const BUTTONS: usize = 2;

pub(super) fn view<R: Resource>(page: DetailPage<R>) -> AnyView {
    let page_state = DetailState::begin(page.id, page.refresh.clone());
    provide_context(ChangedSignal(page_state.changed));
    let failed = Memo::new(move |_| {
        page_state
            .got
            .with(|got| got.as_ref().and_then(|got| got.as_ref().err().cloned()))
    });
    let waiting = Memo::new(move |_| page_state.got.with(Option::is_none));
    let page = Arc::new(page);
    let remedies = Arc::clone(&page);
    provide_context(Remedies(Arc::new(move |label| {
        remedy_of(&remedies, page_state, label)
    })));
    let body = move || {
        match (waiting.get(), failed.get()) {
        (true, _) => skeleton::page(),
        (_, Some(error)) if error.code() == Some(ProblemCode::NotFound) => {
            view! { <h1 class="sr-only">"Not found"</h1><div class="card">
                {empty(Icon::Search, format!("No such {}", R::ONE), "It may have been removed, or the address is mistyped.", None)}</div> }.into_any()
        }
        (_, Some(error)) => view! { <h1 class="sr-only">"Not loaded"</h1><div class="card">
            {failure(&error, move || page_state.reload())}</div> }.into_any(),
        _ => filled(Arc::clone(&page), page_state),
    }
    };
    view! { <div class="page detail">{body}</div> }.into_any()
}

fn filled<R: Resource>(page: Arc<DetailPage<R>>, page_state: DetailState<R>) -> AnyView {
    let header = {
        let page = Arc::clone(&page);
        move || {
            page_state
                .record()
                .map(|record| header(&page, page_state, &record))
        }
    };
    let above = page.above.iter().cloned();
    let above = above
        .map(|body| move || page_state.record().and_then(|record| body(&record)))
        .collect_view();
    let first = Arc::clone(&page);
    let overview = move || split(&first, page_state);
    let body = if page.tabs.is_empty() {
        overview()
    } else {
        let mut all: Vec<LinkedTab> = vec![("", "Overview", Arc::new(overview))];
        for (slug, label, from, to) in tab_ranges(&page) {
            let page = Arc::clone(&page);
            let view = move || {
                let parts = page.cards.get(from..to).unwrap_or_default();
                view! { <div class="main-col">{cards(parts, page_state)}</div> }.into_any()
            };
            all.push((slug, label, Arc::new(view)));
        }
        linked_tabs("Parts of the page", "tab", all)
    };
    view! { {header}{above}{body} }.into_any()
}

/// Returns the tabs that the user may see, each with the range of its cards.
fn tab_ranges<R: Resource>(
    page: &DetailPage<R>,
) -> Vec<(&'static str, &'static str, usize, usize)> {
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

/// Draws the cards before the first tab, and the facts beside them.
fn split<R: Resource>(page: &Arc<DetailPage<R>>, page_state: DetailState<R>) -> AnyView {
    let end = page.tabs.first().map_or(page.cards.len(), |tab| tab.from);
    let cards = cards(page.cards.get(..end).unwrap_or_default(), page_state);
    let aside = page.aside.iter().cloned().map(|(title, body)| {
        move || {
            let body = page_state.record().and_then(|record| body(&record));
            body.map(|body| card(title, body))
        }
    });
    let aside = aside.collect_view();
    let page = Arc::clone(page);
    let side = move || {
        page_state.record().map(|record| {
            facts(
                page.facts
                    .iter()
                    .map(|(name, value)| (*name, value(&record)))
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

fn cards<R: Resource>(parts: &[Card<R>], page_state: DetailState<R>) -> AnyView {
    let cards = parts.iter().cloned().map(|part| match part {
        Card::Part(part) => part(page_state.changed),
        Card::Of(title, body) => (move || {
            page_state
                .record()
                .and_then(|record| body(&record))
                .map(|body| card(title, body))
        })
        .into_any(),
    });
    cards.collect_view().into_any()
}

fn header<R: Resource>(page: &DetailPage<R>, page_state: DetailState<R>, record: &R) -> AnyView {
    let label = record.label();
    shell::set_page_name(label.clone());
    let state = page
        .badge
        .as_ref()
        .map(|state| state(record))
        .map(|(word, tone): (&str, Tone)| badge(sentence(word), tone));
    let also = page.also.iter().filter_map(|state| state(record));
    let also = also.map(|(text, tone)| badge(text, tone)).collect_view();
    let subtitle = page
        .subtitle
        .as_ref()
        .map(|text| text(record))
        .filter(|text| !text.is_empty());
    let links = page
        .links
        .iter()
        .filter(|link| untrack(|| session::can(link.needs)))
        .filter_map(|link: &Link<R>| {
            let href = (link.href)(record)?;
            Some(link_button(
                link.label,
                ButtonVariant::Plain,
                Some(link.icon),
                href,
            ))
        });
    let actions: Vec<Action<R>> = page
        .actions
        .iter()
        .filter(|action| action.fits(record) && untrack(|| session::can(action.needs)))
        .cloned()
        .collect();
    offer(page, page_state, record, &actions);
    let fold = actions.len() > BUTTONS;
    let plain = actions
        .iter()
        .take(if fold { BUTTONS - 1 } else { BUTTONS })
        .cloned()
        .map(|action| {
            let (variant, icon, label, record) = (
                match (action.primary, action.danger) {
                    (true, _) => ButtonVariant::Primary,
                    (_, true) => ButtonVariant::Danger,
                    _ => ButtonVariant::Plain,
                },
                action.icon,
                action.label,
                record.clone(),
            );
            button(label, variant, icon, move || {
                begin(action.clone(), record.clone(), page_state)
            })
        });
    let plain: Vec<AnyView> = plain.collect();
    let entries: Vec<Entry> = actions
        .into_iter()
        .skip(plain.len())
        .map(|action| {
            let record = record.clone();
            let (label, icon, danger) = (action.label.to_owned(), action.icon, action.danger);
            Entry {
                label,
                icon,
                danger,
                action: EntryAction::Run(Arc::new(move || {
                    begin(action.clone(), record.clone(), page_state)
                })),
            }
        })
        .collect();
    let more = (!entries.is_empty()).then(|| {
        menu(
            "More",
            "btn icon-only",
            || icon_view(Icon::Ellipsis),
            entries,
        )
    });
    view! {
        <header class="page-head">
            <div><div class="page-title"><h1>{label}</h1>{state}{also}</div>{subtitle.map(|text| view! { <p class="muted">
                {text}</p> })}</div>
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
    page_state: DetailState<R>,
    label: &'static str,
) -> Option<AnyView> {
    let record = page_state.record()?;
    let mut actions = page.actions.iter();
    let action = actions.find(|action| {
        action.label == label && action.fits(&record) && untrack(|| session::can(action.needs))
    });
    if let Some(action) = action.cloned() {
        let icon = action.icon;
        return Some(button(label, ButtonVariant::Plain, icon, move || {
            begin(action.clone(), record.clone(), page_state)
        }));
    }
    let mut links = page.links.iter();
    let link = links.find(|link| link.label == label && untrack(|| session::can(link.needs)))?;
    let href = (link.href)(&record)?;
    Some(link_button(
        label,
        ButtonVariant::Plain,
        Some(link.icon),
        href,
    ))
}

/// Registers the buttons with the command palette and the keyboard.
fn offer<R: Resource>(
    page: &DetailPage<R>,
    page_state: DetailState<R>,
    record: &R,
    actions: &[Action<R>],
) {
    let links = page.links.iter();
    for link in links.filter(|link| untrack(|| session::can(link.needs))) {
        let Some(href) = (link.href)(record) else {
            continue;
        };
        let run = move || route::go(&href);
        match link.key {
            Some(key) => on_key(key, link.label, run),
            None => shortcuts::offer(link.label, Some(link.icon), run),
        }
    }
    for action in actions.iter().cloned() {
        let (record, key, label, icon) = (record.clone(), action.key, action.label, action.icon);
        let run = move || begin(action.clone(), record.clone(), page_state);
        match key {
            Some(key) => on_key(key, label, run),
            None => shortcuts::offer(label, icon, run),
        }
    }
}

/// Shows the confirmation if the action has one, then runs it.
fn begin<R: Resource>(action: Action<R>, record: R, page_state: DetailState<R>) {
    if !action.asks {
        leptos::task::spawn_local(async move {
            if let Err(error) = carry_out(action, record, String::new(), page_state).await {
                toast::error(&error);
            }
        });
        return;
    }
    let options = QuestionOptions {
        typed: action.typed.as_ref().map(|typed| typed(&record)),
        selected: action.selected.as_ref().map(|selected| selected(&record)),
        source: action.source.as_ref().map(|source| source(&record)),
    };
    let question = Question {
        title: action.title.as_ref().map_or_else(
            || format!("{} {}?", action.label, record.label()),
            |title| title(&record),
        ),
        text: action.text.to_owned(),
        verb: action.label.to_owned(),
        danger: action.danger,
        reason: action.reason,
        run: Arc::new(move |reason| {
            task(carry_out(
                action.clone(),
                record.clone(),
                reason,
                page_state,
            ))
        }),
    };
    ask_with_options(question, options);
}

async fn carry_out<R: Resource>(
    action: Action<R>,
    record: R,
    reason: String,
    page_state: DetailState<R>,
) -> Result<(), crate::api::ApiError> {
    let outcome = (action.run)(record.clone(), reason).await;
    // Also after a failure: the shown record may be outdated.
    page_state.reload_all();
    outcome?;
    let message = format!("{} {}", record.label(), action.done);
    let Some(undo) = action.undo else {
        toast::good(message);
        return Ok(());
    };
    toast::undoable(message, move || {
        let (undo, record) = (undo.clone(), record.clone());
        leptos::task::spawn_local(async move {
            if let Err(error) = undo(record, String::new()).await {
                toast::error(&error);
            }
            page_state.reload_all();
        });
    });
    Ok(())
}
