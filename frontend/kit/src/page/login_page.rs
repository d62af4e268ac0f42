//! The sign-in.

use crate::{
    session,
    ui::{Icon, icon},
};
use leptos::{html, prelude::*};
use wire::{Check, ProblemCode, accounts::sessions::NewSession};

/// Asks for an address and a password. The page goes on by itself once somebody is signed in.
pub fn login_page(name: &'static str, says: &'static str) -> AnyView {
    document().set_title(&format!("Sign in · {name}"));
    let (fault, busy, shown) = (
        RwSignal::new(None::<String>),
        RwSignal::new(false),
        RwSignal::new(false),
    );
    let (email, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(mail), Some(word)) = (email.get_untracked(), password.get_untracked()) else {
            return;
        };
        // Read from the boxes: a password manager may have filled them in without a word.
        let who = NewSession {
            email: mail.value().trim().to_owned(),
            password: word.value(),
            code: None,
        };
        if let Some(first) = who.faults().into_iter().next() {
            let _ = if first.field == "email" {
                mail.focus()
            } else {
                word.focus()
            };
            return fault.set(Some(first.message));
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        fault.set(None);
        leptos::task::spawn_local(async move {
            if let Err(refused) = session::sign_in(&who).await {
                let says = match refused.code() {
                    Some(ProblemCode::WrongCredentials) => "The e-mail address or the password is wrong.".to_owned(),
                    Some(ProblemCode::Forbidden) => "This panel is for the staff. Customers sign in at the shop where they bought.".to_owned(),
                    _ => refused.sentence(),
                };
                let _ = fault.try_set(Some(says));
                word.select();
            }
            let _ = busy.try_set(false);
        });
    };
    let described = move || fault.with(Option::is_some).then_some("login-fault");
    view! {
        <main class="auth">
            <form class="auth-card" on:submit=submit novalidate>
                <span class="brand-mark large" aria-hidden="true"></span>
                <div><h1>{name}</h1><p class="muted">{says}</p></div>
                <div class="field"><label for="email">"E-mail address"</label>
                    <input id="email" node_ref=email type="email"
                        autocomplete="username" autocapitalize="none" spellcheck="false" autofocus
                        aria-describedby=described/></div>
                <div class="field"><label for="password">"Password"</label>
                    <div class="amount"><input id="password" node_ref=password
                        type={move || if shown.get() { "text" } else { "password" }} autocomplete="current-password"
                        aria-describedby=described/>
                        <button type="button" class="peek" aria-pressed={move || shown.get().to_string()}
                            aria-label="Show the password" on:click=move |_| shown.update(|shown| *shown = !*shown)>
                            {move || icon(if shown.get() { Icon::EyeOff } else { Icon::Eye })}</button></div></div>
                <div class="auth-says" role="alert" id="login-fault">{move || fault.get().map(|text| view! { <p
                    class="field-fault">{icon(Icon::CircleAlert)}<span>{text}</span></p> })}</div>
                <button type="submit" class="btn primary block" aria-busy={move || busy.get().to_string()}>
                    {move || if busy.get() { "Signing in…" } else { "Sign in" }}</button>
            </form>
        </main>
    }
    .into_any()
}
