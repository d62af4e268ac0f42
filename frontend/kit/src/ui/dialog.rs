//! The confirmation dialog: it names the action and the record, states the consequences, and requests a reason where
//! the audit log needs one.

use super::{Icon, icon::sized_icon, modal::follow};
use crate::{
    Task,
    api::ApiError,
    form::{Source, combobox::combobox},
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// The input that a dialog requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// None.
    None,
    /// An optional reason.
    Optional,
    /// A required reason.
    Required,
    /// A required reason with suggestions: the short name and the text of each, which the user can change.
    Suggested(&'static [(&'static str, &'static str)]),
    /// One of several values: the label of the field, and each value with its label. The first value is preselected
    /// unless the options name another one.
    OneOf(&'static str, &'static [(&'static str, &'static str)]),
    /// One line of text: the label of the field.
    Text(&'static str),
    /// A record that the user finds by typing: the label of the field. The options name the source.
    Picked(&'static str),
}

/// Runs the confirmed action with the reason.
pub type Run = Arc<dyn Fn(String) -> Task<Result<(), ApiError>> + Send + Sync>;

/// A confirmation before an action.
#[derive(Clone)]
pub struct Question {
    /// The action and the record: `Archive 5 GB Europe?`
    pub title: String,
    /// The consequences.
    pub text: String,
    /// The label of the button.
    pub verb: String,
    /// Whether the action removes something.
    pub danger: bool,
    /// The input that the dialog requires.
    pub reason: Reason,
    /// The action. The dialog stays open until it is done, and shows the error if it fails.
    pub run: Run,
}

/// Further options of a confirmation.
#[derive(Clone, Default)]
pub struct QuestionOptions {
    /// A text that the user has to type first, because the action cannot be undone.
    pub typed: Option<String>,
    /// The preselected value, where the user chooses one of several.
    pub selected: Option<String>,
    /// The choices, where the user picks a record.
    pub source: Option<Source>,
}

type Open = (Question, QuestionOptions);

thread_local! { static OPEN: ArcRwSignal<Option<Open>> = ArcRwSignal::new(None); }

/// Opens the dialog.
pub fn ask(question: Question) {
    ask_with_options(question, QuestionOptions::default());
}

/// Opens the dialog with further options.
pub fn ask_with_options(question: Question, options: QuestionOptions) {
    OPEN.with(Clone::clone).set(Some((question, options)));
}

/// Draws the open dialog. The shell contains it once.
pub(crate) fn dialogs() -> AnyView {
    let current = OPEN.with(Clone::clone);
    current.set(None);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let watched = current.clone();
    Effect::new(move |_| open.set(watched.with(Option::is_some)));
    let forget = current.clone();
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby="question" aria-describedby="question-text"
            on:close=move |_| forget.set(None)>
            {move || current.get().map(|(question, options)| body(question, options, open))}
        </dialog>
    }
    .into_any()
}

fn body(question: Question, options: QuestionOptions, open: RwSignal<bool>) -> AnyView {
    let QuestionOptions {
        typed,
        selected,
        source,
    } = options;
    let first = match question.reason {
        Reason::OneOf(_, [(word, _), ..]) => selected.unwrap_or_else(|| (*word).to_owned()),
        _ => String::new(),
    };
    let (reason, typed_text, error, busy) = (
        RwSignal::new(first),
        RwSignal::new(String::new()),
        RwSignal::new(None::<String>),
        RwSignal::new(false),
    );
    let complaint = missing(question.reason);
    let (run, wanted) = (question.run, typed.clone());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let entered = reason.get_untracked().trim().to_owned();
        if let Some(complaint) = complaint.filter(|_| entered.is_empty()) {
            error.set(Some(complaint.to_owned()));
            return crate::dom::focus("question-reason");
        }
        if let Some(wanted) = wanted.as_ref()
            && typed_text.get_untracked().trim() != wanted
        {
            error.set(Some(format!("Type {wanted} to continue.")));
            return crate::dom::focus("question-typed");
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let task = run(entered);
        leptos::task::spawn_local(async move {
            let outcome = task.await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => drop(open.try_set(false)),
                Err(failed) => drop(error.try_set(Some(failed.sentence()))),
            }
        });
    };
    // An action that removes nothing and needs no input is confirmed with one press of Enter.
    let is_safe = !question.danger && question.reason == Reason::None && typed.is_none();
    // Users easily confuse two buttons that start with the same word.
    let cancel = if question.verb.starts_with("Cancel") {
        "Back"
    } else {
        "Cancel"
    };
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="question">{question.title}</h2>
            <p id="question-text" class="muted">{question.text}</p>
            {reason_field(question.reason, reason, source)}
            {typed.map(|typed| typed_field(typed, typed_text))}
            <div id="question-error" role="alert">{move || error.get().map(|text| view! { <p class="banner"
                data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{cancel}</button>
                <button type="submit" class=if question.danger { "btn danger solid" } else { "btn primary" }
                    autofocus=is_safe aria-busy={move || busy.get().to_string()}>{question.verb}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// Returns the message about an empty field, if the dialog requires a value.
const fn missing(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Required | Reason::Suggested(_) => Some("Enter a reason."),
        Reason::Text(_) => Some("Enter a value."),
        Reason::Picked(_) => Some("Choose one."),
        Reason::None | Reason::Optional | Reason::OneOf(..) => None,
    }
}

/// Draws the field for the reason or the value, if the dialog has one.
fn reason_field(
    what: Reason,
    entered: RwSignal<String>,
    source: Option<Source>,
) -> Option<AnyView> {
    let (label, control) = match what {
        Reason::None => return None,
        Reason::Required => ("Reason", reason_area(entered)),
        Reason::Suggested(texts) => ("Reason", suggested_reasons(texts, entered)),
        Reason::Optional => ("Reason (optional)", reason_area(entered)),
        Reason::OneOf(label, words) => (label, reason_select(words, entered)),
        Reason::Text(label) => (label, text_line(entered)),
        Reason::Picked(label) => (label, picker(label, source?, entered)),
    };
    Some(
        view! { <div class="field"><label for="question-reason">{label}</label>{control}</div> }
            .into_any(),
    )
}

/// Draws the field for the text that the user has to type exactly.
fn typed_field(wanted: String, typed: RwSignal<String>) -> AnyView {
    view! {
        <div class="field">
            <label for="question-typed">"To confirm, type "<code>{wanted}</code></label>
            <input id="question-typed" type="text" class="mono" autocomplete="off" spellcheck="false" bind:value=typed
                aria-describedby="question-error" />
        </div>
    }
    .into_any()
}

fn reason_area(entered: RwSignal<String>) -> AnyView {
    view! {
        <textarea id="question-reason" rows="2" maxlength="500" bind:value=entered
            aria-describedby="question-error"></textarea>
    }
    .into_any()
}

fn text_line(entered: RwSignal<String>) -> AnyView {
    view! {
        <input id="question-reason" type="text" autocomplete="off" maxlength="255" bind:value=entered
            aria-describedby="question-error"/>
    }
    .into_any()
}

fn picker(label: &'static str, source: Source, entered: RwSignal<String>) -> AnyView {
    let chosen = Signal::derive(move || Some(entered.get()).filter(|id| !id.is_empty()));
    let set = move |id: Option<String>| entered.set(id.unwrap_or_default());
    combobox("question-reason".to_owned(), label, source, chosen, set)
}

fn suggested_reasons(
    texts: &'static [(&'static str, &'static str)],
    entered: RwSignal<String>,
) -> AnyView {
    let one = |(name, text): &(&'static str, &'static str)| {
        let text = *text;
        let used = move || (entered.get() == text).to_string();
        view! { <button type="button" class="filter" aria-pressed=used on:click=move |_| entered.set(text.to_owned())>
        {*name}</button> }
    };
    view! {
        <div class="suggestions" role="group" aria-label="Suggested reasons">{texts.iter().map(one).collect_view()}</div>
        <textarea id="question-reason" rows="4" maxlength="500" bind:value=entered
            aria-describedby="question-error"></textarea>
    }
    .into_any()
}

fn reason_select(
    words: &'static [(&'static str, &'static str)],
    entered: RwSignal<String>,
) -> AnyView {
    let one = |(word, means): &(&'static str, &'static str)| {
        let word = *word;
        view! { <option value=word selected={move || entered.get() == word}>{*means}</option> }
    };
    view! {
        <div class="select"><select id="question-reason" aria-describedby="question-error"
            on:change=move |event| entered.set(event_target_value(&event))>{words.iter().map(one).collect_view()}</select>
            {sized_icon(Icon::ChevronDown, 14)}</div>
    }
    .into_any()
}
