//! Renews the access token, once for all requests that wait, and in one tab at a time.
//!
//! The refresh cookie changes with every use, and the server ends the session when an old cookie is used again. So
//! two requests, or two tabs, must never use it at the same time: requests share one promise, and tabs share a lock
//! of the browser.

use super::{ApiError, Call, receive, send::send};
use crate::{session, ui::sign_in_dialog, unsaved_changes};
use js_sys::{Function, Promise, Reflect};
use std::{cell::RefCell, future::Future, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wire::{ProblemCode, accounts::sessions::TokenResponse};

thread_local! {
    static RENEWAL: RefCell<Option<Promise>> = const { RefCell::new(None) };
    static OUTCOME: RefCell<Result<(), ApiError>> = const { RefCell::new(Ok(())) };
}

/// Renews the access token, or waits for the renewal that is under way. If the session has ended while the page
/// holds unsaved work, a dialog above the page asks the user to sign in again, and the work continues; otherwise the
/// session ends.
pub(crate) async fn renew() -> Result<(), ApiError> {
    let request = RENEWAL.with_borrow_mut(|request| request.get_or_insert_with(start).clone());
    // The promise never fails: the result is in OUTCOME.
    let _ = JsFuture::from(request).await;
    let outcome = OUTCOME.with_borrow(Clone::clone);
    let is_over = matches!(
        outcome.as_ref().err().and_then(ApiError::code),
        Some(ProblemCode::Unauthenticated | ProblemCode::WrongCredentials | ProblemCode::Forbidden)
    );
    if !is_over {
        return outcome;
    }
    if unsaved_changes::is_dirty() && session::is_signed_in() && sign_in_dialog::ask().await {
        return Ok(());
    }
    session::expire();
    outcome
}

fn start() -> Promise {
    future_to_promise(async {
        with_lock(async {
            let outcome = ask().await;
            OUTCOME.set(outcome);
        })
        .await;
        RENEWAL.take();
        Ok(JsValue::UNDEFINED)
    })
}

async fn ask() -> Result<(), ApiError> {
    let answer = match take_early() {
        Some(request) => {
            let response = JsFuture::from(request).await;
            receive(response.and_then(JsCast::dyn_into)).await
        }
        None => send(Call::post("/v1/sessions/refresh").anonymous()).await,
    };
    let response = match answer {
        Ok(answer) => answer.json::<TokenResponse>().await,
        Err(error) => Err(error),
    };
    session::start(response?)
}

/// Takes the request that `boot.js` has sent while the panel was loading.
fn take_early() -> Option<Promise> {
    let (window, name) = (web_sys::window()?, "earlyRefresh");
    let request = Reflect::get(&window, &name.into()).ok()?;
    Reflect::set(&window, &name.into(), &JsValue::UNDEFINED).ok()?;
    request.dyn_into().ok()
}

/// Runs the work under the browser's lock. Without locks (on an insecure address) the work runs directly.
async fn with_lock(work: impl Future<Output = ()> + 'static) {
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
    // If the browser refused the lock, the work has not run.
    let left = work.take();
    if let Some(work) = left {
        work.await;
    }
}
