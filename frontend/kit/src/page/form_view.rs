//! How a form looks, and what it says when it cannot be saved.

use super::form_page::{Confirmation, Group, Load, Sheet};
use crate::{
    api::Fault,
    dom,
    form::{
        controls::{control, element},
        submit::{NOTICE, Notice, Save, Saved, Submit},
    },
    guard, route, shell, task,
    ui::{
        Icon,
        dialog::{self, Question, Reason},
        empty, failure, skeleton, toast,
    },
};
use leptos::{ev, prelude::*};
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::ProblemCode;

pub(super) fn view(sheet: Sheet) -> AnyView {
    let sheet = Arc::new(sheet);
    let form = sheet.form;
    guard::protect(move || form.draft.try_with_untracked(|_| ()).is_some() && form.is_dirty());
    let Some(load) = sheet.load.clone() else {
        form.begin(&sheet.begin);
        return view! { <div class="page form-page">{body(&sheet, format!("New {}", sheet.one))}</div> }.into_any();
    };
    let (got, again) = (
        RwSignal::new(None::<Result<String, Fault>>),
        RwSignal::new(0_u32),
    );
    Effect::new(move |_| {
        again.track();
        let work = load();
        leptos::task::spawn_local(async move {
            let outcome = work.await;
            if got.try_get_untracked().is_none() {
                return;
            }
            if let Ok((thing, _)) = &outcome {
                form.begin(thing);
            }
            got.set(Some(outcome.map(|(_, label)| label)));
        });
    });
    let filled = move || {
        match got.get() {
        None => skeleton::page(),
        Some(Ok(label)) => {
            shell::called(label.clone());
            body(&sheet, format!("Edit {label}"))
        }
        Some(Err(fault)) if fault.code() == Some(ProblemCode::NotFound) => {
            view! { <h1 class="sr-only">"Not found"</h1><div class="card">
                {empty(Icon::Search, format!("No such {}", sheet.one), "It may have been removed.", None)}</div> }.into_any()
        }
        Some(Err(fault)) => view! { <h1 class="sr-only">"Not loaded"</h1><div class="card">
            {failure(&fault, move || again.update(|again| *again = again.wrapping_add(1)))}</div> }.into_any(),
    }
    };
    view! { <div class="page form-page">{filled}</div> }.into_any()
}

