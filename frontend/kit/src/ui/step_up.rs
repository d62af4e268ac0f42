//! The step-up dialog: the user confirms their identity when the server requires it, once for all requests that
//! wait.

use super::{
    password_box::password_box,
    shared_dialog::{self, SharedDialog},
};
use crate::api::{ApiError, Call, send};
use leptos::{html, prelude::*};
use wire::accounts::sessions::ConfirmIdentity;

thread_local! {
    static DIALOG: SharedDialog = SharedDialog::new();
}

/// Requests the password or a code, and tells whether the user confirmed their identity.
pub(crate) async fn ask() -> bool {
    shared_dialog::ask(&DIALOG).await
}

fn answer(yes: bool) {
    shared_dialog::answer(&DIALOG, yes);
}

/// Draws the dialog, once in the panel and after every other dialog.
pub(crate) fn step_up_dialog() -> AnyView {
    shared_dialog::draw(&DIALOG, "step-up", body)
}

fn body() -> AnyView {
    let (by_code, error, busy) = (
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
            return error.set(
                Some("Enter your password or a code.".to_owned()).filter(|_| typed.is_empty()),
            );
        }
        busy.set(true);
        let proof = if by_code.get_untracked() {
            ConfirmIdentity {
                code: Some(typed),
                password: None,
            }
        } else {
            ConfirmIdentity {
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
                    let field = refused.fields().into_iter().next();
                    let text = field.map_or_else(|| refused.sentence(), |(_, text)| text);
                    let _ = error.try_set(Some(text));
                    if let Some(input) = current() {
                        input.select();
                    }
                }
            }
        });
    };
    let other = move |_| {
        error.set(None);
        by_code.update(|by_code| *by_code = !*by_code);
    };
    let described = move || error.with(Option::is_some).then_some("step-up-error");
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="step-up">"Confirm it is you"</h2>
            <p id="step-up-text" class="muted">"This action requires your password or a code. You are not asked again for 15 minutes."</p>
            <div class="field" class:hidden={move || by_code.get()}>
                <label for="step-up-password">"Your password"</label>
                {password_box("step-up-password", password, "current-password", described)}</div>
            <div class="field" class:hidden={move || !by_code.get()}>
                <label for="step-up-code">"Code"</label>
                <input id="step-up-code" node_ref=code type="text" class="mono" autocomplete="one-time-code" inputmode="numeric"
                    spellcheck="false" aria-describedby=described/></div>
            <div id="step-up-error" role="alert">{move || error.get().map(|text| view! { <p class="banner"
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

/// Boxed, because `send` opens this dialog, and the dialog calls `send`.
fn prove(proof: &ConfirmIdentity) -> crate::Task<Result<(), ApiError>> {
    let call = Call::post("/v1/sessions/confirm").json(proof);
    crate::task(async move { send(call).await.map(drop) })
}
