//! Uploading one file with its details.

use crate::{
    Task,
    api::{self, ApiError, Call, Pairs, send},
    form::{Draft, Field, controls::control, state::Form},
    format::sentence,
    ids, route, task,
    ui::{drop::Chosen, file_drop, toast},
};
use leptos::prelude::*;
use serde_json::Value;
use std::{marker::PhantomData, sync::Arc};
use wire::Resource;

/// The description of an upload that creates an `R`.
pub struct UploadPage<R> {
    title: &'static str,
    text: &'static str,
    fields: Vec<Field>,
    accept: &'static str,
    hint: &'static str,
    leads: fn(&R) -> String,
    begin: Value,
    is_table: bool,
    becomes: PhantomData<R>,
}

/// Starts the description: a title, the accepted types, a hint about them, and the address after the upload.
pub fn upload_page<R: Resource>(
    title: &'static str,
    accept: &'static str,
    hint: &'static str,
    leads: fn(&R) -> String,
) -> UploadPage<R> {
    UploadPage {
        title,
        text: "",
        fields: Vec::new(),
        accept,
        hint,
        leads,
        begin: Value::Null,
        is_table: false,
        becomes: PhantomData,
    }
}

type Send = Arc<dyn Fn(web_sys::File, Pairs) -> Task<Result<(String, String), ApiError>>>;

#[derive(Clone, Copy)]
struct State {
    form: Form,
    file: Chosen,
    error: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    is_table: bool,
    send: StoredValue<Send, LocalStorage>,
}

impl<R: Resource> UploadPage<R> {
    /// Describes the purpose of the file.
    pub fn text(mut self, text: &'static str) -> Self {
        self.text = text;
        self
    }
    /// Adds a detail of the file; its key is the query parameter.
    pub fn option(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }
    /// Sets the initial values of the details.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// Marks the file as a table: its extension decides on the media type, and its name is not sent.
    pub fn table(mut self) -> Self {
        self.is_table = true;
        self
    }
    /// Draws the page. Query parameters with the names of details fill them in.
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
                let made: R = send(call.idempotency_key(&ids::uuid()))
                    .await?
                    .json()
                    .await?;
                Ok((made.label(), leads(&made)))
            })
        });
        let state = State {
            form,
            file: RwSignal::new_local(None),
            error: RwSignal::new(None),
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
                    <p class="muted">{upload.text}</p></div>
                    <div class="form-fields">{fields}<div class="field">{zone}</div>
                        <div class="field" role="alert">{move || state.error.get().map(|text| view! { <p
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
    state.error.set(None);
    state.form.touch_all();
    let (options, errors) = state
        .form
        .draft
        .with_untracked(|draft: &Draft| state.form.read(draft));
    if !errors.is_empty() {
        return state
            .error
            .set(Some("Please correct these fields.".to_owned()));
    }
    let Some(file) = state.file.get_untracked() else {
        return state.error.set(Some("Choose a file first.".to_owned()));
    };
    let fields = state.form.fields.get_value();
    let values = fields.iter().filter_map(|field| {
        let value = options.get(field.key)?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some((field.key, text))
    });
    let name = (!state.is_table).then(|| ("file_name", file.name()));
    let pairs: Pairs = values.chain(name).collect();
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
            Err(error) => state.error.set(Some(error_text(&error))),
        }
    });
}

/// Returns the error text. Errors of the file itself appear without a field name.
fn error_text(error: &ApiError) -> String {
    let one = |(field, message): (String, String)| match field.as_str() {
        "file" | "file_name" => message,
        _ => format!("{}: {message}", sentence(&field)),
    };
    let all: Vec<String> = error.fields().into_iter().map(one).collect();
    if all.is_empty() {
        error.sentence()
    } else {
        all.join(" ")
    }
}
