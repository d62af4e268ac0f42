//! One question at a time: names the thing, says what follows, and asks for a reason where the record needs one.

use super::{Icon, icon::sized, modal::follow};
use crate::{Task, api::Fault};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// Whether a reason is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No.
    None,
    /// It may be given.
    Optional,
    /// Nothing happens without one.
    Required,
    /// Nothing happens without one; these are at hand, each with its short name, to be used as they are or changed.
    Suggested(&'static [(&'static str, &'static str)]),
    /// One of these, the first unless said otherwise: what is asked for, and each word with what it means.
    OneOf(&'static str, &'static [(&'static str, &'static str)]),
}

/// What happens on yes; it gets the reason.
pub type Run = Arc<dyn Fn(String) -> Task<Result<(), Fault>> + Send + Sync>;

/// A question before an act.
#[derive(Clone)]
pub struct Question {
    /// The act and the thing: `Withdraw 5 GB Europe?`
    pub title: String,
    /// What follows.
    pub says: String,
    /// The word on the button.
    pub verb: String,
    /// Whether it takes something away.
    pub danger: bool,
    /// Whether a reason is asked for.
    pub reason: Reason,
    /// The act. The window stays open until it is done, and shows why it failed.
    pub run: Run,
}

/// What some questions have besides.
#[derive(Debug, Clone, Default)]
pub struct Besides {
    /// It cannot be taken back: nothing happens before this was typed.
    pub typed: Option<String>,
    /// The word that is chosen to begin with, where one of several is.
    pub chosen: Option<String>,
}

type Asked = (Question, Besides);

thread_local! { static ASKED: ArcRwSignal<Option<Asked>> = ArcRwSignal::new(None); }

/// Asks.
pub fn ask(question: Question) {
    ask_with(question, Besides::default());
}

/// Asks, with something besides.
pub fn ask_with(question: Question, besides: Besides) {
    ASKED.with(Clone::clone).set(Some((question, besides)));
}

/// Where questions appear. Stands once, in the shell.
pub(crate) fn dialogs() -> AnyView {
    let asked = ASKED.with(Clone::clone);
    asked.set(None);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let watched = asked.clone();
    Effect::new(move |_| open.set(watched.with(Option::is_some)));
    let forget = asked.clone();
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby="question" aria-describedby="question-says"
            on:close=move |_| forget.set(None)>
            {move || asked.get().map(|(question, besides)| body(question, besides, open))}
        </dialog>
    }
    .into_any()
}

fn body(question: Question, besides: Besides, open: RwSignal<bool>) -> AnyView {
    let Besides { typed, chosen } = besides;
    let first = match question.reason {
        Reason::OneOf(_, [(word, _), ..]) => chosen.unwrap_or_else(|| (*word).to_owned()),
        _ => String::new(),
    };
    let (reason, sure, fault, busy) = (
        RwSignal::new(first),
        RwSignal::new(String::new()),
        RwSignal::new(None::<String>),
        RwSignal::new(false),
    );
    let needs_reason = matches!(question.reason, Reason::Required | Reason::Suggested(_));
    let (run, wanted) = (question.run, typed.clone());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let said = reason.get_untracked().trim().to_owned();
        if needs_reason && said.is_empty() {
            fault.set(Some("Say why: it is kept with the record.".to_owned()));
            return crate::dom::focus("question-reason");
        }
        if let Some(wanted) = wanted.as_ref()
            && sure.get_untracked().trim() != wanted
        {
            fault.set(Some(format!("Type {wanted} to go on.")));
            return crate::dom::focus("question-sure");
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let task = run(said);
        leptos::task::spawn_local(async move {
            let outcome = task.await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => drop(open.try_set(false)),
                Err(error) => drop(fault.try_set(Some(error.sentence()))),
            }
        });
    };
    // What takes nothing away and asks for nothing is one more press of Enter away.
    let at_once = !question.danger && question.reason == Reason::None && typed.is_none();
    // Two buttons that begin with the same word are easily mistaken for each other.
    let back = if question.verb.starts_with("Cancel") {
        "Back"
    } else {
        "Cancel"
    };
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="question">{question.title}</h2>
            <p id="question-says" class="muted">{question.says}</p>
            {asked(question.reason, reason)}
            {typed.map(|typed| surely(typed, sure))}
            <div id="question-fault" role="alert">{move || fault.get().map(|text| view! { <p class="banner"
                data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{back}</button>
                <button type="submit" class=if question.danger { "btn danger solid" } else { "btn primary" }
                    autofocus=at_once aria-busy={move || busy.get().to_string()}>{question.verb}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// What is asked for, if anything.
fn asked(what: Reason, said: RwSignal<String>) -> Option<AnyView> {
    let (label, control) = match what {
        Reason::None => return None,
        Reason::Required => ("Reason", written(said)),
        Reason::Suggested(texts) => ("Reason", suggested(texts, said)),
        Reason::Optional => ("Reason (optional)", written(said)),
        Reason::OneOf(label, words) => (label, chosen(words, said)),
    };
    Some(
        view! { <div class="field"><label for="question-reason">{label}</label>{control}</div> }
            .into_any(),
    )
}

/// What has to be typed, to the letter.
fn surely(wanted: String, typed: RwSignal<String>) -> AnyView {
    view! {
        <div class="field">
            <label for="question-sure">"To go on, type "<code>{wanted}</code></label>
            <input id="question-sure" type="text" class="mono" autocomplete="off" spellcheck="false" bind:value=typed
                aria-describedby="question-fault" />
        </div>
    }
    .into_any()
}

fn written(said: RwSignal<String>) -> AnyView {
    view! {
        <textarea id="question-reason" rows="2" maxlength="500" bind:value=said
            aria-describedby="question-fault"></textarea>
    }
    .into_any()
}

fn suggested(texts: &'static [(&'static str, &'static str)], said: RwSignal<String>) -> AnyView {
    let one = |(name, text): &(&'static str, &'static str)| {
        let text = *text;
        let used = move || (said.get() == text).to_string();
        view! { <button type="button" class="filter" aria-pressed=used on:click=move |_| said.set(text.to_owned())>
        {*name}</button> }
    };
    view! {
        <div class="suggestions" role="group" aria-label="Suggested reasons">{texts.iter().map(one).collect_view()}</div>
        <textarea id="question-reason" rows="4" maxlength="500" bind:value=said
            aria-describedby="question-fault"></textarea>
    }
    .into_any()
}

fn chosen(words: &'static [(&'static str, &'static str)], said: RwSignal<String>) -> AnyView {
    let one = |(word, means): &(&'static str, &'static str)| {
        let word = *word;
        view! { <option value=word selected={move || said.get() == word}>{*means}</option> }
    };
    view! {
        <div class="select"><select id="question-reason" aria-describedby="question-fault"
            on:change=move |event| said.set(event_target_value(&event))>{words.iter().map(one).collect_view()}</select>
            {sized(Icon::ChevronDown, 14)}</div>
    }
    .into_any()
}
