//! A form as a description: the same one creates a record and edits an existing one.

use super::{
    form_answer::{Address, Draw, Propose, follow},
    form_view,
};
use crate::{
    Task,
    api::{self, ApiError, Call},
    form::{
        Draft, Field,
        state::{Form, Validate},
        submit::{Save, Saved},
    },
    ids, task,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{marker::PhantomData, sync::Arc};
use wire::{Check, FieldErrors, Resource};

/// Fields that belong together.
#[derive(Clone)]
pub(super) struct Group {
    pub title: &'static str,
    pub hint: &'static str,
    pub fields: Vec<Field>,
}

/// Loads the record: its JSON and its label.
pub(super) type Load = Arc<dyn Fn() -> Task<Result<(Value, String), ApiError>> + Send + Sync>;

/// A card that follows the draft.
#[derive(Clone)]
pub(super) struct Aside {
    pub title: &'static str,
    pub hint: &'static str,
    pub view: Arc<dyn Fn(Form) -> AnyView + Send + Sync>,
}

/// Returns the label of the submit button for the current draft.
pub(super) type Verb = Arc<dyn Fn(&Draft) -> String + Send + Sync>;
/// Builds the confirmation that the user answers before the form is sent.
pub(super) type Confirm = Arc<dyn Fn(Draft) -> Task<Result<Confirmation, ApiError>> + Send + Sync>;

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

/// The description of a form page, without its types.
pub(super) struct FormSpec {
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

/// The description of a form. `N` is the request type of a new record, `E` that of an edit.
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
    shape: Option<Shape<R>>,
    make: Option<Make>,
    edit_path: Option<&'static str>,
    types: PhantomData<(N, E)>,
}

/// Reads the existing record.
type Read<R> = Arc<dyn Fn() -> Task<Result<R, ApiError>> + Send + Sync>;
/// Returns the values of the fields for an existing record.
type Shape<R> = Arc<dyn Fn(&R) -> Value + Send + Sync>;
/// Builds the request body from the values of all fields.
type Make = fn(Map<String, Value>) -> Map<String, Value>;
/// Returns the address after the form is saved.
type Lead<R> = Arc<dyn Fn(&R) -> String + Send + Sync>;
/// Runs after the form is saved.
type Then<R> = Arc<dyn Fn(&R) + Send + Sync>;

/// The edit type of records that cannot be edited.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotEditable {}

impl Check for NotEditable {
    fn check(&self, _: &mut FieldErrors) {}
}

/// Starts the description of a form, for an existing record or for a new one.
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
        shape: None,
        make: None,
        edit_path: None,
        types: PhantomData,
    }
}

