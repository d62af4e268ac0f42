//! Changing one's password.

use kit::{
    api::{self, Call},
    form::{Field, secret_field},
    page::{SmallForm, small_form},
    task, toast,
};
use leptos::prelude::*;
use wire::accounts::sessions::{ChangePassword, SHORTEST_PASSWORD};

/// Draws the form.
pub fn change() -> AnyView {
    let fields = [
        secret_field("current", "Current password").fills("current-password"),
        new_password("new"),
    ];
    let save = |new: ChangePassword| {
        task(async move {
            api::send(Call::post("/v1/passwords/change").json(&new)).await?;
            toast::good("Password changed; you are signed out everywhere else");
            Ok(())
        })
    };
    small_form(SmallForm::new("Change the password", fields), save)
}

/// A password to come, with how much of it is still missing.
pub fn new_password(key: &'static str) -> Field {
    secret_field(key, "New password")
        .fills("new-password")
        .help("12 characters or more, of any kind. Three or four words that do not belong together are good; what is easily guessed is refused.")
        .live(move |draft| {
            let typed = draft.text(key).chars().count();
            let missing = SHORTEST_PASSWORD.saturating_sub(typed);
            let says = match missing {
                0 => "Long enough".to_owned(),
                1 => "1 more character".to_owned(),
                more => format!("{more} more characters"),
            };
            (typed > 0).then_some(says)
        })
}
