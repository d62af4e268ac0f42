//! Two-factor authentication of the current user: set up, renew the recovery codes, turn off.

use kit::{
    api::{self, Call},
    form::{Field, secret_field, text_field},
    page::{SmallForm, auth_card, load, load_with_reload, small_form},
    session, task, toast,
    ui::{
        ButtonVariant, Close, Disclosure, Icon, Tone, Value, button, codes, copyable, disclosures,
        drawing, facts, wizard,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::accounts::sessions::{DisableMfa, MfaCode, MfaEnrolment, MfaStatus, RecoveryCodes};

/// Draws the page that a user sees who must set up two-factor authentication before anything else.
pub fn enrolment() -> AnyView {
    let leave = || leptos::task::spawn_local(session::sign_out());
    auth_card(
        "Set up two-factor authentication",
        "Your role requires it: you sign in with your password and a code from an authenticator app.",
        view! {
            {set_up(Arc::new(session::complete_enrolment))}
            {button("Sign out", ButtonVariant::Quiet, Some(Icon::LogOut), leave)}
        },
    )
}

/// Draws the status of two-factor authentication with its actions.
pub fn own() -> AnyView {
    load_with_reload(
        || task(api::get::<MfaStatus>("/v1/mfa")),
        |status, reload| match status.enrolled_at {
            Some(_) => enrolled(&status, reload),
            None => missing(reload),
        },
    )
}

fn missing(reload: Close) -> AnyView {
    let body = move |_: Close| set_up(reload.clone());
    disclosures(vec![Disclosure {
        label: "Set up two-factor authentication",
        variant: ButtonVariant::Primary,
        body: Arc::new(body),
    }])
}

fn enrolled(status: &MfaStatus, reload: Close) -> AnyView {
    let left = status.recovery_codes;
    let all = vec![
        ("Status", Value::badge("On", Tone::Good)),
        (
            "Since",
            status.enrolled_at.map_or_else(Value::absent, Value::time),
        ),
        ("Recovery codes", recovery(left)),
    ];
    let (renewed, removed, is_required) = (reload.clone(), reload, status.is_required);
    view! {
        {facts(all)}
        {disclosures(vec![
            Disclosure { label: "Generate recovery codes", variant: ButtonVariant::Plain, body: Arc::new(move |_| renew(renewed.clone())) },
            Disclosure { label: "Turn off", variant: ButtonVariant::Danger, body: Arc::new(move |_| remove(removed.clone(), is_required)) },
        ])}
    }
    .into_any()
}

fn recovery(left: i64) -> Value {
    match left {
        0 => Value::badge("None left", Tone::Bad),
        1..=3 => Value::badge(format!("{left} left"), Tone::Waiting),
        more => Value::text(format!("{more} left")),
    }
}

/// Draws the set-up: the secret, the first code, then the recovery codes. Calls `done` at the end.
fn set_up(done: Close) -> AnyView {
    let first = |complete: kit::ui::Complete<RecoveryCodes>| {
        load(
            || {
                task(async {
                    api::send(Call::post("/v1/mfa"))
                        .await?
                        .json::<MfaEnrolment>()
                        .await
                })
            },
            move |new| scan(&new, complete.clone()),
        )
    };
    wizard(first, move |all| show_recovery_codes(all, done.clone()))
}

fn scan(new: &MfaEnrolment, complete: kit::ui::Complete<RecoveryCodes>) -> AnyView {
    let grouped = new.secret.as_bytes().chunks(4).map(String::from_utf8_lossy);
    let secret = grouped.collect::<Vec<_>>().join(" ");
    let confirm = move |by: MfaCode| {
        let complete = complete.clone();
        task(async move {
            let call = Call::post("/v1/mfa/enrol").json(&by);
            complete(api::send(call).await?.json().await?);
            Ok(())
        })
    };
    view! {
        <div class="with-picture">
            {drawing(new.qr_svg.clone(), "QR code for an authenticator app")}
            <div class="steps"><p>"Scan the QR code with an authenticator app on your phone, or enter this key in the app:"</p>
                {copyable(secret)}
                <p>"Then enter the six-digit code from the app."</p>
                {small_form(SmallForm::new("Confirm", [code("Code")]), confirm)}</div>
        </div>
    }
    .into_any()
}

fn renew(done: Close) -> AnyView {
    let first = |complete: kit::ui::Complete<RecoveryCodes>| {
        let form = SmallForm::new("Generate codes", [code("Code")]);
        let form = small_form(form, move |by: MfaCode| {
            let complete = complete.clone();
            task(async move {
                let call = Call::post("/v1/mfa/codes").json(&by);
                complete(api::send(call).await?.json().await?);
                Ok(())
            })
        });
        view! { <p class="muted">"The current recovery codes stop working."</p>{form} }.into_any()
    };
    wizard(first, move |all| show_recovery_codes(all, done.clone()))
}

fn show_recovery_codes(all: RecoveryCodes, done: Close) -> AnyView {
    view! {
        <p class="banner" data-tone="waiting">"Save these codes where you can find them without your phone. Each code signs you in once
            without it. They are shown only once."</p>
        {codes(all.codes, "esim-admin-recovery-codes.txt")}
        <div class="actions">{button("I have saved them", ButtonVariant::Primary, None, move || done())}</div>
    }
    .into_any()
}

fn remove(done: Close, is_required: bool) -> AnyView {
    let text = if is_required {
        "Your role requires it: you have to set it up again immediately."
    } else {
        "Your password alone will then be enough to sign in."
    };
    let password = secret_field("password", "Your password").fills("current-password");
    let form = SmallForm::new("Turn off", [password, code("Code or recovery code")]).danger();
    let form = small_form(form, move |by: DisableMfa| {
        let done = done.clone();
        task(async move {
            api::send(Call::post("/v1/mfa/disable").json(&by)).await?;
            toast::good("Two-factor authentication turned off");
            done();
            Ok(())
        })
    });
    view! { <p class="muted">{text}</p>{form} }.into_any()
}

fn code(label: &'static str) -> Field {
    text_field("code", label).fills("one-time-code")
}
