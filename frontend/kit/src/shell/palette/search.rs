//! Searching for records while the user types: after a pause, one request at a time; late responses are dropped.

use crate::api::{self, ApiError, Call};
use leptos::prelude::*;
use std::time::Duration;
use web_sys::AbortController;
use wire::insights::search::{MIN_LENGTH, SearchResult, SearchResults};

/// The pause after the last key press.
const PAUSE: Duration = Duration::from_millis(140);

/// The state of the search.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum SearchState {
    /// No search has run.
    #[default]
    Nothing,
    /// A search is running; until it ends, these are the previous results.
    Waiting(Vec<SearchResult>),
    /// The results.
    Found(Vec<SearchResult>),
    /// The search failed.
    Failed(ApiError),
}

impl SearchState {
    pub fn hits(&self) -> &[SearchResult] {
        match self {
            Self::Waiting(hits) | Self::Found(hits) => hits,
            Self::Nothing | Self::Failed(_) => &[],
        }
    }
    pub fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting(_))
    }
}

/// The search of the palette.
#[derive(Clone, Copy)]
pub(super) struct Search {
    pub state: RwSignal<SearchState>,
    request_id: StoredValue<u32>,
    controller: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Search {
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(SearchState::Nothing),
            request_id: StoredValue::new(0),
            controller: StoredValue::new_local(None),
        }
    }
    /// Resets the search and aborts the running request.
    pub fn stop(self) {
        self.request_id
            .update_value(|request_id| *request_id = request_id.wrapping_add(1));
        self.controller.update_value(|controller| {
            if let Some(controller) = controller.take() {
                controller.abort();
            }
        });
    }
    /// Searches for a text after the pause; `found` gets the results.
    pub fn search(self, text: String, found: impl Fn(&[SearchResult]) + 'static) {
        self.stop();
        if text.chars().count() < MIN_LENGTH {
            return self.state.set(SearchState::Nothing);
        }
        self.state.update(|state| {
            *state = SearchState::Waiting(state.hits().to_vec());
        });
        let mine = self.request_id.get_value();
        set_timeout(
            move || {
                if self.request_id.try_get_value() == Some(mine) {
                    self.ask(text, mine, found);
                }
            },
            PAUSE,
        );
    }
    fn ask(self, text: String, mine: u32, found: impl Fn(&[SearchResult]) + 'static) {
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let call = Call::get(api::with_query("/v1/search", &[("q", text)]));
        let call = call.abort_signal(controller.signal());
        self.controller.set_value(Some(controller));
        leptos::task::spawn_local(async move {
            let outcome = answer(call).await;
            if self.request_id.try_get_value() != Some(mine) {
                return;
            }
            match outcome {
                Ok(hits) => {
                    self.state.set(SearchState::Found(hits.clone()));
                    found(&hits);
                }
                Err(error) => self.state.set(SearchState::Failed(error)),
            }
        });
    }
}

async fn answer(call: Call) -> Result<Vec<SearchResult>, ApiError> {
    let found: SearchResults = api::send(call).await?.json().await?;
    Ok(found.data)
}
