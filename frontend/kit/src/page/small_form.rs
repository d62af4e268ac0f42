//! A small form within a page: it sends one request and is then empty again.

use super::form_page::validate;
use crate::{
    Task,
    api::ApiError,
    form::{
        Field,
        controls::control,
        state::{Form, Validate},
        submit::{Notice, Save, Saved, Submit},
    },
    task,
    ui::ButtonVariant,
};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::Check;

/// The description of a small form.
pub struct SmallForm {
    /// The fields, each with the name of its field in the request body.
    pub fields: Vec<Field>,
    /// The initial values, which the fields get again after the request.
    pub begin: Value,
    /// Further values of the request body.
    pub with: Map<String, Value>,
    /// The label of the button.
    pub verb: &'static str,
    /// The variant of the button.
    pub variant: ButtonVariant,
    /// Whether the fields keep their values after the request.
    pub keeps: bool,
}

impl SmallForm {
    /// Makes a form from the label of its button and its fields.
    pub fn new(verb: &'static str, fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            fields: fields.into_iter().collect(),
            begin: Value::Null,
            with: Map::new(),
            verb,
            variant: ButtonVariant::Primary,
            keeps: false,
        }
    }
    /// Adds a value to the request body.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with.insert(name.to_owned(), value.into());
        self
    }
    /// Sets the initial values.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// Keeps the values after the request, for a query that the user repeats with changes.
    pub fn keep(mut self) -> Self {
        self.keeps = true;
        self
    }
    /// Marks the button as one that removes something.
    pub fn danger(mut self) -> Self {
        self.variant = ButtonVariant::Danger;
        self
    }
}

/// Draws the form. The request type checks itself first, and the server's errors appear under their fields.
pub fn small_form<T>(
    of: SmallForm,
    run: impl Fn(T) -> Task<Result<(), ApiError>> + Send + Sync + 'static,
) -> AnyView
where
    T: Serialize + DeserializeOwned + Check + 'static,
{
    let SmallForm {
        fields,
        begin,
        with,
        verb,
        variant,
        keeps,
    } = of;
    let besides = with.clone();
    let validate: Validate = Arc::new(move |sent| validate::<T>(joined(sent, &besides)));
    let form = Form::new(fields.clone(), true, validate);
    form.begin(&begin);
    let submit = Submit::new(form);
    let run = Arc::new(run);
    let save: Save = Arc::new(move |sent| {
        let shape = serde_json::from_value::<T>(Value::Object(joined(sent, &with)));
        let run = Arc::clone(&run);
        task(async move {
            // The check has already parsed it once.
            if let Ok(shape) = shape {
                run(shape).await?;
            }
            Ok(Saved {
                label: String::new(),
                href: String::new(),
            })
        })
    });
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let begin = begin.clone();
        submit.run(&save, move |_| {
            if !keeps && form.draft.try_with_untracked(|_| ()).is_some() {
                form.begin(&begin);
            }
        });
    };
    let controls = fields.into_iter().map(|field| control(form, field));
    view! {
        <form class="small-form" novalidate on:submit=send>
            {controls.collect_view()}
            <div role="alert">{move || submit.notice.get().map(notice_view)}</div>
            <div class="actions"><button type="submit" class=variant.class() aria-busy={move || submit.busy.get().to_string()}>
                {verb}</button></div>
        </form>
    }
    .into_any()
}

fn joined(mut sent: Map<String, Value>, with: &Map<String, Value>) -> Map<String, Value> {
    sent.extend(with.clone());
    sent
}

fn notice_view(notice: Notice) -> AnyView {
    let text = match notice {
        Notice::Failed(error) => error.sentence(),
        // Errors of fields appear under them; only the others are listed here.
        Notice::Invalid(list) => list
            .into_iter()
            .filter(|(field, _)| field.is_none())
            .map(|(_, text)| text)
            .collect::<Vec<_>>()
            .join(" "),
        Notice::Stale => "This record has changed in the meantime. Reload the page.".to_owned(),
    };
    (!text.is_empty())
        .then(|| view! { <p class="banner" data-tone="bad">{text}</p> })
        .into_any()
}
