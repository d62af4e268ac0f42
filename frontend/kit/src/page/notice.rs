//! Notices above a screen, while there is something to report.

use crate::{Task, api::ApiError, format::now, query, task};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// How long an answer counts as current, in milliseconds.
const FRESH: i64 = 60_000;

/// Draws a notice above every screen. It asks when the panel opens, and after a minute again when the user opens another
/// screen. Until there is an answer, and when the request fails, it draws nothing: the screen does not depend on it.
pub fn notice<T: Clone + PartialEq + Send + Sync + 'static>(
    fetch: impl Fn() -> Task<Result<T, ApiError>> + Send + Sync + 'static,
    draw: impl Fn(T) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let (got, fetched_at) = (RwSignal::new(None::<T>), StoredValue::new(None::<i64>));
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        let time = now().timestamp_millis();
        let is_fresh = |at: i64| time.saturating_sub(at) < FRESH;
        if fetched_at.get_value().is_some_and(is_fresh) {
            return;
        }
        fetched_at.set_value(Some(time));
        leptos::task::spawn_local(load(fetch(), got));
    });
    (move || got.get().and_then(&draw)).into_any()
}

/// Draws a notice within a page, and requests it again whenever `reload` changes.
pub fn notices<T: Clone + PartialEq + Send + Sync + 'static>(
    reload: RwSignal<u32>,
    fetch: impl Fn() -> Task<Result<T, ApiError>> + Send + Sync + 'static,
    draw: impl Fn(T) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let got = RwSignal::new(None::<T>);
    query::follow(move || {
        reload.track();
        task(load(fetch(), got))
    });
    (move || got.get().and_then(&draw)).into_any()
}

/// Stores the answer when it differs from the known one. A failed request changes nothing.
async fn load<T: PartialEq + Send + Sync + 'static>(
    work: Task<Result<T, ApiError>>,
    got: RwSignal<Option<T>>,
) {
    if let Ok(answer) = work.await
        && got.try_with_untracked(|known| known.as_ref() != Some(&answer)) == Some(true)
    {
        got.set(Some(answer));
    }
}
