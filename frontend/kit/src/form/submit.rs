//! Sends a form and shows the server's errors under their fields.

use super::{
    controls::element,
    state::{ErrorMap, Form, owner},
};
use crate::{Task, api::ApiError, dom};
use leptos::prelude::*;
use serde_json::{Map, Value};
use std::sync::Arc;
use wire::ProblemCode;

/// The saved record.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    pub label: String,
    pub href: String,
}

/// Sends the request body with the version that was loaded.
pub(crate) type Save =
    Arc<dyn Fn(Map<String, Value>) -> Task<Result<Saved, ApiError>> + Send + Sync>;

/// The notice at the top of a form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Notice {
    /// Invalid fields: the label and the key of each, and its message; `None` for an error without a field.
    Invalid(Vec<(Option<(&'static str, &'static str)>, String)>),
    /// The request failed, or the server rejected it for a reason that concerns no field.
    Failed(ApiError),
    /// Another user has changed the record.
    Stale,
}

/// The id of the notice, which gets the focus.
pub(crate) const NOTICE: &str = "form-notice";

/// The submission of a form.
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
    /// Checks and sends the form, and calls `then` after the success.
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
        self.form.server_errors.update(ErrorMap::clear);
        let (sent, errors) = self
            .form
            .draft
            .with_untracked(|draft| self.form.read(draft));
        if !errors.is_empty() {
            self.show(&errors);
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
                Err(error) => self.refuse(error),
            }
        });
    }
    pub fn refuse(self, error: ApiError) {
        let server_errors: ErrorMap = error.fields().into_iter().collect();
        if error.code() == Some(ProblemCode::Stale) {
            self.notice.set(Some(Notice::Stale));
        } else if server_errors.is_empty() {
            self.notice.set(Some(Notice::Failed(error)));
        } else {
            self.form.server_errors.set(
                server_errors
                    .iter()
                    .filter(|(field, _)| self.form.shows_field(field))
                    .map(|(field, message)| {
                        (
                            field.split('.').next().unwrap_or(field).to_owned(),
                            message.clone(),
                        )
                    })
                    .collect(),
            );
            return self.show(&server_errors);
        }
        request_animation_frame(|| dom::focus(NOTICE));
    }
    /// Focuses the field if there is one error; otherwise lists the errors at the top.
    fn show(self, errors: &ErrorMap) {
        let fields = self.form.fields.get_value();
        let known = fields
            .iter()
            .filter(|field| self.form.shows_field(field.key));
        let mut list: Vec<_> = known
            .filter_map(|field| {
                owner(errors, field.key).map(|message| (Some((field.label, field.key)), message))
            })
            .collect();
        list.extend(
            errors
                .iter()
                .filter(|(field, _)| !self.form.shows_field(field))
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
        self.notice.set(Some(Notice::Invalid(list)));
        request_animation_frame(|| dom::focus(NOTICE));
    }
}
