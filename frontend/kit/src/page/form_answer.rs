//! The card of a form that follows its fields: it requests an address, draws the answer, and may propose values.

use crate::{
    api::{self, ApiError},
    form::{Draft, state::Form},
    query::Latest,
    task,
};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, sync::Arc};

pub(super) type Draw<T> = Arc<dyn Fn(&Draft, Option<Result<T, ApiError>>) -> AnyView + Send + Sync>;
pub(super) type Propose<T> = Arc<dyn Fn(&Draft, &T) -> Vec<(&'static str, String)> + Send + Sync>;
pub(super) type Address = Arc<dyn Fn(&Draft) -> Option<String> + Send + Sync>;

/// Requests the address whenever it changes, and drops the answer to an earlier address.
pub(super) fn follow<T>(
    form: Form,
    address: Address,
    draw: Draw<T>,
    propose: Option<Propose<T>>,
) -> AnyView
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let draft = form.draft;
    let address = Memo::new(move |_| draft.with(|draft| address(draft)));
    let answer = RwSignal::new(None::<(String, Result<T, ApiError>)>);
    let latest = Latest::new();
    Effect::new(move |_| {
        let Some(requested) = address.get() else {
            latest.stop();
            return;
        };
        latest.run(task(async move {
            let outcome = api::get::<T>(&requested).await;
            answer.set(Some((requested, outcome)));
        }));
    });
    let current = move || {
        let wanted = address.get();
        let known = answer.get();
        known.filter(|(requested, _)| wanted.as_ref() == Some(requested))
    };
    if let Some(propose) = propose {
        let before = StoredValue::new((String::new(), BTreeMap::<&'static str, String>::new()));
        Effect::new(move |_| {
            let Some((requested, Ok(known))) = current() else {
                return;
            };
            let proposals = draft.with(|draft| propose(draft, &known));
            let (last_requested, last) = before.get_value();
            let is_new = last_requested != requested;
            let untouched = |key: &&'static str| {
                is_new || last.get(key).is_some_and(|last| form.has_text(key, last))
            };
            before.set_value((requested, proposals.iter().cloned().collect()));
            for (key, text) in proposals {
                if untouched(&key) && !form.has_text(key, &text) {
                    form.propose(key, &text);
                }
            }
        });
    }
    (move || match (address.with(Option::is_some), current()) {
        (true, None) => crate::ui::skeleton::lines(3),
        (_, known) => draft.with(|draft| draw(draft, known.map(|(_, outcome)| outcome))),
    })
    .into_any()
}
