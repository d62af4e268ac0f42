//! The ways in: signing in, and the mails for who cannot.

use super::sessions::password::new_password;
use kit::{
    Task,
    api::{self, Call, Fault},
    form::text_field,
    page::{SmallForm, auth_card, login_page, once, small_form},
    route, task,
    ui::{Bring, Look, link_button, until},
};
use leptos::prelude::*;
use wire::accounts::sessions::{ForgottenPassword, PasswordAccount, PasswordLink, SetPassword};

const LOGIN: &str = "/login";
/// Where who forgot their password is helped.
pub const FORGOT: &str = "/forgot";
/// Where the links of our mails lead; what opens them stands behind a `#`.
pub const PASSWORD: &str = "/password";

/// Asks for the address and the password of a member of the staff.
pub fn screen() -> AnyView {
    login_page("eSIM Admin", "Sign in with your staff account.", FORGOT)
}

/// Sends a mail to who forgot their password, and says the same to everybody.
pub fn forgotten() -> AnyView {
    auth_card(
        "Forgot your password?",
        "We send you a link to choose a new one.",
        until(whose, |email: String| {
            view! {
                <p class="banner" role="status">"If there is an account for "{email}", a mail with a link is on its way.
                    The link works for 30 minutes."</p>
                {link_button("Back to the sign-in", Look::Plain, None, LOGIN)}
            }
            .into_any()
        }),
    )
}

fn whose(bring: Bring<String>) -> AnyView {
    let field = text_field("email", "E-mail address").fills("username");
    let send = move |who: ForgottenPassword| {
        let bring = bring.clone();
        task(async move {
            let call = Call::post("/v1/passwords/forgotten").json(&who);
            api::send(call.as_nobody()).await?;
            bring(who.email);
            Ok(())
        })
    };
    view! {
        {small_form(SmallForm::new("Send the mail", [field]), send)}
        <a class="link" href=LOGIN>"Back to the sign-in"</a>
    }
    .into_any()
}

/// Sets the password that a link from a mail is for.
pub fn password() -> AnyView {
    let token = route::take_fragment();
    let asked = token.clone();
    auth_card(
        "Choose a password",
        "It replaces whatever you had, and signs you out everywhere.",
        once(
            move || account_of(asked.clone()),
            move |account| {
                let token = token.clone();
                match account {
                    Some(account) => until(move |bring| choose(&token, &account, bring), chosen),
                    None => ended(),
                }
            },
        ),
    )
}

/// Whose password it is; nobody's when the link has ended.
fn account_of(token: String) -> Task<Result<Option<PasswordAccount>, Fault>> {
    let call = Call::post("/v1/passwords/link").json(&PasswordLink { token });
    task(async move {
        match api::send(call.as_nobody()).await {
            Ok(answer) => answer.json().await.map(Some),
            Err(fault) if fault.fields().is_empty() => Err(fault),
            Err(_) => Ok(None),
        }
    })
}

fn choose(token: &str, account: &PasswordAccount, bring: Bring<PasswordAccount>) -> AnyView {
    let of = SmallForm::new("Set the password", [new_password("password")]).with("token", token);
    let known = account.clone();
    let set = move |new: SetPassword| {
        let (bring, account) = (bring.clone(), known.clone());
        let call = Call::post("/v1/passwords/set").json(&new);
        task(async move {
            api::send(call.as_nobody()).await?;
            bring(account);
            Ok(())
        })
    };
    let email = account.email.clone();
    view! {
        <p class="muted">"For "<strong>{email.clone()}</strong></p>
        <input type="text" hidden autocomplete="username" value=email/>
        {small_form(of, set)}
    }
    .into_any()
}

fn chosen(account: PasswordAccount) -> AnyView {
    let next = if account.is_staff {
        link_button("Sign in", Look::Primary, None, LOGIN)
    } else {
        view! { <p class="muted">"Sign in with it at the shop where you buy."</p> }.into_any()
    };
    view! { <p class="banner" role="status" data-tone="good">"Your password is set."</p>{next} }
        .into_any()
}

fn ended() -> AnyView {
    view! {
        <p class="banner" role="alert" data-tone="waiting">"This link has ended or was used before."</p>
        {link_button("Ask for a new one", Look::Primary, None, FORGOT)}
    }
    .into_any()
}