impl<R, N, E> FormPage<R, N, E>
where
    R: Resource,
    N: Serialize + DeserializeOwned + Check + 'static,
    E: Serialize + DeserializeOwned + Check + 'static,
{
    /// Adds a section: a title, a hint and its fields.
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
    /// Sets the noun of a new record, if the form creates only one kind of it, such as a customer instead of a user.
    pub fn one(mut self, one: &'static str) -> Self {
        self.one = one;
        self
    }
    /// Sets the initial values of a new record. Query parameters with the names of fields override them.
    pub fn defaults(mut self, new: &N) -> Self {
        self.begin = serde_json::to_value(new).unwrap_or_default();
        self
    }
    /// Sets the initial values as JSON, for a request type without a complete default.
    pub fn begin(mut self, with: Value) -> Self {
        self.begin = with;
        self
    }
    /// Sets the address of "Cancel"; the default is the parent address.
    pub fn back(mut self, path: impl Into<String>) -> Self {
        self.back = Some(path.into());
        self
    }
    /// Sets the label of the submit button, instead of "Create" or "Save".
    pub fn verb(self, verb: &'static str) -> Self {
        self.verb_of(move |_| verb.to_owned())
    }
    /// Sets the label of the button from the current draft: `Refund $3.00`.
    pub fn verb_of(mut self, verb: impl Fn(&Draft) -> String + Send + Sync + 'static) -> Self {
        self.verb = Some(Arc::new(verb));
        self
    }
    /// Shows a confirmation before the form is sent. Only the button sends such a form: Enter in a field does not.
    pub fn confirm<F>(mut self, confirm: impl Fn(Draft) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Confirmation, ApiError>> + 'static,
    {
        self.confirm = Some(Arc::new(move |draft| task(confirm(draft))));
        self
    }
    /// Sets a line above the form that explains its effect.
    pub fn note(mut self, note: &'static str) -> Self {
        self.note = Some(note);
        self
    }
    /// Adds a card, beside or below the fields, with the response of an address that depends on the draft, such as a
    /// price. While there is no address, nothing is requested, and `draw` gets `None`.
    pub fn answer<T: DeserializeOwned + Clone + Send + Sync + 'static>(
        mut self,
        title: &'static str,
        hint: &'static str,
        address: impl Fn(&Draft) -> Option<String> + Send + Sync + 'static,
        draw: impl Fn(&Draft, Option<Result<T, ApiError>>) -> AnyView + Send + Sync + 'static,
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
        draw: impl Fn(&Draft, Option<Result<T, ApiError>>) -> AnyView + Send + Sync + 'static,
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
    /// Sets how the existing record is read, if its own address does not return all of it.
    pub fn read_by(
        mut self,
        read: impl Fn() -> Task<Result<R, ApiError>> + Send + Sync + 'static,
    ) -> Self {
        self.read = Some(Arc::new(read));
        self
    }
    /// Sets the values of the fields for an existing record, where they differ from the fields of the record.
    pub fn shaped_by(mut self, shape: impl Fn(&R) -> Value + Send + Sync + 'static) -> Self {
        self.shape = Some(Arc::new(shape));
        self
    }
    /// Sets how the request body is built from the values of all fields. An edit then sends the whole record.
    pub fn make(mut self, make: fn(Map<String, Value>) -> Map<String, Value>) -> Self {
        self.make = Some(make);
        self
    }
    /// Sets the path that edits the record, of which there is only one.
    pub fn edits_at(mut self, path: &'static str) -> Self {
        self.edit_path = Some(path);
        self
    }
    /// Sets the address after the form is saved; the default is the page of the record.
    pub fn leads(mut self, href: impl Fn(&R) -> String + Send + Sync + 'static) -> Self {
        self.leads = Some(Arc::new(href));
        self
    }
    /// Sets what runs after the form is saved, such as the dialog of a one-time secret.
    pub fn then(mut self, then: impl Fn(&R) + Send + Sync + 'static) -> Self {
        self.then = Some(Arc::new(then));
        self
    }
    /// Draws the form.
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
        let make = self.make.unwrap_or(|sent| sent);
        let validate: Validate = if is_new {
            Arc::new(move |sent| validate::<N>(make(sent)))
        } else {
            Arc::new(move |sent| validate::<E>(make(sent)))
        };
        let begin = if is_new {
            prefilled(self.begin, &fields)
        } else {
            Value::Null
        };
        let form = Form::new(fields, is_new, validate);
        let form = if self.make.is_some() {
            form.sending_all()
        } else {
            form
        };
        let version = StoredValue::new(0);
        let spec = FormSpec {
            one: self.one,
            groups: self.groups,
            form,
            begin,
            load: self.id.map(|id| {
                let read = self.read;
                load(
                    read.unwrap_or_else(|| usually::<R>(id)),
                    self.shape,
                    version,
                )
            }),
            save: save::<R>(
                Target {
                    id: self.id,
                    path: self.edit_path,
                    make,
                },
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
        form_view::view(spec)
    }
}

pub(super) fn validate<T: DeserializeOwned + Check>(
    sent: Map<String, Value>,
) -> Result<Vec<wire::FieldError>, String> {
    serde_json::from_value::<T>(Value::Object(sent))
        .map(|shape| shape.field_errors())
        .map_err(|error| format!("This cannot be sent yet: {error}."))
}

fn prefilled(begin: Value, fields: &[Field]) -> Value {
    let mut begin = if begin.is_object() {
        begin
    } else {
        Value::Object(Map::new())
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

fn load<R: Resource>(read: Read<R>, shape: Option<Shape<R>>, version: StoredValue<i32>) -> Load {
    Arc::new(move || {
        let (read, shape) = (read(), shape.clone());
        task(async move {
            let record = read.await?;
            let _ = version.try_set_value(record.version());
            let values = shape.map_or_else(
                || serde_json::to_value(&record).unwrap_or_default(),
                |shape| shape(&record),
            );
            Ok((values, record.label()))
        })
    })
}

/// Returns the default address after saving: a new record is one level below the list, an edited one is one level
/// above its form.
fn usual<R: Resource>(is_new: bool, parent: String) -> Lead<R> {
    Arc::new(move |record| {
        if is_new {
            format!("{parent}/{}", record.id())
        } else {
            parent.clone()
        }
    })
}

/// The record that a form saves, and the shape of the request.
struct Target<R: Resource> {
    id: Option<R::Id>,
    path: Option<&'static str>,
    make: Make,
}

fn save<R: Resource>(
    target: Target<R>,
    version: StoredValue<i32>,
    leads: Lead<R>,
    then: Option<Then<R>>,
) -> Save {
    // One key per form: a request repeated after a lost response must not create a second record.
    let key = ids::uuid();
    let Target { id, path, make } = target;
    Arc::new(move |sent| {
        let sent = make(sent);
        let (key, leads, then) = (key.clone(), Arc::clone(&leads), then.clone());
        task(async move {
            let record = match id {
                None => api::create::<R>(&sent, &key).await?,
                Some(id) => {
                    let path = path.map_or_else(|| format!("{}/{id}", R::PATH), str::to_owned);
                    let call = Call::patch(path)
                        .json(&sent)
                        .if_version(version.get_value());
                    api::send(call).await?.json::<R>().await?
                }
            };
            if let Some(then) = then {
                then(&record);
            }
            Ok(Saved {
                label: record.label(),
                href: leads(&record),
            })
        })
    })
}