fn body(sheet: &Arc<Sheet>, title: String) -> AnyView {
    let submit = Submit::new(sheet.form);
    let is_new = sheet.form.is_new;
    let back = sheet.back.clone();
    let one = sheet.one;
    let save = sheet.save.clone();
    let done = move |saved: Saved| {
        guard::release();
        toast::good(format!(
            "{} {}",
            saved.label,
            if is_new { "created" } else { "saved" }
        ));
        route::go(&saved.href);
    };
    let confirm = sheet.confirm.clone();
    let asks = confirm.is_some();
    let send = move || {
        if !is_new && !submit.form.is_dirty() {
            return route::go(&back);
        }
        let Some(sent) = submit.check() else { return };
        match &confirm {
            None => submit.send(sent, &save, done),
            Some(confirm) => ask_first(
                submit,
                confirm(submit.form.draft.get_untracked()),
                sent,
                &save,
                done,
            ),
        }
    };
    let (by_key, by_enter) = (send.clone(), send.clone());
    let keys = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            by_key();
        }
    };
    let submitted = move |event: ev::SubmitEvent| {
        event.prevent_default();
        // Enter in a field submits a form. A form with a confirmation is sent by its button alone.
        if !asks {
            by_enter();
        }
    };
    let pressed = move |_| {
        if asks {
            send();
        }
    };
    let groups = sheet
        .groups
        .iter()
        .cloned()
        .map(|group| section(sheet, group))
        .collect_view();
    let asides = sheet.asides.iter().map(|aside| {
        let body = (aside.view)(sheet.form);
        view! {
            <section class="card form-section"><div class="form-about"><h2>{aside.title}</h2><p class="muted">
                {aside.hint}</p></div><div aria-live="polite">{body}</div></section>
        }
    });
    let asides: Vec<AnyView> = asides.map(IntoAny::into_any).collect();
    let asides = (!asides.is_empty()).then(|| view! { <div class="form-asides">{asides}</div> });
    let load = sheet.load.clone();
    let (verb, draft) = (sheet.verb.clone(), sheet.form.draft);
    let verb = move || match &verb {
        Some(verb) => draft.with(|draft| verb(draft)),
        None if is_new => format!("Create {one}"),
        None => "Save changes".to_owned(),
    };
    let kind = if asks { "button" } else { "submit" };
    view! {
        <form novalidate on:keydown=keys on:submit=submitted>
            <header class="page-head"><div><h1>{title}</h1>{sheet.note.map(|note| view! { <p class="muted">
                {note}</p> })}</div></header>
            <div id=NOTICE tabindex="-1" role="alert">
                {move || submit.notice.get().map(|notice| says(notice, submit, load.clone()))}</div>
            {groups}
            {asides}
            <footer class="form-foot">
                <a class="btn" href=sheet.back.clone()>"Cancel"</a>
                <button type=kind class="btn primary" aria-busy={move || submit.busy.get().to_string()} on:click=pressed>{verb}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// Asks for the confirmation, and sends the checked body when the user agrees.
fn ask_first(
    submit: Submit,
    confirm: crate::Task<Result<Confirmation, Fault>>,
    sent: Map<String, Value>,
    save: &Save,
    done: impl FnOnce(Saved) + Clone + Send + Sync + 'static,
) {
    let save = Arc::clone(save);
    submit.busy.set(true);
    leptos::task::spawn_local(async move {
        let outcome = confirm.await;
        if submit.busy.try_set(false).is_some() {
            return;
        }
        match outcome {
            Err(fault) => submit.refuse(fault),
            Ok(Confirmation { title, text, verb }) => dialog::ask(Question {
                title,
                says: text,
                verb,
                // The button is not focused: Enter alone must not send it.
                danger: true,
                reason: Reason::None,
                run: Arc::new(move |_| {
                    submit.send(sent.clone(), &save, done.clone());
                    task(async { Ok(()) })
                }),
            }),
        }
    });
}

fn section(sheet: &Arc<Sheet>, group: Group) -> AnyView {
    let form = sheet.form;
    let known = form.fields.get_value();
    let fields: Vec<AnyView> = group
        .fields
        .into_iter()
        .filter(|field| known.iter().any(|known| known.key == field.key))
        .map(|field| control(form, field))
        .collect();
    if fields.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="card form-section"><div class="form-about"><h2>{group.title}</h2><p class="muted">
            {group.hint}</p></div><div class="form-fields">{fields}</div></section>
    }
    .into_any()
}

fn says(notice: Notice, submit: Submit, load: Option<Load>) -> AnyView {
    match notice {
        Notice::Refused(fault) => {
            let request = fault
                .request_id()
                .map(|id| view! { <small>"Request "{id.to_owned()}</small> });
            view! { <div class="banner" data-tone="bad"><p>{fault.sentence()}</p>{request}</div> }
                .into_any()
        }
        Notice::Faults(list) => {
            let one = |(field, message): (Option<(&'static str, &'static str)>, String)| match field
            {
                Some((label, key)) => view! { <li><button type="button" class="link"
                on:click=move |_| dom::focus(&element(key))>{label}</button>": "{message}</li> }
                .into_any(),
                None => view! { <li>{message}</li> }.into_any(),
            };
            view! { <div class="banner" data-tone="bad"><p>"Please correct these fields:"</p><ul>
            {list.into_iter().map(one).collect_view()}</ul></div> }
            .into_any()
        }
        Notice::Stale => stale(submit, load),
    }
}

/// Somebody else was quicker: their changes are taken over, what was typed here stays.
fn stale(submit: Submit, load: Option<Load>) -> AnyView {
    let merge = move |_| {
        let Some(work) = load.as_ref().map(|load| load()) else {
            return;
        };
        leptos::task::spawn_local(async move {
            let outcome: Result<(Value, String), Fault> = work.await;
            if submit.notice.try_get_untracked().is_none() {
                return;
            }
            match outcome {
                Ok((thing, _)) => {
                    submit.form.rebase(&thing);
                    submit.notice.set(None);
                    toast::good("Their changes are loaded, yours are kept. Look it over and save.");
                }
                Err(fault) => toast::fault(&fault),
            }
        });
    };
    view! {
        <div class="banner" data-tone="waiting"><p>"Another user changed this while you were editing. Your changes are kept."</p>
            <button type="button" class="btn sm" on:click=merge>"Load their changes, keep mine"</button></div>
    }
    .into_any()
}
