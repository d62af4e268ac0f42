//! The dialog to sign in again above a page with unsaved work, after the session has ended. The page keeps its
//! fields, and the requests that wait continue.

use super::{
    password_box::password_box,
    shared_dialog::{self, SharedDialog},
};
use crate::{api::ApiError, session};
use leptos::{html, prelude::*};
use wire::{ProblemCode, accounts::sessions::NewSession};

thread_local! {
    static DIALOG: SharedDialog = SharedDialog::new();
}

/// Asks the user to sign in again, once for all requests that wait, and tells whether they did.
pub(crate) async fn ask() -> bool {
    shared_dialog::ask(&DIALOG).await
}

fn answer(yes: bool) {
    shared_dialog::answer(&DIALOG, yes);
}

/// Draws the dialog, once in the panel and after every other dialog.
pub(crate) fn sign_in_dialog() -> AnyView {
    shared_dialog::draw(&DIALOG, "sign-in", body)
}

fn body() -> AnyView {
    let email = untrack(session::user)
        .map(|user| user.email)
        .unwrap_or_default();
    let (needs_code, error, busy) = (
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
            return error.set(Some("Enter your password.".to_owned()));
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
                Err(refused) => refuse(&refused, needs_code, error),
            }
        });
    };
    let described = move || error.with(Option::is_some).then_some("sign-in-error");
    view! {
        <form class="window" on:submit=submit novalidate>
            <h2 id="sign-in">"You were signed out"</h2>
            <p id="sign-in-text" class="muted">"Sign in again to continue. Your changes on this page are kept."</p>
            <p>{email.clone()}</p>
            <input type="text" hidden autocomplete="username" value=email/>
            <div class="field"><label for="sign-in-password">"Password"</label>
                {password_box("sign-in-password", password, "current-password", described)}</div>
            <div class="field" class:hidden={move || !needs_code.get()}>
                <label for="sign-in-code">"Code or recovery code"</label>
                <input id="sign-in-code" node_ref=code type="text" class="mono" autocomplete="one-time-code"
                    autocapitalize="none" spellcheck="false" aria-describedby=described/></div>
            <div id="sign-in-error" role="alert">{move || error.get().map(|text| view! { <p class="banner"
                data-tone="bad">{text}</p> })}</div>
            <footer class="window-foot">
                <button type="button" class="btn" on:click=move |_| answer(false)>"Discard and sign out"</button>
                <button type="submit" class="btn primary" aria-busy={move || busy.get().to_string()}>"Sign in"</button>
            </footer>
        </form>
    }
    .into_any()
}

fn refuse(refused: &ApiError, needs_code: RwSignal<bool>, error: RwSignal<Option<String>>) {
    let text = match refused.code() {
        Some(ProblemCode::SecondFactorRequired) => {
            let _ = needs_code.try_set(true);
            "Enter the code of your authenticator as well.".to_owned()
        }
        Some(ProblemCode::WrongCredentials) => "The password is wrong.".to_owned(),
        _ => refused.sentence(),
    };
    let _ = error.try_set(Some(text));
}
