//! The sign-in: an address and a password, and where the account has a second factor a code, in the same card.

use crate::{
    api::Fault,
    session,
    ui::{Icon, icon, password_box::password_box},
};
use leptos::{html, prelude::*};
use wire::{Check, FieldError, ProblemCode, accounts::sessions::NewSession};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Password,
    Code,
    /// The code of somebody without their authenticator.
    Recovery,
}

/// The state of the page.
#[derive(Clone, Copy)]
struct Door {
    step: RwSignal<Step>,
    fault: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    who: StoredValue<NewSession>,
    email: NodeRef<html::Input>,
    password: NodeRef<html::Input>,
    code: NodeRef<html::Input>,
}

/// Asks who it is. `forgot` is where who forgot their password is helped. The page goes on by itself once somebody is
/// signed in.
pub fn login_page(name: &'static str, says: &'static str, forgot: &'static str) -> AnyView {
    document().set_title(&format!("Sign in · {name}"));
    let door = Door {
        step: RwSignal::new(Step::Password),
        fault: RwSignal::new(None),
        busy: RwSignal::new(false),
        who: StoredValue::new(NewSession::default()),
        email: NodeRef::new(),
        password: NodeRef::new(),
        code: NodeRef::new(),
    };
    let lapsed = session::has_lapsed().then(|| {
        view! { <p class="banner" role="status" data-tone="waiting">"You were signed out. Sign in to continue where you were."</p> }
    });
    request_animation_frame(move || {
        if let Some(input) = door.email.try_get_untracked().flatten() {
            let _ = input.focus();
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !door.busy.get_untracked() {
            door.knock();
        }
    };
    let fields = move || match door.step.get() {
        Step::Password => first(door, forgot),
        step => second(door, step),
    };
    let verb = move || match (door.busy.get(), door.step.get()) {
        (true, _) => "Signing in…",
        (false, Step::Password) => "Sign in",
        (false, _) => "Go on",
    };
    view! {
        <main class="auth">
            <form class="auth-card" on:submit=submit novalidate>
                <span class="brand-mark large" aria-hidden="true"></span>
                <div><h1>{name}</h1><p class="muted">{says}</p></div>
                {lapsed}
                <div class="auth-step">{fields}</div>
                <div class="auth-says" role="alert" id="login-fault">{move || door.fault.get().map(|text| view! { <p
                    class="field-fault">{icon(Icon::CircleAlert)}<span>{text}</span></p> })}</div>
                <button type="submit" class="btn primary block" aria-busy={move || door.busy.get().to_string()}>{verb}</button>
            </form>
        </main>
    }
    .into_any()
}

fn first(door: Door, forgot: &'static str) -> AnyView {
    let described = move || door.fault.with(Option::is_some).then_some("login-fault");
    let known = door.who.with_value(|who| who.email.clone());
    view! {
        <div class="field"><label for="email">"E-mail address"</label>
            <input id="email" node_ref=door.email type="email" value=known autocomplete="username" autocapitalize="none"
                spellcheck="false" autofocus aria-describedby=described/></div>
        <div class="field"><label for="password">"Password"</label>
            {password_box("password", door.password, "current-password", described)}
            <a class="link field-or" href=forgot>"Forgot your password?"</a></div>
    }
    .into_any()
}

fn second(door: Door, step: Step) -> AnyView {
    let described = move || match door.fault.with(Option::is_some) {
        true => "login-fault",
        false => "code-help",
    };
    let is_recovery = step == Step::Recovery;
    let (label, help, fills, digits) = if is_recovery {
        (
            "Recovery code",
            "One of those that you have kept. It serves once.",
            "off",
            "text",
        )
    } else {
        (
            "Code",
            "The six digits that your authenticator shows.",
            "one-time-code",
            "numeric",
        )
    };
    let (other, says) = if is_recovery {
        (Step::Code, "Use the authenticator")
    } else {
        (Step::Recovery, "Use a recovery code")
    };
    let node = door.code;
    request_animation_frame(move || {
        if let Some(input) = node.get_untracked() {
            let _ = input.focus();
        }
    });
    view! {
        <div class="field"><label for="code">{label}</label>
            <input id="code" node_ref=node type="text" class="mono" autocomplete=fills inputmode=digits autocapitalize="none"
                spellcheck="false" aria-describedby=described/><p class="field-help" id="code-help">{help}</p></div>
        <div class="auth-ways"><button type="button" class="link" on:click=move |_| door.go(other)>{says}</button>
            <button type="button" class="link" on:click=move |_| door.go(Step::Password)>"Back"</button></div>
    }
    .into_any()
}

impl Door {
    fn go(self, step: Step) {
        self.fault.set(None);
        if let Some(input) = self.code.get_untracked() {
            input.set_value("");
        }
        self.step.set(step);
    }

    /// Reads what was typed, and sends it unless something is missing.
    fn knock(self) {
        let Some(who) = self.read() else { return };
        if let Some(first) = who.faults().into_iter().next() {
            return self.complain(&first);
        }
        self.busy.set(true);
        self.fault.set(None);
        leptos::task::spawn_local(async move {
            if let Err(refused) = session::sign_in(&who).await {
                self.refuse(&refused);
            }
            let _ = self.busy.try_set(false);
        });
    }

    /// Read from the boxes: a password manager may have filled them in without a word.
    fn read(self) -> Option<NewSession> {
        if self.step.get_untracked() == Step::Password {
            let (email, password) = (self.email.get_untracked()?, self.password.get_untracked()?);
            self.who.set_value(NewSession {
                email: email.value().trim().to_owned(),
                password: password.value(),
                code: None,
                client_id: None,
            });
        } else {
            let code = self.code.get_untracked()?.value();
            self.who.update_value(|who| who.code = Some(code));
        }
        Some(self.who.get_value())
    }

    fn complain(self, about: &FieldError) {
        let field = match about.field.as_str() {
            "email" => self.email,
            "password" => self.password,
            _ => self.code,
        };
        if let Some(input) = field.get_untracked() {
            let _ = input.focus();
        }
        self.fault.set(Some(about.message.clone()));
    }

    fn refuse(self, refused: &Fault) {
        let asked = self.step.try_get_untracked().unwrap_or(Step::Password);
        let says = match refused.code() {
            Some(ProblemCode::SecondFactorRequired) if asked == Step::Password => {
                let _ = self.step.try_set(Step::Code);
                return;
            }
            Some(ProblemCode::WrongCredentials) => {
                // The password may be another one by now.
                let _ = self.step.try_set(Step::Password);
                "The e-mail address or the password is wrong.".to_owned()
            }
            Some(ProblemCode::Forbidden) => {
                "This panel is for the staff. Customers sign in at the shop where they bought."
                    .to_owned()
            }
            _ => refused.sentence(),
        };
        let _ = self.fault.try_set(Some(says));
        let field = if asked == Step::Password {
            self.password
        } else {
            self.code
        };
        if let Some(input) = field.try_get_untracked().flatten() {
            input.select();
        }
    }
}
