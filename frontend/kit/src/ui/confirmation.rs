//! Whether it is still them: asked in a window when the server wants to know, once for all calls that wait.

use super::{modal::follow, password_box::password_box};
use crate::api::{Call, Fault, send};
use js_sys::{Function, Promise};
use leptos::{html, prelude::*};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wire::accounts::sessions::Confirm;

thread_local! {
    static ASKED: ArcRwSignal<bool> = ArcRwSignal::new(false);
    static WAITING: RefCell<Vec<Function>> = const { RefCell::new(Vec::new()) };
}

/// Asks, and says whether they proved it.
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
pub(crate) fn confirmations() -> AnyView {
    let asked = ASKED.with(Clone::clone);
    asked.set(false);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let watched = asked.clone();
    Effect::new(move |_| open.set(watched.get()));
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby="confirmation" aria-describedby="confirmation-says"
            on:close=move |_| answer(false)>{move || open.get().then(body)}</dialog>
    }
    .into_any()
}

fn body() -> AnyView {
    let (by_code, fault, busy) = (
        RwSignal::new(false),
        RwSignal::new(None::<String>),
        RwSignal::new(false),
    );
    let (password, code) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let current = move || {
        if by_code.get_untracked() {
            code.get_untracked()
        } else {
            password.get_untracked()
        }
    };
    Effect::new(move |_| {
        by_code.track();
        request_animation_frame(move || {
            if let Some(input) = current() {
                let _ = input.focus();
            }
        });
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(typed) = current().map(|input| input.value()) else {
            return;
        };
        if typed.is_empty() || busy.get_untracked() {
            return fault.set(Some("Enter it to go on.".to_owned()).filter(|_| typed.is_empty()));
        }
        busy.set(true);
        let proof = if by_code.get_untracked() {
            Confirm {
                code: Some(typed),
                password: None,
            }
        } else {
            Confirm {
                password: Some(typed),
                code: None,
            }
        };
        leptos::task::spawn_local(async move {
            let outcome = prove(&proof).await;
            let _ = busy.try_set(false);
            match outcome {
                Ok(()) => answer(true),
                Err(refused) => {
                    let said = refused.fields().into_iter().next();
                    let says = said.map_or_else(|| refused.sentence(), |(_, says)| says);
                    let _ = fault.try_set(Some(says));
                    if let Some(input) = current() {
                        input.select();
                    }
                }
            }
        });
    };
    let other = move |_| {
        fault.set(None);
        by_code.update(|by_code| *by_code = !*by_code);
    };
    let described = move || fault.with(Option::is_some).then_some("confirmation-fault");
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="confirmation">"Confirm that it is you"</h2>
            <p id="confirmation-says" class="muted">"This act asks for your password or a code. You are not asked again for 15 minutes."</p>
            <div class="field" class:hidden={move || by_code.get()}>
                <label for="confirmation-password">"Your password"</label>
                {password_box("confirmation-password", password, "current-password", described)}</div>
            <div class="field" class:hidden={move || !by_code.get()}>
                <label for="confirmation-code">"Code"</label>
                <input id="confirmation-code" node_ref=code type="text" class="mono" autocomplete="one-time-code" inputmode="numeric"
                    spellcheck="false" aria-describedby=described/></div>
            <div id="confirmation-fault" role="alert">{move || fault.get().map(|text| view! { <p class="banner"
                data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn quiet" on:click=other>
                    {move || if by_code.get() { "Use the password" } else { "Use a code" }}</button>
                <span class="spacer"></span>
                <button type="button" class="btn" on:click=move |_| answer(false)>"Cancel"</button>
                <button type="submit" class="btn primary" aria-busy={move || busy.get().to_string()}>"Confirm"</button>
            </footer>
        </form>
    }
    .into_any()
}

/// Boxed, because a call that asks is itself sent by what asks.
fn prove(proof: &Confirm) -> crate::Task<Result<(), Fault>> {
    let call = Call::post("/v1/sessions/confirm").json(proof);
    crate::task(async move { send(call).await.map(drop) })
}
