//! Sending one file: what it is, and the file itself.

use crate::{
    Task,
    api::{self, Call, Fault, Pairs, send},
    chance,
    form::{Draft, Field, controls::control, state::Form},
    format::sentence,
    route, task,
    ui::{drop::Chosen, file_drop, toast},
};
use leptos::prelude::*;
use serde_json::Value;
use std::{marker::PhantomData, sync::Arc};
use wire::Resource;

/// An upload in the making, of a file that becomes an `R`.
pub struct UploadPage<R> {
    title: &'static str,
    says: &'static str,
    fields: Vec<Field>,
    accept: &'static str,
    hint: &'static str,
    leads: fn(&R) -> String,
    begin: Value,
    is_table: bool,
    becomes: PhantomData<R>,
}

/// Begins one: its title, what the browser's chooser offers, what may be sent in words, and where it leads.
pub fn upload_page<R: Resource>(
    title: &'static str,
    accept: &'static str,
    hint: &'static str,
    leads: fn(&R) -> String,
) -> UploadPage<R> {
    UploadPage {
        title,
        says: "",
        fields: Vec::new(),
        accept,
        hint,
        leads,
        begin: Value::Null,
        is_table: false,
        becomes: PhantomData,
    }
}

type Send = Arc<dyn Fn(web_sys::File, Pairs) -> Task<Result<(String, String), Fault>>>;

#[derive(Clone, Copy)]
struct State {
    form: Form,
    file: Chosen,
    fault: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    is_table: bool,
    send: StoredValue<Send, LocalStorage>,
}

impl<R: Resource> UploadPage<R> {
    /// What becomes of the file.
    pub fn says(mut self, says: &'static str) -> Self {
        self.says = says;
        self
    }
    /// Something to be said about the file; its key is the query parameter.
    pub fn option(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }
    /// What the options begin with.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// The file is a table: its ending says which, whatever the browser thinks, and its name tells nobody anything.
    pub fn table(mut self) -> Self {
        self.is_table = true;
        self
    }
    /// Draws it. Query parameters named like options fill those in.
    pub fn show(self) -> AnyView {
        let form = Form::new(self.fields.clone(), true, Arc::new(|_| Ok(Vec::new())));
        let query = crate::route::use_query().get_untracked();
        let begin = self.fields.iter().filter_map(|field| {
            let text = query.get(field.key)?;
            Some((field.key.to_owned(), Value::String(text)))
        });
        let mut first = self.begin.as_object().cloned().unwrap_or_default();
        first.extend(begin);
        form.begin(&Value::Object(first));
        let (leads, is_table) = (self.leads, self.is_table);
        let send: Send = Arc::new(move |file, pairs| {
            task(async move {
                let media = match file.name().to_lowercase() {
                    _ if !is_table => file.type_(),
                    name if name.ends_with(".json") => "application/json".to_owned(),
                    _ => "text/csv".to_owned(),
                };
                let call = Call::post(api::with_query(R::PATH, &pairs)).file(&file, &media);
                let made: R = send(call.once(&chance::uuid())).await?.json().await?;
                Ok((made.label(), leads(&made)))
            })
        });
        let state = State {
            form,
            file: RwSignal::new_local(None),
            fault: RwSignal::new(None),
            busy: RwSignal::new(false),
            is_table,
            send: StoredValue::new_local(send),
        };
        page(state, &self)
    }
}

fn page<R>(state: State, upload: &UploadPage<R>) -> AnyView {
    let fields = upload.fields.iter().cloned();
    let fields = fields
        .map(|field| control(state.form, field))
        .collect_view();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        run(state);
    };
    let zone = file_drop("upload-file", upload.accept, upload.hint, state.file);
    view! {
        <div class="page import-page">
            <header class="page-head"><h1>{upload.title}</h1></header>
            <form novalidate on:submit=submit>
                <section class="card form-section"><div class="form-about"><h2>"File"</h2>
                    <p class="muted">{upload.says}</p></div>
                    <div class="form-fields">{fields}<div class="field">{zone}</div>
                        <div class="field" role="alert">{move || state.fault.get().map(|text| view! { <p
                            class="banner" data-tone="bad">{text}</p> })}</div>
                        <div class="actions"><button type="submit" class="btn primary"
                            aria-busy={move || state.busy.get().to_string()}>"Upload"</button></div></div></section>
            </form>
        </div>
    }
    .into_any()
}

fn run(state: State) {
    if state.busy.get_untracked() {
        return;
    }
    state.fault.set(None);
    state.form.touch_all();
    let (options, faults) = state
        .form
        .draft
        .with_untracked(|draft: &Draft| state.form.read(draft));
    if !faults.is_empty() {
        return state
            .fault
            .set(Some("Please correct these fields.".to_owned()));
    }
    let Some(file) = state.file.get_untracked() else {
        return state.fault.set(Some("Choose a file first.".to_owned()));
    };
    let fields = state.form.fields.get_value();
    let said = fields.iter().filter_map(|field| {
        let value = options.get(field.key)?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some((field.key, text))
    });
    let name = (!state.is_table).then(|| ("file_name", file.name()));
    let pairs: Pairs = said.chain(name).collect();
    state.busy.set(true);
    let work = (state.send.get_value())(file, pairs);
    leptos::task::spawn_local(async move {
        let outcome = work.await;
        if state.busy.try_set(false).is_some() {
            return;
        }
        match outcome {
            Ok((label, href)) => {
                toast::good(format!("Uploaded {label}"));
                route::go(&href);
            }
            Err(fault) => state.fault.set(Some(told(&fault))),
        }
    });
}

/// What is wrong with the file itself is said without naming it as a field.
fn told(fault: &Fault) -> String {
    let one = |(field, message): (String, String)| match field.as_str() {
        "file" | "file_name" => message,
        _ => format!("{}: {message}", sentence(&field)),
    };
    let all: Vec<String> = fault.fields().into_iter().map(one).collect();
    if all.is_empty() {
        fault.sentence()
    } else {
        all.join(" ")
    }
}
