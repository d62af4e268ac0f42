//! Sending a form, and putting what the server says where it belongs.

use super::{
    controls::element,
    state::{Faults, Form, owner},
};
use crate::{Task, api::Fault, dom};
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::ProblemCode;

/// What a form becomes once it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    pub label: String,
    pub href: String,
}

/// Sends what was read, under the version that was loaded.
pub(crate) type Save = Arc<dyn Fn(Map<String, Value>) -> Task<Result<Saved, Fault>> + Send + Sync>;

/// What a form says at its top.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// These are wrong: the field's label, its element, and what is wrong; or what belongs to no field.
    Faults(Vec<(Option<(&'static str, &'static str)>, String)>),
    /// It could not be sent, or was refused as a whole.
    Refused(Fault),
    /// Somebody else has changed the thing.
    Stale,
}

/// Where the notice stands, so that it can get the focus.
pub(crate) const NOTICE: &str = "form-notice";

/// The part of a form that sends it.
#[derive(Clone, Copy)]
pub(crate) struct Submit {
    pub form: Form,
    pub busy: RwSignal<bool>,
    pub notice: RwSignal<Option<Notice>>,
}

impl Submit {
    pub fn new(form: Form) -> Self {
        Self {
            form,
            busy: RwSignal::new(false),
            notice: RwSignal::new(None),
        }
    }
    /// Checks, sends, and tells `then` of the success.
    pub fn run(self, save: &Save, then: impl FnOnce(Saved) + 'static) {
        if let Some(sent) = self.check() {
            self.send(sent, save, then);
        }
    }
    /// Checks the fields and returns the body to send, or shows the errors and returns nothing.
    pub fn check(self) -> Option<Map<String, Value>> {
        if self.busy.get_untracked() {
            return None;
        }
        self.form.touch_all();
        self.form.told.update(Faults::clear);
        let (sent, faults) = self
            .form
            .draft
            .with_untracked(|draft| self.form.read(draft));
        if !faults.is_empty() {
            self.show(&faults);
            return None;
        }
        self.notice.set(None);
        Some(sent)
    }
    /// Sends a body that [`Self::check`] returned.
    pub fn send(self, sent: Map<String, Value>, save: &Save, then: impl FnOnce(Saved) + 'static) {
        self.busy.set(true);
        let work = save(sent);
        leptos::task::spawn_local(async move {
            let outcome = work.await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(saved) => then(saved),
                Err(fault) => self.refuse(fault),
            }
        });
    }
    pub fn refuse(self, fault: Fault) {
        let told: Faults = fault.fields().into_iter().collect();
        if fault.code() == Some(ProblemCode::Stale) {
            self.notice.set(Some(Notice::Stale));
        } else if told.is_empty() {
            self.notice.set(Some(Notice::Refused(fault)));
        } else {
            self.form.told.set(
                told.iter()
                    .filter(|(field, _)| self.form.knows(field))
                    .map(|(field, message)| {
                        (
                            field.split('.').next().unwrap_or(field).to_owned(),
                            message.clone(),
                        )
                    })
                    .collect(),
            );
            return self.show(&told);
        }
        request_animation_frame(|| dom::focus(NOTICE));
    }
    /// One faulty field gets the focus itself; several, or one that is not on the page, are listed at the top.
    fn show(self, faults: &Faults) {
        let fields = self.form.fields.get_value();
        let known = fields.iter().filter(|field| self.form.knows(field.key));
        let mut list: Vec<_> = known
            .filter_map(|field| {
                owner(faults, field.key).map(|message| (Some((field.label, field.key)), message))
            })
            .collect();
        list.extend(
            faults
                .iter()
                .filter(|(field, _)| !self.form.knows(field))
                .map(|(field, message)| {
                    let message = if field.is_empty() {
                        message.clone()
                    } else {
                        format!("{}: {message}", crate::format::sentence(field))
                    };
                    (None, message)
                }),
        );
        if let [(Some((_, key)), _)] = list.as_slice() {
            self.notice.set(None);
            return dom::focus(&element(key));
        }
        self.notice.set(Some(Notice::Faults(list)));
        request_animation_frame(|| dom::focus(NOTICE));
    }
}
