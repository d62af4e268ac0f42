//! Something that is tried before it is done: what is typed becomes a dry run, and what that answers is drawn below.

use super::form_page::judge;
use crate::{
    api::{Call, Fault, send},
    form::{
        Field,
        controls::control,
        state::{Form, Judge},
        submit::{Notice, Save, Saved, Submit},
    },
    task,
};
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{marker::PhantomData, sync::Arc};
use wire::Check;

/// Makes what is sent of what is typed.
type Make = Arc<dyn Fn(Map<String, Value>) -> Value + Send + Sync>;
type Draw<R> = Arc<dyn Fn(R, Value) -> AnyView + Send + Sync>;
type Named = fn(&str) -> String;

/// A rehearsal in the making: `T` is sent, `R` is answered.
pub struct RehearsalPage<T, R> {
    title: &'static str,
    says: &'static str,
    path: &'static str,
    groups: Vec<(&'static str, &'static str, Vec<Field>)>,
    begin: Value,
    make: Make,
    named: Named,
    sent: PhantomData<(T, R)>,
}

/// Begins one: its title, a line about it, and where the dry run is sent.
pub fn rehearsal_page<T, R>(
    title: &'static str,
    says: &'static str,
    path: &'static str,
) -> RehearsalPage<T, R> {
    RehearsalPage {
        title,
        says,
        path,
        groups: Vec::new(),
        begin: Value::Null,
        make: Arc::new(Value::Object),
        named: str::to_owned,
        sent: PhantomData,
    }
}

impl<T, R> RehearsalPage<T, R>
where
    T: Serialize + DeserializeOwned + Check + 'static,
    R: DeserializeOwned + Clone + Send + Sync + 'static,
{
    /// Fields that belong together.
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
    /// What stands in the fields to begin with. Query parameters named like fields fill those in.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// How what is typed becomes what is sent.
    pub fn make(
        mut self,
        make: impl Fn(Map<String, Value>) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.make = Arc::new(make);
        self
    }
    /// Under which field a fault of what is sent is shown.
    pub fn named(mut self, named: Named) -> Self {
        self.named = named;
        self
    }
    /// Draws it. What the dry run answers is drawn with what was sent, until something else is typed.
    pub fn show(self, draw: impl Fn(R, Value) -> AnyView + Send + Sync + 'static) -> AnyView {
        let fields: Vec<Field> = self
            .groups
            .iter()
            .flat_map(|group| group.2.clone())
            .collect();
        let (make, named) = (Arc::clone(&self.make), self.named);
        let judged: Judge = Arc::new(move |typed| {
            let sent = make(typed).as_object().cloned().unwrap_or_default();
            let faults = judge::<T>(sent)?;
            let placed = faults.into_iter().map(|fault| wire::FieldError {
                field: named(&fault.field),
                ..fault
            });
            Ok(placed.collect())
        });
        let form = Form::new(fields.clone(), true, judged);
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
            <div class="page rehearsal-page">
                <header class="page-head"><div><h1>{self.title}</h1><p class="muted">{self.says}</p></div></header>
                <form novalidate on:submit=run>
                    <div role="alert" id=crate::form::submit::NOTICE tabindex="-1">{move || submit.notice.get().map(says)}</div>
                    {groups.collect_view()}
                    <div class="actions rehearsal-foot"><button type="submit" class="btn" class:primary={move || report.with(Option::is_none)}
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
            // What begins as a list is a list, of one or of several with commas between.
            let given = match begin.get(field.key) {
                Some(Value::Array(_)) => text.split(',').map(Value::from).collect(),
                _ => Value::String(text),
            };
            begin.insert(field.key.to_owned(), given);
        }
    }
    Value::Object(begin)
}

/// Sends the dry run, and puts the server's faults under the fields that they are about.
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
            let answer = answer.await.map_err(|fault| placed(fault, named))?;
            let _ = report.try_set(Some((answer, sent)));
            Ok(Saved {
                label: String::new(),
                href: String::new(),
            })
        })
    })
}

fn placed(fault: Fault, named: Named) -> Fault {
    match fault {
        Fault::Refused(mut problem) => {
            for error in &mut problem.errors {
                error.field = named(&error.field);
            }
            Fault::Refused(problem)
        }
        other => other,
    }
}

fn says(notice: Notice) -> AnyView {
    let text = match notice {
        Notice::Refused(fault) => fault.sentence(),
        Notice::Faults(list) => list
            .into_iter()
            .map(|(field, says)| {
                field.map_or_else(|| says.clone(), |(label, _)| format!("{label}: {says}"))
            })
            .collect::<Vec<_>>()
            .join(" "),
        Notice::Stale => "It was changed meanwhile. Look again.".to_owned(),
    };
    view! { <p class="banner" data-tone="bad">{text}</p> }.into_any()
}
