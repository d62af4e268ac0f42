//! The state of a form: what is typed, what was there before, and what is wrong with it.

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

/// The shape's own check, for what would be sent.
pub(crate) type Judge =
    Arc<dyn Fn(Map<String, Value>) -> Result<Vec<FieldError>, String> + Send + Sync>;

/// What is wrong, field by field.
pub(crate) type Faults = BTreeMap<String, String>;

/// The state of a form.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub fields: StoredValue<Arc<Vec<Field>>>,
    pub draft: RwSignal<Draft>,
    pub before: RwSignal<Draft>,
    pub touched: RwSignal<BTreeSet<&'static str>>,
    /// What the server said about what was sent; forgotten once the field is typed in again.
    pub told: RwSignal<Faults>,
    pub is_new: bool,
    judge: StoredValue<Judge>,
}

impl Form {
    pub fn new(fields: Vec<Field>, is_new: bool, judge: Judge) -> Self {
        let wanted =
            move |field: &Field| field.when == When::Both || (field.when == When::New) == is_new;
        Self {
            fields: StoredValue::new(Arc::new(fields.into_iter().filter(wanted).collect())),
            draft: RwSignal::new(Draft::default()),
            before: RwSignal::new(Draft::default()),
            touched: RwSignal::new(BTreeSet::new()),
            told: RwSignal::new(Faults::new()),
            is_new,
            judge: StoredValue::new(judge),
        }
    }
    /// Begins with a thing as the API shows it.
    pub fn begin(self, thing: &Value) {
        let mut draft = self.typed(thing);
        for field in self.fields.get_value().iter().filter(|field| !field.unsent) {
            follow(field, &mut draft);
        }
        self.before.set(draft.clone());
        self.draft.set(draft);
        self.touched.update(BTreeSet::clear);
        self.told.update(Faults::clear);
    }
    /// Takes over what somebody else has changed meanwhile, and keeps what was typed here.
    pub fn rebase(self, thing: &Value) {
        let (theirs, before) = (self.typed(thing), self.before.get_untracked());
        self.draft.update(|draft| {
            for (key, value) in &theirs.0 {
                if draft.value(key) == before.value(key) {
                    draft.set(key, value.clone());
                }
            }
        });
        self.before.set(theirs);
    }
    fn typed(self, thing: &Value) -> Draft {
        // What has no field here is known too, for lines that follow what is typed.
        let mut draft = Draft(thing.as_object().cloned().unwrap_or_default());
        for field in self.fields.get_value().iter() {
            draft.set(
                field.key,
                field.typed(thing.get(field.key).unwrap_or(&Value::Null)),
            );
        }
        draft
    }
    /// Types something into a field.
    pub fn set(self, key: &'static str, value: Value) {
        self.told.update(|told| drop(told.remove(key)));
        let fields = self.fields.get_value();
        self.draft.update(|draft| {
            draft.set(key, value);
            let typed = fields.iter().find(|field| field.key == key);
            typed.into_iter().for_each(|field| follow(field, draft));
        });
    }
    /// Tells whether a field contains this text.
    pub fn holds(self, key: &str, text: &str) -> bool {
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
    /// What would be sent, and what is wrong with it. A change sends only what was changed.
    pub fn read(self, draft: &Draft) -> (Map<String, Value>, Faults) {
        let (fields, before) = (self.fields.get_value(), self.before.get_untracked());
        let (mut sent, mut checked, mut faults) = (Map::new(), Map::new(), Faults::new());
        let sent_at_all = |field: &&Field| !field.unsent && field.is_shown(draft);
        for field in fields.iter().filter(sent_at_all) {
            let typed = draft.value(field.key);
            if !self.is_new && typed == before.value(field.key) {
                continue;
            }
            match field.read(&typed) {
                // Left out, an empty field of a new thing takes the server's default.
                Ok(Value::Null) if self.is_new => {}
                Ok(value) => {
                    checked.insert(field.key.to_owned(), value.clone());
                    sent.insert(field.key.to_owned(), value);
                }
                Err(complaint) => {
                    faults.insert(field.key.to_owned(), complaint);
                    checked.insert(field.key.to_owned(), field.stand_in());
                }
            }
        }
        match self.judge.with_value(|judge| judge(checked)) {
            Ok(found) => {
                for fault in found {
                    faults.entry(fault.field).or_insert(fault.message);
                }
            }
            // A field that stands in for a faulty one may be what cannot be read.
            Err(reason) if faults.is_empty() => {
                faults.insert(String::new(), reason);
            }
            Err(_) => {}
        }
        (sent, faults)
    }
    /// What is to be shown under a field: what the server said, else what is wrong once the field was left.
    pub fn fault(self, key: &'static str) -> Option<String> {
        let told = self.told.with(|told| told.get(key).cloned());
        if told.is_some() || !self.touched.with(|touched| touched.contains(key)) {
            return told;
        }
        let draft = self.draft.get();
        let (_, faults) = self.read(&draft);
        owner(&faults, key)
    }
    /// Which fields there are, for faults that belong to none.
    pub fn knows(self, field: &str) -> bool {
        let stem = field.split('.').next().unwrap_or(field);
        self.draft.with_untracked(|draft| {
            self.fields.with_value(|fields| {
                fields
                    .iter()
                    .any(|known| known.key == stem && known.is_shown(draft))
            })
        })
    }
    /// A field was left: from now on it may say what is wrong.
    pub fn leave(self, key: &'static str) {
        let _ = self.touched.try_update(|touched| touched.insert(key));
    }
    /// Shows every fault, not only those of fields that were left.
    pub fn touch_all(self) {
        let keys: Vec<&'static str> = self
            .fields
            .with_value(|fields| fields.iter().map(|field| field.key).collect());
        self.touched.update(|touched| touched.extend(keys));
    }
}

/// Lets the other fields say what follows from this one.
fn follow(field: &Field, draft: &mut Draft) {
    let others = field.sets.as_ref().map(|sets| sets(draft));
    for (key, text) in others.into_iter().flatten() {
        draft.set(key, Value::String(text));
    }
}

/// The fault of a field, or of something within it, such as `regions.3`.
pub(crate) fn owner(faults: &Faults, key: &str) -> Option<String> {
    let within = |field: &str| field.split('.').next() == Some(key);
    faults
        .get(key)
        .or_else(|| {
            faults
                .iter()
                .find(|(field, _)| within(field))
                .map(|(_, message)| message)
        })
        .cloned()
}
