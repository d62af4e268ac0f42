//! The sign-in page: e-mail address and password, then a code in the same card if the account has two-factor
//! authentication.

use crate::{
    api::ApiError,
    session,
    ui::{Icon, icon_view, password_box::password_box},
};
use leptos::{html, prelude::*};
use wire::{Check, FieldError, ProblemCode, accounts::sessions::NewSession};

/// The step of the sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Password,
    Code,
    /// A recovery code, for a user without the authenticator.
    Recovery,
}

/// The state of the page.
#[derive(Clone, Copy)]
struct SignIn {
    step: RwSignal<Step>,
    error: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    who: StoredValue<NewSession>,
    email: NodeRef<html::Input>,
    password: NodeRef<html::Input>,
    code: NodeRef<html::Input>,
}

/// Draws the sign-in page. `forgot` is the address of the password reset. After the sign-in, the panel leaves the
/// page.
pub fn login_page(name: &'static str, text: &'static str, forgot: &'static str) -> AnyView {
    document().set_title(&format!("Sign in · {name}"));
    let page = SignIn {
        step: RwSignal::new(Step::Password),
        error: RwSignal::new(None),
        busy: RwSignal::new(false),
        who: StoredValue::new(NewSession::default()),
        email: NodeRef::new(),
        password: NodeRef::new(),
        code: NodeRef::new(),
    };
    let expired = session::take_expired().then(|| {
        view! { <p class="banner" role="status" data-tone="waiting">"You were signed out. Sign in to continue where you were."</p> }
    });
    request_animation_frame(move || {
        if let Some(input) = page.email.try_get_untracked().flatten() {
            let _ = input.focus();
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !page.busy.get_untracked() {
            page.submit();
        }
    };
    let fields = move || match page.step.get() {
        Step::Password => first(page, forgot),
        step => second(page, step),
    };
    let verb = move || match (page.busy.get(), page.step.get()) {
        (true, _) => "Signing in…",
        (false, Step::Password) => "Sign in",
        (false, _) => "Continue",
    };
    view! {
        <main class="auth">
            <form class="auth-card" on:submit=submit novalidate>
                <span class="brand-mark large" aria-hidden="true"></span>
                <div><h1>{name}</h1><p class="muted">{text}</p></div>
                {expired}
                <div class="auth-step">{fields}</div>
                <div class="auth-error" role="alert" id="login-error">{move || page.error.get().map(|text| view! { <p
                    class="field-error">{icon_view(Icon::CircleAlert)}<span>{text}</span></p> })}</div>
                <button type="submit" class="btn primary block" aria-busy={move || page.busy.get().to_string()}>{verb}</button>
            </form>
        </main>
    }
    .into_any()
}

fn first(page: SignIn, forgot: &'static str) -> AnyView {
    let described = move || page.error.with(Option::is_some).then_some("login-error");
    let known = page.who.with_value(|who| who.email.clone());
    view! {
        <div class="field"><label for="email">"E-mail address"</label>
            <input id="email" node_ref=page.email type="email" value=known autocomplete="username" autocapitalize="none"
                spellcheck="false" autofocus aria-describedby=described/></div>
        <div class="field"><label for="password">"Password"</label>
            {password_box("password", page.password, "current-password", described)}
            <a class="link field-or" href=forgot>"Forgot your password?"</a></div>
    }
    .into_any()
}

fn second(page: SignIn, step: Step) -> AnyView {
    let described = move || match page.error.with(Option::is_some) {
        true => "login-error",
        false => "code-help",
    };
    let is_recovery = step == Step::Recovery;
    let (label, help, fills, digits) = if is_recovery {
        (
            "Recovery code",
            "One of the recovery codes that you stored. Each code works once.",
            "off",
            "text",
        )
    } else {
        (
            "Code",
            "The six digits in your authenticator app.",
            "one-time-code",
            "numeric",
        )
    };
    let (other, text) = if is_recovery {
        (Step::Code, "Use the authenticator app")
    } else {
        (Step::Recovery, "Use a recovery code")
    };
    let node = page.code;
    request_animation_frame(move || {
        if let Some(input) = node.get_untracked() {
            let _ = input.focus();
        }
    });
    view! {
        <div class="field"><label for="code">{label}</label>
            <input id="code" node_ref=node type="text" class="mono" autocomplete=fills inputmode=digits autocapitalize="none"
                spellcheck="false" aria-describedby=described/><p class="field-help" id="code-help">{help}</p></div>
        <div class="auth-options"><button type="button" class="link" on:click=move |_| page.go(other)>{text}</button>
            <button type="button" class="link" on:click=move |_| page.go(Step::Password)>"Back"</button></div>
    }
    .into_any()
}

impl SignIn {
    fn go(self, step: Step) {
        self.error.set(None);
        if let Some(input) = self.code.get_untracked() {
            input.set_value("");
        }
        self.step.set(step);
    }

    /// Reads and checks the input, then signs in.
    fn submit(self) {
        let Some(who) = self.read() else { return };
        if let Some(first) = who.field_errors().into_iter().next() {
            return self.show_error(&first);
        }
        self.busy.set(true);
        self.error.set(None);
        leptos::task::spawn_local(async move {
            if let Err(refused) = session::sign_in(&who).await {
                self.refuse(&refused);
            }
            let _ = self.busy.try_set(false);
        });
    }

    /// Reads the inputs themselves, because a password manager may fill them in without an event.
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

    fn show_error(self, about: &FieldError) {
        let field = match about.field.as_str() {
            "email" => self.email,
            "password" => self.password,
            _ => self.code,
        };
        if let Some(input) = field.get_untracked() {
            let _ = input.focus();
        }
        self.error.set(Some(about.message.clone()));
    }

    fn refuse(self, refused: &ApiError) {
        let step = self.step.try_get_untracked().unwrap_or(Step::Password);
        let text = match refused.code() {
            Some(ProblemCode::SecondFactorRequired) if step == Step::Password => {
                let _ = self.step.try_set(Step::Code);
                return;
            }
            Some(ProblemCode::WrongCredentials) => {
                // The user may have to change the password as well.
                let _ = self.step.try_set(Step::Password);
                "The e-mail address or the password is wrong.".to_owned()
            }
            Some(ProblemCode::Forbidden) => {
                "This panel is for the staff. Customers sign in at the shop.".to_owned()
            }
            _ => refused.sentence(),
        };
        let _ = self.error.try_set(Some(text));
        let field = if step == Step::Password {
            self.password
        } else {
            self.code
        };
        if let Some(input) = field.try_get_untracked().flatten() {
            input.select();
        }
    }
}
