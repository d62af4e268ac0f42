//! A form as a description: the same one makes a new thing and edits a known one.

use super::{
    form_answer::{Address, Draw, Propose, follow},
    form_view,
};
use crate::{
    Task,
    api::{self, Fault},
    chance,
    form::{
        Draft, Field,
        state::{Form, Judge},
        submit::{Save, Saved},
    },
    task,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{marker::PhantomData, sync::Arc};
use wire::{Check, FieldErrors, Resource};

/// Fields that belong together.
#[derive(Clone)]
pub(super) struct Group {
    pub title: &'static str,
    pub hint: &'static str,
    pub fields: Vec<Field>,
}

/// Loads the thing: its JSON, its name.
pub(super) type Load = Arc<dyn Fn() -> Task<Result<(Value, String), Fault>> + Send + Sync>;

/// A card that follows what is typed.
#[derive(Clone)]
pub(super) struct Aside {
    pub title: &'static str,
    pub hint: &'static str,
    pub view: Arc<dyn Fn(Form) -> AnyView + Send + Sync>,
}

/// Returns the label of the submit button for the current draft.
pub(super) type Verb = Arc<dyn Fn(&Draft) -> String + Send + Sync>;
/// Builds the confirmation that the user answers before the form is sent.
pub(super) type Confirm = Arc<dyn Fn(Draft) -> Task<Result<Confirmation, Fault>> + Send + Sync>;

/// The confirmation before a form is sent that cannot be undone.
#[derive(Debug, Clone)]
pub struct Confirmation {
    /// The action and its amount: `Refund $3.00?`
    pub title: String,
    /// The consequences.
    pub text: String,
    /// The label of the button.
    pub verb: String,
}

/// What a form page is, without its types.
pub(super) struct Sheet {
    pub one: &'static str,
    pub groups: Vec<Group>,
    pub form: Form,
    pub begin: Value,
    pub load: Option<Load>,
    pub save: Save,
    pub back: String,
    pub verb: Option<Verb>,
    pub confirm: Option<Confirm>,
    pub note: Option<&'static str>,
    pub asides: Vec<Aside>,
}

/// A form in the making. `N` is what makes a new thing, `E` what changes a known one.
pub struct FormPage<R: Resource, N, E> {
    id: Option<R::Id>,
    one: &'static str,
    groups: Vec<Group>,
    begin: Value,
    back: Option<String>,
    verb: Option<Verb>,
    confirm: Option<Confirm>,
    note: Option<&'static str>,
    asides: Vec<Aside>,
    leads: Option<Lead<R>>,
    then: Option<Then<R>>,
    read: Option<Read<R>>,
    types: PhantomData<(N, E)>,
}

/// How a known thing is read.
type Read<R> = Arc<dyn Fn() -> Task<Result<R, Fault>> + Send + Sync>;
/// Where a saved thing leads.
type Lead<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;
/// What is done besides, once it is saved.
type Then<R> = Arc<dyn Fn(&R) + Send + Sync>;

/// For things that cannot be edited.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fixed {}

impl Check for Fixed {
    fn check(&self, _: &mut FieldErrors) {}
}

/// Begins a form: for the thing with this id, or for a new one.
pub fn form_page<R, N, E>(id: Option<R::Id>) -> FormPage<R, N, E>
where
    R: Resource,
    N: Serialize + DeserializeOwned + Check + 'static,
    E: Serialize + DeserializeOwned + Check + 'static,
{
    FormPage {
        id,
        one: R::ONE,
        groups: Vec::new(),
        begin: Value::Null,
        back: None,
        verb: None,
        confirm: None,
        note: None,
        asides: Vec::new(),
        leads: None,
        then: None,
        read: None,
        types: PhantomData,
    }
}

impl<R, N, E> FormPage<R, N, E>
where
    R: Resource,
    N: Serialize + DeserializeOwned + Check + 'static,
    E: Serialize + DeserializeOwned + Check + 'static,
{
    /// Fields that belong together, under a title.
    pub fn section(
        mut self,
        title: &'static str,
        hint: &'static str,
        fields: impl IntoIterator<Item = Field>,
    ) -> Self {
        self.groups.push(Group {
            title,
            hint,
            fields: fields.into_iter().collect(),
        });
        self
    }
    /// What a new thing is called, when only some of its kind are made here: a user, but always a customer.
    pub fn one(mut self, one: &'static str) -> Self {
        self.one = one;
        self
    }
    /// What a new thing begins with. Query parameters named like fields fill those in, too.
    pub fn defaults(mut self, new: &N) -> Self {
        self.begin = serde_json::to_value(new).unwrap_or_default();
        self
    }
    /// The same, for a shape that has no whole default.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// Where it leads when nothing is saved; one step up when not said.
    pub fn back(mut self, path: impl Into<String>) -> Self {
        self.back = Some(path.into());
        self
    }
    /// The word on the button, when it is not "Create" or "Save".
    pub fn verb(self, verb: &'static str) -> Self {
        self.verb_of(move |_| verb.to_owned())
    }
    /// Sets the label of the button from the current draft: `Refund $3.00`.
    pub fn verb_of(mut self, verb: impl Fn(&Draft) -> String + Send + Sync + 'static) -> Self {
        self.verb = Some(Arc::new(verb));
        self
    }
    /// Asks for a confirmation before the form is sent. Only the button sends such a form: Enter in a field does not.
    pub fn confirm<F>(mut self, confirm: impl Fn(Draft) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Confirmation, Fault>> + 'static,
    {
        self.confirm = Some(Arc::new(move |draft| task(confirm(draft))));
        self
    }
    /// A line above the form: what it does, and what it leaves alone.
    pub fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
    /// A card beside the fields, or below them where it is narrow, with what an address answers to what is typed, such as a price. Nothing is asked while
    /// there is no address; `draw` is then given nothing.
    pub fn answer<T: DeserializeOwned + Clone + Send + Sync + 'static>(
        mut self,
        title: &'static str,
        hint: &'static str,
        address: impl Fn(&Draft) -> Option<String> + Send + Sync + 'static,
        draw: impl Fn(&Draft, Option<Result<T, Fault>>) -> AnyView + Send + Sync + 'static,
    ) -> Self {
        let (address, draw): (Address, Draw<T>) = (Arc::new(address), Arc::new(draw));
        let view = move |form: Form| follow(form, Arc::clone(&address), Arc::clone(&draw), None);
        let view = Arc::new(view);
        self.asides.push(Aside { title, hint, view });
        self
    }
    /// Adds such a card whose answer also proposes values: texts by the keys of fields. A proposal is updated with the
    /// answer and the other fields until the user types another value into its field. A key without a field is kept in
    /// the draft and not sent.
    pub fn proposing_answer<T: DeserializeOwned + Clone + Send + Sync + 'static>(
        mut self,
        title: &'static str,
        hint: &'static str,
        address: impl Fn(&Draft) -> Option<String> + Send + Sync + 'static,
        propose: impl Fn(&Draft, &T) -> Vec<(&'static str, String)> + Send + Sync + 'static,
        draw: impl Fn(&Draft, Option<Result<T, Fault>>) -> AnyView + Send + Sync + 'static,
    ) -> Self {
        let (address, draw): (Address, Draw<T>) = (Arc::new(address), Arc::new(draw));
        let propose: Propose<T> = Arc::new(propose);
        let view = move |form: Form| {
            let propose = Some(Arc::clone(&propose));
            follow(form, Arc::clone(&address), Arc::clone(&draw), propose)
        };
        let view = Arc::new(view);
        self.asides.push(Aside { title, hint, view });
        self
    }
    /// How the known thing is read, when its own address does not show all of it.
    pub fn read_by(
        mut self,
        read: impl Fn() -> Task<Result<R, Fault>> + Send + Sync + 'static,
    ) -> Self {
        self.read = Some(Arc::new(read));
        self
    }
    /// Where it leads once it is saved; to the page of the thing when not said.
    pub fn leads(mut self, href: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.leads = Some(Arc::new(href));
        self
    }
    /// What is done besides once it is saved, such as showing what is never shown again.
    pub fn then(mut self, then: impl Fn(&R) + Send + Sync + 'static) -> Self {
        self.then = Some(Arc::new(then));
        self
    }
    /// Draws it.
    pub fn show(self) -> AnyView {
        let here = use_location().pathname.get_untracked();
        let (parent, _) = here.rsplit_once('/').unwrap_or((&here, ""));
        let parent = parent.to_owned();
        let is_new = self.id.is_none();
        let fields: Vec<Field> = self
            .groups
            .iter()
            .flat_map(|group| group.fields.iter().cloned())
            .collect();
        let judge: Judge = if is_new {
            Arc::new(judge::<N>)
        } else {
            Arc::new(judge::<E>)
        };
        let begin = if is_new {
            prefilled(self.begin, &fields)
        } else {
            Value::Null
        };
        let version = StoredValue::new(0);
        let sheet = Sheet {
            one: self.one,
            groups: self.groups,
            form: Form::new(fields, is_new, judge),
            begin,
            load: self.id.map(|id| {
                let read = self.read;
                load(read.unwrap_or_else(|| usually::<R>(id)), version)
            }),
            save: save::<R>(
                self.id,
                version,
                self.leads.unwrap_or_else(|| usual(is_new, parent.clone())),
                self.then,
            ),
            back: self.back.unwrap_or(parent),
            verb: self.verb,
            confirm: self.confirm,
            note: self.note,
            asides: self.asides,
        };
        form_view::view(sheet)
    }
}

pub(super) fn judge<T: DeserializeOwned + Check>(
    sent: serde_json::Map<String, Value>,
) -> Result<Vec<wire::FieldError>, String> {
    serde_json::from_value::<T>(Value::Object(sent))
        .map(|shape| shape.faults())
        .map_err(|error| format!("This cannot be sent yet: {error}."))
}

fn prefilled(begin: Value, fields: &[Field]) -> Value {
    let mut begin = if begin.is_object() {
        begin
    } else {
        Value::Object(serde_json::Map::new())
    };
    let query = crate::route::use_query().get_untracked();
    if let Some(values) = begin.as_object_mut() {
        for field in fields {
            if let Some(text) = query.get(field.key) {
                values.insert(field.key.to_owned(), Value::String(text));
            }
        }
    }
    begin
}

fn usually<R: Resource>(id: R::Id) -> Read<R> {
    Arc::new(move || task(api::find::<R>(id)))
}

fn load<R: Resource>(read: Read<R>, version: StoredValue<i32>) -> Load {
    Arc::new(move || {
        let read = read();
        task(async move {
            let thing = read.await?;
            let _ = version.try_set_value(thing.version());
            Ok((
                serde_json::to_value(&thing).unwrap_or_default(),
                thing.label(),
            ))
        })
    })
}

/// A new thing stands one step below the list; an edited one, one step above its form.
fn usual<R: Resource>(is_new: bool, parent: String) -> Lead<R> {
    Arc::new(move |thing| {
        if is_new {
            format!("{parent}/{}", thing.id())
        } else {
            parent.clone()
        }
    })
}

fn save<R: Resource>(
    id: Option<R::Id>,
    version: StoredValue<i32>,
    leads: Lead<R>,
    then: Option<Then<R>>,
) -> Save {
    // One key per form: sent again after a lost answer, it must not make a second thing.
    let key = chance::uuid();
    Arc::new(move |sent| {
        let (key, leads, then) = (key.clone(), Arc::clone(&leads), then.clone());
        task(async move {
            let thing = match id {
                None => api::create::<R>(&sent, &key).await?,
                Some(id) => api::edit::<R>(id, version.get_value(), &sent).await?,
            };
            if let Some(then) = then {
                then(&thing);
            }
            Ok(Saved {
                label: thing.label(),
                href: leads(&thing),
            })
        })
    })
}
