//! Renewing the access token: once for all calls that wait, and in one tab at a time.
//!
//! The refresh cookie changes with every use, and an old one used again ends the session on the server. So two
//! calls, or two tabs, must never use it side by side: calls share one promise, tabs a lock of the browser.

use super::{Call, Fault, send::send};
use crate::{guard, session, ui::signing_in};
use js_sys::{Function, Promise, Reflect};
use std::{cell::RefCell, future::Future, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wire::{ProblemCode, accounts::sessions::Granted};

thread_local! {
    static FLIGHT: RefCell<Option<Promise>> = const { RefCell::new(None) };
    static OUTCOME: RefCell<Result<(), Fault>> = const { RefCell::new(Ok(())) };
}

/// Renews the access token, or waits for the renewal that is under way. If the session has ended over unsaved work, a
/// dialog above the page asks the user to sign in again, and the work continues; otherwise the session ends.
pub(crate) async fn renew() -> Result<(), Fault> {
    let flight = FLIGHT.with_borrow_mut(|flight| flight.get_or_insert_with(start).clone());
    // The promise never fails: what became of it stands in OUTCOME.
    let _ = JsFuture::from(flight).await;
    let outcome = OUTCOME.with_borrow(Clone::clone);
    let is_over = matches!(
        outcome.as_ref().err().and_then(Fault::code),
        Some(ProblemCode::Unauthenticated | ProblemCode::WrongCredentials | ProblemCode::Forbidden)
    );
    if !is_over {
        return outcome;
    }
    if guard::is_dirty() && session::is_in() && signing_in::ask().await {
        return Ok(());
    }
    session::lapse();
    outcome
}

fn start() -> Promise {
    future_to_promise(async {
        alone(async {
            let outcome = ask().await;
            OUTCOME.set(outcome);
        })
        .await;
        FLIGHT.take();
        Ok(JsValue::UNDEFINED)
    })
}

async fn ask() -> Result<(), Fault> {
    let answer = send(Call::post("/v1/sessions/refresh").as_nobody()).await;
    let granted = match answer {
        Ok(answer) => answer.json::<Granted>().await,
        Err(fault) => Err(fault),
    };
    session::take(granted?)
}

/// Runs the work under the browser's lock. Without locks (an insecure address) it just runs.
async fn alone(work: impl Future<Output = ()> + 'static) {
    let locks = web_sys::window()
        .and_then(|window| Reflect::get(&window.navigator(), &"locks".into()).ok());
    let request = locks.as_ref().and_then(|locks| {
        Reflect::get(locks, &"request".into())
            .ok()?
            .dyn_into::<Function>()
            .ok()
    });
    let (Some(locks), Some(request)) = (locks, request) else {
        return work.await;
    };
    let work = Rc::new(RefCell::new(Some(work)));
    let locked = Closure::<dyn FnMut(JsValue) -> JsValue>::new({
        let work = Rc::clone(&work);
        move |_| {
            let work = work.take();
            let done = future_to_promise(async move {
                if let Some(work) = work {
                    work.await;
                }
                Ok(JsValue::UNDEFINED)
            });
            done.into()
        }
    });
    if let Some(held) = request
        .call2(&locks, &"esim-admin-session".into(), locked.as_ref())
        .ok()
        .and_then(|held| held.dyn_into::<Promise>().ok())
    {
        let _ = JsFuture::from(held).await;
    }
    // A lock that was refused never ran the work.
    let left = work.take();
    if let Some(work) = left {
        work.await;
    }
}
