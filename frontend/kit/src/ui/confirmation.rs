//! The step-up dialog: the user proves that it is them when the server requires it, once for all calls that wait.

use super::{
    password_box::password_box,
    shared_dialog::{self, SharedDialog},
};
use crate::api::{Call, Fault, send};
use leptos::{html, prelude::*};
use wire::accounts::sessions::Confirm;

thread_local! {
    static DIALOG: SharedDialog = SharedDialog::new();
}

/// Asks for the password or a code, and tells whether the user proved that it is them.
pub(crate) async fn ask() -> bool {
    shared_dialog::ask(&DIALOG).await
}

fn answer(yes: bool) {
    shared_dialog::answer(&DIALOG, yes);
}

/// Draws the dialog, once in the panel and after every other dialog.
pub(crate) fn confirmations() -> AnyView {
    shared_dialog::draw(&DIALOG, "confirmation", body)
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
            return fault
                .set(Some("Enter it to continue.".to_owned()).filter(|_| typed.is_empty()));
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
            <h2 id="confirmation">"Confirm it is you"</h2>
            <p id="confirmation-says" class="muted">"This action requires your password or a code. You are not asked again for 15 minutes."</p>
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
