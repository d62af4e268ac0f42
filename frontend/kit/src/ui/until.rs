//! One view until it brings something, then the view of that.

use leptos::prelude::*;
use std::sync::Arc;

/// Brings it.
pub type Bring<T> = Arc<dyn Fn(T) + Send + Sync>;

/// Draws the first view, and in its place the second once the first has brought what that needs.
pub fn until<T: Clone + Send + Sync + 'static>(
    first: impl Fn(Bring<T>) -> AnyView + Send + Sync + 'static,
    then: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let brought = RwSignal::new(None::<T>);
    (move || match brought.get() {
        None => first(Arc::new(move |thing| drop(brought.try_set(Some(thing))))),
        Some(thing) => then(thing),
    })
    .into_any()
}
