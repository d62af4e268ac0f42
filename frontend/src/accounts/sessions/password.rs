//! The form that changes the password of the current user.

use kit::{
    api::{self, Call},
    form::{Field, secret_field},
    page::{SmallForm, small_form},
    task, toast,
};
use leptos::prelude::*;
use wire::accounts::sessions::{ChangePassword, MIN_PASSWORD_LENGTH};

/// Draws the form.
pub fn change() -> AnyView {
    let fields = [
        secret_field("current", "Current password").fills("current-password"),
        new_password("new"),
    ];
    let save = |new: ChangePassword| {
        task(async move {
            api::send(Call::post("/v1/passwords/change").json(&new)).await?;
            toast::good("Password changed. You are signed out everywhere else.");
            Ok(())
        })
    };
    small_form(SmallForm::new("Change password", fields), save)
}

/// Returns the field of a new password. It shows how many characters are missing.
pub fn new_password(key: &'static str) -> Field {
    secret_field(key, "New password")
        .fills("new-password")
        .help("At least 12 characters of any kind. Three or four unrelated words are a good password. Passwords that are easy to guess are rejected.")
        .live(move |draft| {
            let typed = draft.text(key).chars().count();
            let missing = MIN_PASSWORD_LENGTH.saturating_sub(typed);
            let text = match missing {
                0 => "Long enough".to_owned(),
                1 => "1 more character".to_owned(),
                more => format!("{more} more characters"),
            };
            (typed > 0).then_some(text)
        })
}
