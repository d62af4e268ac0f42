//! Two steps: the second view replaces the first one after that has completed.

use leptos::prelude::*;
use std::sync::Arc;

/// Completes the first step with its result.
pub type Complete<T> = Arc<dyn Fn(T) + Send + Sync>;

/// Draws the first view, and then the second view with the result of the first.
pub fn wizard<T: Clone + Send + Sync + 'static>(
    first: impl Fn(Complete<T>) -> AnyView + Send + Sync + 'static,
    then: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let brought = RwSignal::new(None::<T>);
    (move || match brought.get() {
        None => first(Arc::new(move |value| drop(brought.try_set(Some(value))))),
        Some(value) => then(value),
    })
    .into_any()
}
