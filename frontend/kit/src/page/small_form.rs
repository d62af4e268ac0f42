//! A few fields and a button within a page: what is typed becomes one call, and then they are empty again.

use super::form_page::judge;
use crate::{
    Task,
    api::Fault,
    form::{
        Field,
        controls::control,
        state::{Form, Judge},
        submit::{Notice, Save, Saved, Submit},
    },
    task,
    ui::Look,
};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::Check;

/// What a small form is, but for what it does.
pub struct SmallForm {
    /// Its fields, each named as in the shape that is sent.
    pub fields: Vec<Field>,
    /// What stands in them at first, and again once it was sent.
    pub begin: Value,
    /// What is sent besides.
    pub with: Map<String, Value>,
    /// The word on the button.
    pub verb: &'static str,
    /// How the button looks.
    pub look: Look,
    /// Whether what was sent stays in its fields.
    pub keeps: bool,
}

impl SmallForm {
    /// These fields, and a button that says this.
    pub fn new(verb: &'static str, fields: impl IntoIterator<Item = Field>) -> Self {
        Self {
            fields: fields.into_iter().collect(),
            begin: Value::Null,
            with: Map::new(),
            verb,
            look: Look::Primary,
            keeps: false,
        }
    }
    /// Sends this as well, under its name.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.with.insert(name.to_owned(), value.into());
        self
    }
    /// With this in its fields, by their names.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// What was sent stays in its fields: for a question that is asked again a little differently.
    pub fn keep(mut self) -> Self {
        self.keeps = true;
        self
    }
    /// With a button that takes something away.
    pub fn danger(mut self) -> Self {
        self.look = Look::Danger;
        self
    }
}

/// Draws it. The shape checks itself before it is sent, and what the server says stands under its field.
pub fn small_form<T>(
    of: SmallForm,
    run: impl Fn(T) -> Task<Result<(), Fault>> + Send + Sync + 'static,
) -> AnyView
where
    T: Serialize + DeserializeOwned + Check + 'static,
{
    let SmallForm {
        fields,
        begin,
        with,
        verb,
        look,
        keeps,
    } = of;
    let besides = with.clone();
    let judge: Judge = Arc::new(move |sent| judge::<T>(joined(sent, &besides)));
    let form = Form::new(fields.clone(), true, judge);
    form.begin(&begin);
    let submit = Submit::new(form);
    let run = Arc::new(run);
    let save: Save = Arc::new(move |sent| {
        let shape = serde_json::from_value::<T>(Value::Object(joined(sent, &with)));
        let run = Arc::clone(&run);
        task(async move {
            // It was read once before, by the check.
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
            <div role="alert">{move || submit.notice.get().map(says)}</div>
            <div class="actions"><button type="submit" class=look.class() aria-busy={move || submit.busy.get().to_string()}>
                {verb}</button></div>
        </form>
    }
    .into_any()
}

fn joined(mut sent: Map<String, Value>, with: &Map<String, Value>) -> Map<String, Value> {
    sent.extend(with.clone());
    sent
}

fn says(notice: Notice) -> AnyView {
    let text = match notice {
        Notice::Refused(fault) => fault.sentence(),
        // Each stands under its field, but for those that have none.
        Notice::Faults(list) => list
            .into_iter()
            .filter(|(field, _)| field.is_none())
            .map(|(_, says)| says)
            .collect::<Vec<_>>()
            .join(" "),
        Notice::Stale => "It was changed meanwhile. Load the page again.".to_owned(),
    };
    (!text.is_empty())
        .then(|| view! { <p class="banner" data-tone="bad">{text}</p> })
        .into_any()
}
