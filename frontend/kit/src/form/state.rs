//! The state of a form: the draft, the values before, and the errors.

use super::{
    draft::Draft,
    field::{Field, When},
};
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use wire::FieldError;

/// Checks the request body with the check of its type.
pub(crate) type Validate =
    Arc<dyn Fn(Map<String, Value>) -> Result<Vec<FieldError>, String> + Send + Sync>;

/// Error messages by field.
pub(crate) type ErrorMap = BTreeMap<String, String>;

/// The state of a form.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub fields: StoredValue<Arc<Vec<Field>>>,
    pub draft: RwSignal<Draft>,
    pub before: RwSignal<Draft>,
    pub touched: RwSignal<BTreeSet<&'static str>>,
    /// The errors that the server returned; typing into a field removes its error.
    pub server_errors: RwSignal<ErrorMap>,
    pub is_new: bool,
    /// Whether an edit contains the unchanged fields as well.
    sends_all: bool,
    validate: StoredValue<Validate>,
}

impl Form {
    pub fn new(fields: Vec<Field>, is_new: bool, validate: Validate) -> Self {
        let wanted =
            move |field: &Field| field.when == When::Both || (field.when == When::New) == is_new;
        Self {
            fields: StoredValue::new(Arc::new(fields.into_iter().filter(wanted).collect())),
            draft: RwSignal::new(Draft::default()),
            before: RwSignal::new(Draft::default()),
            touched: RwSignal::new(BTreeSet::new()),
            server_errors: RwSignal::new(ErrorMap::new()),
            is_new,
            sends_all: false,
            validate: StoredValue::new(validate),
        }
    }
    /// Makes an edit contain the unchanged fields as well.
    pub fn sending_all(self) -> Self {
        Self {
            sends_all: true,
            ..self
        }
    }
    /// Fills the form with a record of the API.
    pub fn begin(self, record: &Value) {
        let mut draft = self.typed(record);
        for field in self.fields.get_value().iter().filter(|field| !field.unsent) {
            follow(field, &mut draft);
        }
        self.before.set(draft.clone());
        self.draft.set(draft);
        self.touched.update(BTreeSet::clear);
        self.server_errors.update(ErrorMap::clear);
    }
    /// Takes over the changes of another user, and keeps the fields that this user has changed.
    pub fn rebase(self, record: &Value) {
        let (theirs, before) = (self.typed(record), self.before.get_untracked());
        self.draft.update(|draft| {
            for (key, value) in &theirs.0 {
                if draft.value(key) == before.value(key) {
                    draft.set(key, value.clone());
                }
            }
        });
        self.before.set(theirs);
    }
    fn typed(self, record: &Value) -> Draft {
        // The draft also keeps values without a field, for lines that depend on them.
        let mut draft = Draft(record.as_object().cloned().unwrap_or_default());
        for field in self.fields.get_value().iter() {
            draft.set(
                field.key,
                field.typed(record.get(field.key).unwrap_or(&Value::Null)),
            );
        }
        draft
    }
    /// Sets the value of a field.
    pub fn set(self, key: &'static str, value: Value) {
        self.server_errors
            .update(|server_errors| drop(server_errors.remove(key)));
        let fields = self.fields.get_value();
        self.draft.update(|draft| {
            draft.set(key, value);
            let typed = fields.iter().find(|field| field.key == key);
            typed.into_iter().for_each(|field| follow(field, draft));
        });
    }
    /// Tells whether a field contains this text.
    pub fn has_text(self, key: &str, text: &str) -> bool {
        self.draft.with_untracked(|draft| draft.text(key) == text)
    }
    /// Fills in a proposal. The user did not type it, so it does not count as unsaved work.
    pub fn propose(self, key: &'static str, text: &str) {
        self.set(key, Value::String(text.to_owned()));
        self.before
            .update(|before| before.set(key, Value::String(text.to_owned())));
    }
    pub fn is_dirty(self) -> bool {
        self.draft
            .with_untracked(|draft| self.before.with_untracked(|before| draft != before))
    }
    /// Returns the request body and the errors. An edit contains only changed fields.
    pub fn read(self, draft: &Draft) -> (Map<String, Value>, ErrorMap) {
        let (fields, before) = (self.fields.get_value(), self.before.get_untracked());
        let (mut sent, mut checked, mut errors) = (Map::new(), Map::new(), ErrorMap::new());
        let sent_at_all = |field: &&Field| !field.unsent && field.is_shown(draft);
        for field in fields.iter().filter(sent_at_all) {
            let typed = draft.value(field.key);
            if !self.is_new && !self.sends_all && typed == before.value(field.key) {
                continue;
            }
            match field.read(&typed) {
                // Omitted, so that the server applies its default.
                Ok(Value::Null) if self.is_new => {}
                Ok(value) => {
                    insert(&mut checked, field.key, value.clone());
                    insert(&mut sent, field.key, value);
                }
                Err(complaint) => {
                    errors.insert(field.key.to_owned(), complaint);
                    insert(&mut checked, field.key, field.placeholder_value());
                }
            }
        }
        match self.validate.with_value(|validate| validate(checked)) {
            Ok(found) => {
                for error in found {
                    errors.entry(error.field).or_insert(error.message);
                }
            }
            // The placeholder of an invalid field may be what cannot be parsed.
            Err(reason) if errors.is_empty() => {
                errors.insert(String::new(), reason);
            }
            Err(_) => {}
        }
        (sent, errors)
    }
    /// Returns the error to show under a field: the server's error, or the own error once the user has left the
    /// field.
    pub fn error(self, key: &'static str) -> Option<String> {
        let server_errors = self
            .server_errors
            .with(|server_errors| server_errors.get(key).cloned());
        if server_errors.is_some() || !self.touched.with(|touched| touched.contains(key)) {
            return server_errors;
        }
        let draft = self.draft.get();
        let (_, errors) = self.read(&draft);
        owner(&errors, key)
    }
    /// Tells whether the form shows this field. Errors of other fields are listed at the top.
    pub fn shows_field(self, field: &str) -> bool {
        let stem = field.split('.').next().unwrap_or(field);
        self.draft.with_untracked(|draft| {
            self.fields.with_value(|fields| {
                fields
                    .iter()
                    .any(|known| [stem, field].contains(&known.key) && known.is_shown(draft))
            })
        })
    }
    /// Marks a field as left: from now on it shows its error.
    pub fn leave(self, key: &'static str) {
        let _ = self.touched.try_update(|touched| touched.insert(key));
    }
    /// Shows the errors of all fields, not only of those that the user has left.
    pub fn touch_all(self) {
        let keys: Vec<&'static str> = self
            .fields
            .with_value(|fields| fields.iter().map(|field| field.key).collect());
        self.touched.update(|touched| touched.extend(keys));
    }
}

/// Inserts a value into a request body. The key `credentials.client_id` is a value of the object `credentials`.
fn insert(body: &mut Map<String, Value>, key: &str, value: Value) {
    let Some((object, name)) = key.split_once('.') else {
        body.insert(key.to_owned(), value);
        return;
    };
    let nested = body
        .entry(object)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(nested) = nested {
        nested.insert(name.to_owned(), value);
    }
}

/// Computes the other fields that depend on this one.
fn follow(field: &Field, draft: &mut Draft) {
    let others = field.sets.as_ref().map(|sets| sets(draft));
    for (key, text) in others.into_iter().flatten() {
        draft.set(key, Value::String(text));
    }
}

/// Returns the error of a field, or of a part of it, such as `regions.3`.
pub(crate) fn owner(errors: &ErrorMap, key: &str) -> Option<String> {
    let within = |field: &str| field.split('.').next() == Some(key);
    errors
        .get(key)
        .or_else(|| {
            errors
                .iter()
                .find(|(field, _)| within(field))
                .map(|(_, message)| message)
        })
        .cloned()
}
