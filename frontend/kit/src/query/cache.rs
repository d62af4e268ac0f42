//! The answers to GET requests, by path. Requests for the same path share one request to the server.

use super::scope;
use crate::{
    api::{ApiError, Call, send},
    format::now,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    cell::{Cell, RefCell},
    future::{Future, pending},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};
use web_sys::AbortController;

/// The number of answers that the panel keeps.
const CAPACITY: usize = 60;

/// The JSON of an answer, before it has a type.
#[derive(Debug, PartialEq)]
pub(crate) struct Body {
    json: Value,
    request_id: String,
}

impl Body {
    /// Reads the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        T::deserialize(&self.json).map_err(|_| ApiError::Unreadable {
            request_id: self.request_id.clone(),
        })
    }
}

type Outcome = Result<Rc<Body>, ApiError>;

/// An answer that the panel keeps.
struct Known {
    path: String,
    turn: u64,
    at: i64,
    body: Rc<Body>,
}

/// A request that the server has not answered yet.
struct Flight {
    path: String,
    turn: u64,
    users: Cell<usize>,
    controller: Option<AbortController>,
    outcome: RefCell<Option<Outcome>>,
    wakers: RefCell<Vec<Waker>>,
}

#[derive(Default)]
struct Cache {
    /// The answers, the last used first.
    known: Vec<Known>,
    /// The requests that another user of the same path may join.
    flights: Vec<Rc<Flight>>,
    /// The turn of the last request.
    turn: u64,
    /// Answers to requests up to this turn are outdated: something was written since.
    outdated: u64,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

/// Fetches a path, or joins the request that is under way. While the page only looks at what is known
/// ([`peek`](super::peek)), an unknown path stays pending.
pub(crate) async fn fetch(path: &str) -> Outcome {
    scope::record(path);
    if scope::is_peeking() {
        return match known(path, i64::MAX) {
            Some(body) => Ok(body),
            None => pending().await,
        };
    }
    Waiting::join(path).await
}

/// Returns the known answer if it is at most so many milliseconds old; otherwise fetches the path.
pub(crate) async fn fetch_older_than(path: &str, milliseconds: i64) -> Outcome {
    match known(path, milliseconds) {
        Some(body) => Ok(body),
        None => fetch(path).await,
    }
}

fn known(path: &str, milliseconds: i64) -> Option<Rc<Body>> {
    let time = now().timestamp_millis();
    CACHE.with_borrow_mut(|cache| {
        let index = cache.known.iter().position(|known| known.path == path)?;
        let known = cache.known.remove(index);
        let body = Rc::clone(&known.body);
        let is_recent = time.saturating_sub(known.at) <= milliseconds;
        cache.known.insert(0, known);
        is_recent.then_some(body)
    })
}

/// Marks everything as outdated after a write: requests that began before it are not joined and their answers not
/// kept. Pages of lists stay, to be shown while they load again; records do not.
pub(crate) fn expire() {
    CACHE.with_borrow_mut(|cache| {
        cache.outdated = cache.turn;
        cache.flights.clear();
        cache.known.retain(|known| is_list(&known.path));
    });
}

/// Removes all answers, because the next user may not be allowed to see them.
pub(crate) fn clear() {
    expire();
    CACHE.with_borrow_mut(|cache| cache.known.clear());
}

/// Tells whether a path names a page of a list: `/v1/orders?status=paid`, but not `/v1/orders/1`.
fn is_list(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    path.matches('/').count() == 2
}

/// A user of a request. The request is aborted when its last user is dropped.
struct Waiting(Rc<Flight>);

impl Waiting {
    fn join(path: &str) -> Self {
        let joined = CACHE.with_borrow(|cache| {
            let mut flights = cache.flights.iter();
            flights.find(|flight| flight.path == path).cloned()
        });
        let flight = joined.unwrap_or_else(|| start(path));
        flight.users.set(flight.users.get().saturating_add(1));
        Self(flight)
    }
}

impl Future for Waiting {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        if let Some(outcome) = self.0.outcome.borrow().as_ref() {
            return Poll::Ready(outcome.clone());
        }
        self.0.wakers.borrow_mut().push(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let left = self.0.users.get().saturating_sub(1);
        self.0.users.set(left);
        if left > 0 || self.0.outcome.borrow().is_some() {
            return;
        }
        land(&self.0);
        if let Some(controller) = &self.0.controller {
            controller.abort();
        }
    }
}

fn start(path: &str) -> Rc<Flight> {
    let controller = AbortController::new().ok();
    let mut call = Call::get(path);
    if let Some(controller) = &controller {
        call = call.abort_signal(controller.signal());
    }
    let flight = CACHE.with_borrow_mut(|cache| {
        cache.turn = cache.turn.saturating_add(1);
        let flight = Rc::new(Flight {
            path: path.to_owned(),
            turn: cache.turn,
            users: Cell::new(0),
            controller,
            outcome: RefCell::default(),
            wakers: RefCell::default(),
        });
        cache.flights.push(Rc::clone(&flight));
        flight
    });
    let asked = Rc::clone(&flight);
    wasm_bindgen_futures::spawn_local(async move {
        let outcome = ask(call).await;
        finish(&asked, outcome);
    });
    flight
}

async fn ask(call: Call) -> Outcome {
    let answer = send(call).await?;
    let json = answer.value().await?;
    Ok(Rc::new(Body {
        json,
        request_id: answer.request_id().to_owned(),
    }))
}

fn finish(flight: &Rc<Flight>, outcome: Outcome) {
    land(flight);
    if let Ok(body) = &outcome
        && flight.users.get() > 0
    {
        keep(flight, Rc::clone(body));
    }
    flight.outcome.replace(Some(outcome));
    flight.wakers.take().into_iter().for_each(Waker::wake);
}

/// Removes a request that no further part may join.
fn land(flight: &Rc<Flight>) {
    CACHE.with_borrow_mut(|cache| cache.flights.retain(|known| !Rc::ptr_eq(known, flight)));
}

/// Keeps an answer, unless the panel knows the answer to a later request or something was written since.
fn keep(flight: &Flight, body: Rc<Body>) {
    let at = now().timestamp_millis();
    CACHE.with_borrow_mut(|cache| {
        let known = cache.known.iter().find(|known| known.path == flight.path);
        if flight.turn <= cache.outdated || known.is_some_and(|known| known.turn > flight.turn) {
            return;
        }
        cache.known.retain(|known| known.path != flight.path);
        cache.known.truncate(CAPACITY.saturating_sub(1));
        let known = Known {
            path: flight.path.clone(),
            turn: flight.turn,
            at,
            body,
        };
        cache.known.insert(0, known);
    });
}

#[cfg(test)]
mod tests {
    use super::is_list;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn is_list_distinguishes_lists_from_records() {
        assert!(is_list("/v1/orders"));
        assert!(is_list("/v1/orders?from=2026-01-01/2026-02-01"));
        assert!(!is_list("/v1/orders/1"));
        assert!(!is_list("/v1/orders/1/timeline?limit=5"));
    }
}
