//! The form of a user: a new user, or a change of contact details.

use super::is_super_admin;
use kit::{
    api::{self, Call},
    form::{choice_field, text_field},
    page::{FormPage, form_page, reveal_page},
    session, task,
    ui::{Reveal, dialog::Reason},
};
use leptos::prelude::*;
use wire::{
    Resource, UserId,
    accounts::users::{EditUser, NewUser, User, UserRole},
    esims::inventory::RevealRequest,
};

/// Draws the form for a new user. Super administrators can also create staff.
pub fn new() -> AnyView {
    let new = NewUser {
        role: Some(UserRole::Customer),
        ..NewUser::default()
    };
    let form = form(None).defaults(&new);
    if is_super_admin() {
        let role = choice_field("role", "Role", UserRole::WORDS)
            .help("Members of the staff use this panel; customers cannot.");
        let text = "The role can be changed later.";
        return form.one("user").section("Role", text, [role]).show();
    }
    form.one("customer").show()
}

/// Draws the form for an existing user. Support sees masked contact details and has to reveal them before editing.
pub fn edit(id: UserId) -> AnyView {
    if session::user().is_none_or(|me| me.role != UserRole::Support) {
        return form(Some(id)).show();
    }
    let options = Reveal {
        verb: "Reveal to edit",
        title: "Reveal contact details?",
        text: "Access is logged with your name and the reason.",
        reason: Reason::Required,
    };
    reveal_page(
        options,
        "Contact details are hidden",
        "Reveal the contact details and enter a reason to edit them.",
        move |reason| {
            let read = move || {
                let body = RevealRequest {
                    reason: Some(reason.clone()),
                };
                let call = Call::post(format!("{}/{id}/reveal", User::PATH)).json(&body);
                task(async move { api::send(call).await?.json().await })
            };
            form(Some(id)).read_by(read).show()
        },
    )
}

fn form(id: Option<UserId>) -> FormPage<User, NewUser, EditUser> {
    form_page::<User, NewUser, EditUser>(id)
        .section(
            "Person",
            "The name as the user wants to be addressed.",
            [
                text_field("first_name", "First name").half(),
                text_field("last_name", "Last name")
                    .half()
                    .help("Leave empty for people with a single name."),
            ],
        )
        .section(
            "Contact",
            "Encrypted in the database. Support sees it masked.",
            [
                text_field("email", "E-mail address")
                    .example("name@example.com")
                    .help("For signing in and for deliveries."),
                text_field("phone", "Phone")
                    .example("+44 20 7946 0000")
                    .help("With the country code.")
                    .optional(),
            ],
        )
}
