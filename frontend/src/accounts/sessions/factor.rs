//! One's second factor: set up, renewed, taken away.

use kit::{
    api::{self, Call},
    form::{Field, secret_field, text_field},
    page::{SmallForm, auth_card, once, renewed, small_form},
    session, task, toast,
    ui::{
        Close, Icon, Look, Tone, Unfold, Value, button, codes, copyable, drawing, facts, unfold,
        until,
    },
};
use leptos::prelude::*;
use std::sync::Arc;
use wire::accounts::sessions::{DisableFactor, Factor, FactorCode, NewFactor, RecoveryCodes};

/// The page of whoever has to set one up before anything else.
pub fn enrolment() -> AnyView {
    let leave = || leptos::task::spawn_local(session::sign_out());
    auth_card(
        "Set up a second factor",
        "Your role needs one: you sign in with your password and a code of an authenticator app.",
        view! {
            {set_up(Arc::new(session::lift))}
            {button("Sign out", Look::Quiet, Some(Icon::LogOut), leave)}
        },
    )
}

/// How one stands, and what can be done about it.
pub fn own() -> AnyView {
    renewed(
        || task(api::get::<Factor>("/v1/factor")),
        |factor, again| match factor.enrolled_at {
            Some(_) => enrolled(&factor, again),
            None => missing(again),
        },
    )
}

fn missing(again: Close) -> AnyView {
    let body = move |_: Close| set_up(again.clone());
    unfold(vec![Unfold {
        label: "Set up a second factor",
        look: Look::Primary,
        body: Arc::new(body),
    }])
}

fn enrolled(factor: &Factor, again: Close) -> AnyView {
    let left = factor.recovery_codes;
    let all = vec![
        ("Status", Value::badge("On", Tone::Good)),
        (
            "Since",
            factor.enrolled_at.map_or_else(Value::absent, Value::time),
        ),
        ("Recovery codes", recovery(left)),
    ];
    let (renewed, removed, needed) = (again.clone(), again, factor.is_required);
    view! {
        {facts(all)}
        {unfold(vec![
            Unfold { label: "New recovery codes", look: Look::Plain, body: Arc::new(move |_| renew(renewed.clone())) },
            Unfold { label: "Turn off", look: Look::Danger, body: Arc::new(move |_| remove(removed.clone(), needed)) },
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

/// A secret, the first code of it, and the codes for the day it is lost; then goes on.
fn set_up(done: Close) -> AnyView {
    let first = |bring: kit::ui::Bring<RecoveryCodes>| {
        once(
            || {
                task(async {
                    api::send(Call::post("/v1/factor"))
                        .await?
                        .json::<NewFactor>()
                        .await
                })
            },
            move |new| scan(&new, bring.clone()),
        )
    };
    until(first, move |all| keep(all, done.clone()))
}

fn scan(new: &NewFactor, bring: kit::ui::Bring<RecoveryCodes>) -> AnyView {
    let grouped = new.secret.as_bytes().chunks(4).map(String::from_utf8_lossy);
    let secret = grouped.collect::<Vec<_>>().join(" ");
    let confirm = move |by: FactorCode| {
        let bring = bring.clone();
        task(async move {
            let call = Call::post("/v1/factor/enrol").json(&by);
            bring(api::send(call).await?.json().await?);
            Ok(())
        })
    };
    view! {
        <div class="with-picture">
            {drawing(new.qr_svg.clone(), "QR code for an authenticator app")}
            <div class="steps"><p>"Scan the picture with an authenticator app on your phone, or type this key into it:"</p>
                {copyable(secret)}
                <p>"Then enter the six digits that it shows."</p>
                {small_form(SmallForm::new("Confirm", [code("Code")]), confirm)}</div>
        </div>
    }
    .into_any()
}

fn renew(done: Close) -> AnyView {
    let first = |bring: kit::ui::Bring<RecoveryCodes>| {
        let of = SmallForm::new("Make new codes", [code("Code")]);
        let form = small_form(of, move |by: FactorCode| {
            let bring = bring.clone();
            task(async move {
                let call = Call::post("/v1/factor/codes").json(&by);
                bring(api::send(call).await?.json().await?);
                Ok(())
            })
        });
        view! { <p class="muted">"The codes that you have kept serve no more."</p>{form} }
            .into_any()
    };
    until(first, move |all| keep(all, done.clone()))
}

fn keep(all: RecoveryCodes, done: Close) -> AnyView {
    view! {
        <p class="banner" data-tone="waiting">"Keep these codes where you find them without your phone. Each signs you in once
            in its place. They are shown only now."</p>
        {codes(all.codes, "esim-admin-recovery-codes.txt")}
        <div class="actions">{button("I have kept them", Look::Primary, None, move || done())}</div>
    }
    .into_any()
}

fn remove(done: Close, is_needed: bool) -> AnyView {
    let says = if is_needed {
        "Your role needs one: you will be asked to set up another at once."
    } else {
        "From then on your password alone opens your account."
    };
    let password = secret_field("password", "Your password").fills("current-password");
    let of = SmallForm::new("Turn off", [password, code("Code or recovery code")]).danger();
    let form = small_form(of, move |by: DisableFactor| {
        let done = done.clone();
        task(async move {
            api::send(Call::post("/v1/factor/disable").json(&by)).await?;
            toast::good("Second factor turned off");
            done();
            Ok(())
        })
    });
    view! { <p class="muted">{says}</p>{form} }.into_any()
}

fn code(label: &'static str) -> Field {
    text_field("code", label).fills("one-time-code")
}
