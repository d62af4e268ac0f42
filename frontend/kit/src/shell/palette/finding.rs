//! Looking for records while somebody types: after a pause, one question at a time, and late answers are dropped.

use crate::api::{self, Call, Fault};
use leptos::prelude::*;
use std::time::Duration;
use web_sys::AbortController;
use wire::insights::search::{Found, Hit, SHORTEST};

/// How long somebody must have stopped typing.
const PAUSE: Duration = Duration::from_millis(140);

/// What is known of what is looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Finding {
    /// Nothing was looked for yet.
    #[default]
    Nothing,
    /// An answer is on its way; until it comes, what was found before.
    Waiting(Vec<Hit>),
    /// This was found.
    Found(Vec<Hit>),
    /// It could not be looked for.
    Failed(Fault),
}

impl Finding {
    pub fn hits(&self) -> &[Hit] {
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
    pub finding: RwSignal<Finding>,
    turn: StoredValue<u32>,
    asked: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Search {
    pub fn new() -> Self {
        Self {
            finding: RwSignal::new(Finding::Nothing),
            turn: StoredValue::new(0),
            asked: StoredValue::new_local(None),
        }
    }
    /// Forgets what was looked for, and calls off what is under way.
    pub fn stop(self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.asked.update_value(|asked| {
            if let Some(asked) = asked.take() {
                asked.abort();
            }
        });
    }
    /// Looks for a text once nobody has typed for a moment; `found` is told when the answer is there.
    pub fn look(self, text: String, found: impl Fn(&[Hit]) + 'static) {
        self.stop();
        if text.chars().count() < SHORTEST {
            return self.finding.set(Finding::Nothing);
        }
        self.finding.update(|finding| {
            *finding = Finding::Waiting(finding.hits().to_vec());
        });
        let mine = self.turn.get_value();
        set_timeout(
            move || {
                if self.turn.try_get_value() == Some(mine) {
                    self.ask(text, mine, found);
                }
            },
            PAUSE,
        );
    }
    fn ask(self, text: String, mine: u32, found: impl Fn(&[Hit]) + 'static) {
        let Ok(controller) = AbortController::new() else {
            return;
        };
        let call = Call::get(api::with_query("/v1/search", &[("q", text)]));
        let call = call.until(controller.signal());
        self.asked.set_value(Some(controller));
        leptos::task::spawn_local(async move {
            let outcome = answer(call).await;
            if self.turn.try_get_value() != Some(mine) {
                return;
            }
            match outcome {
                Ok(hits) => {
                    self.finding.set(Finding::Found(hits.clone()));
                    found(&hits);
                }
                Err(fault) => self.finding.set(Finding::Failed(fault)),
            }
        });
    }
}

async fn answer(call: Call) -> Result<Vec<Hit>, Fault> {
    let found: Found = api::send(call).await?.json().await?;
    Ok(found.data)
}
