//! A notice above every screen, while there is something to say.

use crate::{Task, api::Fault, format::now};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// How long an answer is taken to hold, in milliseconds.
const FRESH: i64 = 60_000;

/// Asks as the panel opens, and again after a minute when somebody goes to another screen. Nothing is drawn until the
/// answer is there, nor when it cannot be had: the screen below does not depend on it.
pub fn notice<T: Clone + PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> Task<Result<T, Fault>> + Send + Sync + 'static,
    draw: impl Fn(T) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let (got, asked) = (RwSignal::new(None::<T>), StoredValue::new(None::<i64>));
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        let time = now().timestamp_millis();
        let is_fresh = |at: i64| time.saturating_sub(at) < FRESH;
        if asked.get_value().is_some_and(is_fresh) {
            return;
        }
        asked.set_value(Some(time));
        let work = ask();
        leptos::task::spawn_local(async move {
            if let Ok(answer) = work.await
                && got.try_with_untracked(|known| known.as_ref() != Some(&answer)) == Some(true)
            {
                got.set(Some(answer));
            }
        });
    });
    (move || got.get().and_then(&draw)).into_any()
}

/// The same within a page: asked again whenever `again` changes.
pub fn notices<T: Clone + PartialEq + Send + Sync + 'static>(
    again: RwSignal<u32>,
    ask: impl Fn() -> Task<Result<T, Fault>> + Send + Sync + 'static,
    draw: impl Fn(T) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let got = RwSignal::new(None::<T>);
    Effect::new(move |_| {
        again.track();
        let work = ask();
        leptos::task::spawn_local(async move {
            if let Ok(answer) = work.await
                && got.try_with_untracked(|known| known.as_ref() != Some(&answer)) == Some(true)
            {
                got.set(Some(answer));
            }
        });
    });
    (move || got.get().and_then(&draw)).into_any()
}
