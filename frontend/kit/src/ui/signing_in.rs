//! Signing in again above a page with unsaved work, when the session ended meanwhile: nothing that was typed is lost, and
//! the calls that wait go on.

use super::{modal::follow, password_box::password_box};
use crate::{api::Fault, session};
use js_sys::{Function, Promise};
use leptos::{html, prelude::*};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wire::{ProblemCode, accounts::sessions::NewSession};

thread_local! {
    static ASKED: ArcRwSignal<bool> = ArcRwSignal::new(false);
    static WAITING: RefCell<Vec<Function>> = const { RefCell::new(Vec::new()) };
}

/// Asks whoever was signed in to sign in again, once for all calls that wait; whether they did.
pub(crate) async fn ask() -> bool {
    let answered = Promise::new(&mut |answer, _| {
        WAITING.with_borrow_mut(|waiting| waiting.push(answer));
    });
    ASKED.with(Clone::clone).set(true);
    JsFuture::from(answered)
        .await
        .is_ok_and(|yes| yes.is_truthy())
}

fn answer(yes: bool) {
    ASKED.with(Clone::clone).set(false);
    // Taken first: whoever is told may ask again at once.
    for waiting in WAITING.take() {
        let _ = waiting.call1(&JsValue::NULL, &JsValue::from_bool(yes));
    }
}

/// Where it appears. Stands once, after every other window.
pub(crate) fn sign_ins() -> AnyView {
    let asked = ASKED.with(Clone::clone);
    asked.set(false);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let watched = asked.clone();
    Effect::new(move |_| open.set(watched.get()));
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby="signing-in" aria-describedby="signing-in-says"
            on:close=move |_| answer(false)>{move || open.get().then(body)}</dialog>
    }
    .into_any()
}

fn body() -> AnyView {
    let email = untrack(session::user)
        .map(|user| user.email)
        .unwrap_or_default();
    let (needs_code, fault, busy) = (
        RwSignal::new(false),
        RwSignal::new(None::<String>),
        RwSignal::new(false),
    );
    let (password, code) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    Effect::new(move |_| {
        let wanted = if needs_code.get() { code } else { password };
        request_animation_frame(move || {
            if let Some(input) = wanted.try_get_untracked().flatten() {
                let _ = input.focus();
            }
        });
    });
    let known = email.clone();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = |input: NodeRef<html::Input>| input.get_untracked().map(|input| input.value());
        let secret = typed(password).unwrap_or_default();
        if secret.is_empty() {
            return fault.set(Some("Enter your password.".to_owned()));
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let who = NewSession {
            email: known.clone(),
            password: secret,
            code: typed(code).filter(|_| needs_code.get_untracked()),
            client_id: None,
        };
        leptos::task::spawn_local(async move {
            let outcome = session::sign_in(&who).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => answer(true),
                Err(refused) => refuse(&refused, needs_code, fault),
            }
        });
    };
    let described = move || fault.with(Option::is_some).then_some("signing-in-fault");
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="signing-in">"You were signed out"</h2>
            <p id="signing-in-says" class="muted">"Sign in again to continue. What you typed on this page is kept."</p>
            <p>{email.clone()}</p>
            <input type="text" hidden autocomplete="username" value=email/>
            <div class="field"><label for="signing-in-password">"Password"</label>
                {password_box("signing-in-password", password, "current-password", described)}</div>
            <div class="field" class:hidden={move || !needs_code.get()}>
                <label for="signing-in-code">"Code or recovery code"</label>
                <input id="signing-in-code" node_ref=code type="text" class="mono" autocomplete="one-time-code"
                    autocapitalize="none" spellcheck="false" aria-describedby=described/></div>
            <div id="signing-in-fault" role="alert">{move || fault.get().map(|text| view! { <p class="banner"
                data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn" on:click=move |_| answer(false)>"Discard and sign out"</button>
                <button type="submit" class="btn primary" aria-busy={move || busy.get().to_string()}>"Sign in"</button>
            </footer>
        </form>
    }
    .into_any()
}

fn refuse(refused: &Fault, needs_code: RwSignal<bool>, fault: RwSignal<Option<String>>) {
    let says = match refused.code() {
        Some(ProblemCode::SecondFactorRequired) => {
            let _ = needs_code.try_set(true);
            "Enter the code of your authenticator as well.".to_owned()
        }
        Some(ProblemCode::WrongCredentials) => "The password is wrong.".to_owned(),
        _ => refused.sentence(),
    };
    let _ = fault.try_set(Some(says));
}
