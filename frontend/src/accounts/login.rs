//! The public pages: signing in, and resetting a password by e-mail.

use super::sessions::password::new_password;
use kit::{
    Task,
    api::{self, ApiError, Call},
    form::text_field,
    page::{SmallForm, auth_card, load, login_page, small_form},
    route, task,
    ui::{ButtonVariant, Complete, link_button, wizard},
};
use leptos::prelude::*;
use wire::accounts::sessions::{ForgottenPassword, PasswordAccount, PasswordLink, SetPassword};

const LOGIN: &str = "/login";
/// The address of the page that sends a password link.
pub const FORGOT: &str = "/forgot";
/// The address in password e-mails. The token is in the fragment, after `#`.
pub const PASSWORD: &str = "/password";

/// Draws the sign-in page for staff.
pub fn screen() -> AnyView {
    login_page("eSIM Admin", "Sign in with your staff account.", FORGOT)
}

/// Draws the page that sends a password link. It answers the same whether or not an account exists.
pub fn forgot_password() -> AnyView {
    auth_card(
        "Forgot your password?",
        "We send you a link to set a new password.",
        wizard(email_form, |email: String| {
            view! {
                <p class="banner" role="status">"If an account exists for "{email}", we have sent an e-mail with a link.
                    The link works for 30 minutes."</p>
                {link_button("Back to sign-in", ButtonVariant::Plain, None, LOGIN)}
            }
            .into_any()
        }),
    )
}

fn email_form(complete: Complete<String>) -> AnyView {
    let field = text_field("email", "E-mail address").fills("username");
    let send = move |account: ForgottenPassword| {
        let complete = complete.clone();
        task(async move {
            let call = Call::post("/v1/passwords/forgotten").json(&account);
            api::send(call.anonymous()).await?;
            complete(account.email);
            Ok(())
        })
    };
    view! {
        {small_form(SmallForm::new("Send link", [field]), send)}
        <a class="link" href=LOGIN>"Back to sign-in"</a>
    }
    .into_any()
}

/// Draws the page that sets a password with the token of a link.
pub fn password() -> AnyView {
    let token = route::take_fragment();
    let link_token = token.clone();
    auth_card(
        "Set your password",
        "The new password replaces the current one and signs you out everywhere.",
        load(
            move || find_account(link_token.clone()),
            move |account| {
                let token = token.clone();
                match account {
                    Some(account) => wizard(
                        move |complete| password_form(&token, &account, complete),
                        password_set,
                    ),
                    None => link_expired(),
                }
            },
        ),
    )
}

/// Returns the account of a password link; none when the link has expired.
fn find_account(token: String) -> Task<Result<Option<PasswordAccount>, ApiError>> {
    let call = Call::post("/v1/passwords/link").json(&PasswordLink { token });
    task(async move {
        match api::send(call.anonymous()).await {
            Ok(answer) => answer.json().await.map(Some),
            Err(error) if error.fields().is_empty() => Err(error),
            Err(_) => Ok(None),
        }
    })
}

fn password_form(
    token: &str,
    account: &PasswordAccount,
    complete: Complete<PasswordAccount>,
) -> AnyView {
    let form = SmallForm::new("Set password", [new_password("password")]).with("token", token);
    let known = account.clone();
    let set = move |new: SetPassword| {
        let (complete, account) = (complete.clone(), known.clone());
        let call = Call::post("/v1/passwords/set").json(&new);
        task(async move {
            api::send(call.anonymous()).await?;
            complete(account);
            Ok(())
        })
    };
    let email = account.email.clone();
    view! {
        <p class="muted">"For "<strong>{email.clone()}</strong></p>
        <input type="text" hidden autocomplete="username" value=email/>
        {small_form(form, set)}
    }
    .into_any()
}

fn password_set(account: PasswordAccount) -> AnyView {
    let next = if account.is_staff {
        link_button("Sign in", ButtonVariant::Primary, None, LOGIN)
    } else {
        view! { <p class="muted">"You can now sign in to the shop with it."</p> }.into_any()
    };
    view! { <p class="banner" role="status" data-tone="good">"Your password is set."</p>{next} }
        .into_any()
}

fn link_expired() -> AnyView {
    view! {
        <p class="banner" role="alert" data-tone="waiting">"This link has expired or was already used."</p>
        {link_button("Request a new link", ButtonVariant::Primary, None, FORGOT)}
    }
    .into_any()
}
