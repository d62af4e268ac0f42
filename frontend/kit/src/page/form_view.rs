//! Draws forms and their notices.

use super::form_page::{Confirmation, FormSpec, Group, Load};
use crate::{
    api::ApiError,
    dom,
    form::{
        controls::{control, element},
        submit::{NOTICE, Notice, Save, Saved, Submit},
    },
    query::Latest,
    route, shell, task,
    ui::{
        Icon,
        dialog::{self, Question, Reason},
        empty, failure, skeleton, toast,
    },
    unsaved_changes,
};
use leptos::{ev, prelude::*};
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::ProblemCode;

pub(super) fn view(spec: FormSpec) -> AnyView {
    let spec = Arc::new(spec);
    let form = spec.form;
    unsaved_changes::protect(move || {
        form.draft.try_with_untracked(|_| ()).is_some() && form.is_dirty()
    });
    let Some(load) = spec.load.clone() else {
        form.begin(&spec.begin);
        return view! { <div class="page form-page">{body(&spec, format!("New {}", spec.one))}</div> }.into_any();
    };
    let (got, reload) = (
        RwSignal::new(None::<Result<String, ApiError>>),
        RwSignal::new(0_u32),
    );
    let latest = Latest::new();
    Effect::new(move |_| {
        reload.track();
        let work = load();
        latest.run(task(async move {
            let outcome = work.await;
            if let Ok((record, _)) = &outcome {
                form.begin(record);
            }
            got.set(Some(outcome.map(|(_, label)| label)));
        }));
    });
    let filled = move || {
        match got.get() {
        None => skeleton::page(),
        Some(Ok(label)) => {
            shell::set_page_name(label.clone());
            body(&spec, format!("Edit {label}"))
        }
        Some(Err(error)) if error.code() == Some(ProblemCode::NotFound) => {
            view! { <h1 class="sr-only">"Not found"</h1><div class="card">
                {empty(Icon::Search, format!("No such {}", spec.one), "It may have been removed.", None)}</div> }.into_any()
        }
        Some(Err(error)) => view! { <h1 class="sr-only">"Not loaded"</h1><div class="card">
            {failure(&error, move || reload.update(|reload| *reload = reload.wrapping_add(1)))}</div> }.into_any(),
    }
    };
    view! { <div class="page form-page">{filled}</div> }.into_any()
}

fn body(spec: &Arc<FormSpec>, title: String) -> AnyView {
    let submit = Submit::new(spec.form);
    let is_new = spec.form.is_new;
    let back = spec.back.clone();
    let one = spec.one;
    let save = spec.save.clone();
    let done = move |saved: Saved| {
        unsaved_changes::release();
        toast::good(format!(
            "{} {}",
            saved.label,
            if is_new { "created" } else { "saved" }
        ));
        route::go(&saved.href);
    };
    let confirm = spec.confirm.clone();
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
    let groups = spec
        .groups
        .iter()
        .cloned()
        .map(|group| section(spec, group))
        .collect_view();
    let asides = spec.asides.iter().map(|aside| {
        let body = (aside.view)(spec.form);
        view! {
            <section class="card form-section"><div class="form-about"><h2>{aside.title}</h2><p class="muted">
                {aside.hint}</p></div><div aria-live="polite">{body}</div></section>
        }
    });
    let asides: Vec<AnyView> = asides.map(IntoAny::into_any).collect();
    let asides = (!asides.is_empty()).then(|| view! { <div class="form-asides">{asides}</div> });
    let load = spec.load.clone();
    let (verb, draft) = (spec.verb.clone(), spec.form.draft);
    let verb = move || match &verb {
        Some(verb) => draft.with(|draft| verb(draft)),
        None if is_new => format!("Create {one}"),
        None => "Save changes".to_owned(),
    };
    let kind = if asks { "button" } else { "submit" };
    view! {
        <form novalidate on:keydown=keys on:submit=submitted>
            <header class="page-head"><div><h1>{title}</h1>{spec.note.map(|note| view! { <p class="muted">
                {note}</p> })}</div></header>
            <div id=NOTICE tabindex="-1" role="alert">
                {move || submit.notice.get().map(|notice| notice_view(notice, submit, load.clone()))}</div>
            {groups}
            {asides}
            <footer class="form-foot">
                <a class="btn" href=spec.back.clone()>"Cancel"</a>
                <button type=kind class="btn primary" aria-busy={move || submit.busy.get().to_string()} on:click=pressed>{verb}</button>
            </footer>
        </form>
    }
    .into_any()
}

/// Shows the confirmation, and sends the checked body when the user agrees.
fn ask_first(
    submit: Submit,
    confirm: crate::Task<Result<Confirmation, ApiError>>,
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
            Err(error) => submit.refuse(error),
            Ok(Confirmation { title, text, verb }) => dialog::ask(Question {
                title,
                text,
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

fn section(spec: &Arc<FormSpec>, group: Group) -> AnyView {
    let form = spec.form;
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

fn notice_view(notice: Notice, submit: Submit, load: Option<Load>) -> AnyView {
    match notice {
        Notice::Failed(error) => {
            let request = error
                .request_id()
                .map(|id| view! { <small>"Request "{id.to_owned()}</small> });
            view! { <div class="banner" data-tone="bad"><p>{error.sentence()}</p>{request}</div> }
                .into_any()
        }
        Notice::Invalid(list) => {
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

/// Draws the notice about a change by another user: the form can take over the other changes, and keeps what this
/// user typed.
fn stale(submit: Submit, load: Option<Load>) -> AnyView {
    let merge = move |_| {
        let Some(work) = load.as_ref().map(|load| load()) else {
            return;
        };
        leptos::task::spawn_local(async move {
            let outcome: Result<(Value, String), ApiError> = work.await;
            if submit.notice.try_get_untracked().is_none() {
                return;
            }
            match outcome {
                Ok((record, _)) => {
                    submit.form.rebase(&record);
                    submit.notice.set(None);
                    toast::good(
                        "Their changes are loaded and yours are kept. Check the form and save.",
                    );
                }
                Err(error) => toast::error(&error),
            }
        });
    };
    view! {
        <div class="banner" data-tone="waiting"><p>"Another user changed this while you were editing. Your changes are kept."</p>
            <button type="button" class="btn sm" on:click=merge>"Load their changes, keep mine"</button></div>
    }
    .into_any()
}
