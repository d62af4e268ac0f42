//! A page with a dry run: the form sends it, and the page draws the preview below.

use super::form_page::validate;
use crate::{
    api::{ApiError, Call, send},
    form::{
        Field,
        controls::control,
        state::{Form, Validate},
        submit::{Notice, Save, Saved, Submit},
    },
    task,
};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{marker::PhantomData, sync::Arc};
use wire::Check;

/// Builds the request body from the draft.
type Make = Arc<dyn Fn(Map<String, Value>) -> Value + Send + Sync>;
type Draw<R> = Arc<dyn Fn(R, Value) -> AnyView + Send + Sync>;
type Named = fn(&str) -> String;

/// The description of a preview page: `T` is the request type, `R` the response type.
pub struct PreviewPage<T, R> {
    title: &'static str,
    text: &'static str,
    path: &'static str,
    groups: Vec<(&'static str, &'static str, Vec<Field>)>,
    begin: Value,
    make: Make,
    named: Named,
    sent: PhantomData<(T, R)>,
}

/// Starts the description: a title, a line of text, and the path of the dry run.
pub fn preview_page<T, R>(
    title: &'static str,
    text: &'static str,
    path: &'static str,
) -> PreviewPage<T, R> {
    PreviewPage {
        title,
        text,
        path,
        groups: Vec::new(),
        begin: Value::Null,
        make: Arc::new(Value::Object),
        named: str::to_owned,
        sent: PhantomData,
    }
}

impl<T, R> PreviewPage<T, R>
where
    T: Serialize + DeserializeOwned + Check + 'static,
    R: DeserializeOwned + Clone + Send + Sync + 'static,
{
    /// Adds a section: a title, a hint and its fields.
    pub fn section(
        mut self,
        title: &'static str,
        hint: &'static str,
        fields: impl IntoIterator<Item = Field>,
    ) -> Self {
        self.groups
            .push((title, hint, fields.into_iter().collect()));
        self
    }
    /// Sets the initial values. Query parameters with the names of fields override them.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// Sets how the request body is built from the draft.
    pub fn make(
        mut self,
        make: impl Fn(Map<String, Value>) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.make = Arc::new(make);
        self
    }
    /// Sets under which field an error of the request body is shown.
    pub fn named(mut self, named: Named) -> Self {
        self.named = named;
        self
    }
    /// Draws the page. `draw` gets the response and the request body; the preview disappears when a field changes.
    pub fn show(self, draw: impl Fn(R, Value) -> AnyView + Send + Sync + 'static) -> AnyView {
        let fields: Vec<Field> = self
            .groups
            .iter()
            .flat_map(|group| group.2.clone())
            .collect();
        let (make, named) = (Arc::clone(&self.make), self.named);
        let validate: Validate = Arc::new(move |typed| {
            let sent = make(typed).as_object().cloned().unwrap_or_default();
            let errors = validate::<T>(sent)?;
            let placed = errors.into_iter().map(|error| wire::FieldError {
                field: named(&error.field),
                ..error
            });
            Ok(placed.collect())
        });
        let form = Form::new(fields.clone(), true, validate);
        form.begin(&filled(self.begin, &fields));
        let report = RwSignal::new(None::<(R, Value)>);
        Effect::new(move |before: Option<()>| {
            form.draft.track();
            if before.is_some() {
                report.set(None);
            }
        });
        let submit = Submit::new(form);
        let save = tried(self.path, Arc::clone(&self.make), report, named);
        let run = move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            submit.run(&save, |_| {});
        };
        let groups = self.groups.into_iter().map(|(title, hint, fields)| {
            let fields = fields.into_iter().map(|field| control(form, field));
            let fields = fields.collect_view();
            view! {
                <section class="card form-section"><div class="form-about"><h2>{title}</h2><p class="muted">{hint}</p></div>
                    <div class="form-fields">{fields}</div></section>
            }
        });
        let draw: Draw<R> = Arc::new(draw);
        let drawn = move || report.get().map(|(answer, sent)| draw(answer, sent));
        view! {
            <div class="page preview-page">
                <header class="page-head"><div><h1>{self.title}</h1><p class="muted">{self.text}</p></div></header>
                <form novalidate on:submit=run>
                    <div role="alert" id=crate::form::submit::NOTICE tabindex="-1">{move || submit.notice.get().map(notice_view)}</div>
                    {groups.collect_view()}
                    <div class="actions preview-foot"><button type="submit" class="btn" class:primary={move || report.with(Option::is_none)}
                        aria-busy={move || submit.busy.get().to_string()}>"Preview"</button></div>
                </form>
                <div aria-live="polite">{drawn}</div>
            </div>
        }
        .into_any()
    }
}

fn filled(begin: Value, fields: &[Field]) -> Value {
    let mut begin = begin.as_object().cloned().unwrap_or_default();
    let query = crate::route::use_query().get_untracked();
    for field in fields {
        if let Some(text) = query.get(field.key) {
            // A field with a list as its initial value takes a list, separated by commas.
            let given = match begin.get(field.key) {
                Some(Value::Array(_)) => text.split(',').map(Value::from).collect(),
                _ => Value::String(text),
            };
            begin.insert(field.key.to_owned(), given);
        }
    }
    Value::Object(begin)
}

/// Sends the dry run, and maps the server's errors to the fields.
fn tried<R>(
    path: &'static str,
    make: Make,
    report: RwSignal<Option<(R, Value)>>,
    named: Named,
) -> Save
where
    R: DeserializeOwned + Clone + Send + Sync + 'static,
{
    Arc::new(move |typed| {
        let sent = make(typed);
        task(async move {
            let call = Call::post(format!("{path}?dry_run=true")).json(&sent);
            let answer = async { send(call).await?.json::<R>().await };
            let answer = answer.await.map_err(|error| placed(error, named))?;
            let _ = report.try_set(Some((answer, sent)));
            Ok(Saved {
                label: String::new(),
                href: String::new(),
            })
        })
    })
}

fn placed(error: ApiError, named: Named) -> ApiError {
    match error {
        ApiError::Problem(mut problem) => {
            for error in &mut problem.errors {
                error.field = named(&error.field);
            }
            ApiError::Problem(problem)
        }
        other => other,
    }
}

fn notice_view(notice: Notice) -> AnyView {
    let text = match notice {
        Notice::Failed(error) => error.sentence(),
        Notice::Invalid(list) => list
            .into_iter()
            .map(|(field, text)| {
                field.map_or_else(|| text.clone(), |(label, _)| format!("{label}: {text}"))
            })
            .collect::<Vec<_>>()
            .join(" "),
        Notice::Stale => "This record has changed in the meantime. Reload the page.".to_owned(),
    };
    view! { <p class="banner" data-tone="bad">{text}</p> }.into_any()
}
