//! A person's form: a new customer or colleague, or a change of somebody's contact data.

use super::is_chief;
use kit::{
    api::{self, Call},
    form::{choice_field, text_field},
    page::{FormPage, form_page, reveal_first},
    session, task,
    ui::{Seal, dialog::Reason},
};
use leptos::prelude::*;
use wire::{
    Resource, UserId,
    accounts::users::{EditUser, NewUser, User, UserRole},
    esims::inventory::Reveal,
};

/// A new one: a customer, or for super administrators a member of the staff.
pub fn new() -> AnyView {
    let new = NewUser {
        role: Some(UserRole::Customer),
        ..NewUser::default()
    };
    let form = form(None).defaults(&new);
    if is_chief() {
        let role = choice_field("role", "Role", UserRole::WORDS)
            .help("Members of the staff use this panel; customers cannot.");
        let says = "What they are here; it can be changed later.";
        return form.one("user").section("Role", says, [role]).show();
    }
    form.one("customer").show()
}

/// A known one. What support sees is masked, and a mask is nothing to edit: it is opened first.
pub fn edit(id: UserId) -> AnyView {
    if session::user().is_none_or(|me| me.role != UserRole::Support) {
        return form(Some(id)).show();
    }
    let seal = Seal {
        verb: "Reveal to edit",
        title: "Reveal the contact data?",
        says: "Who opened it, when and why is kept in the record.",
        reason: Reason::Required,
    };
    reveal_first(
        seal,
        "Contact details are hidden",
        "Reveal them to edit them, and enter a reason.",
        move |reason| {
            let read = move || {
                let why = Reveal {
                    reason: Some(reason.clone()),
                };
                let call = Call::post(format!("{}/{id}/reveal", User::PATH)).json(&why);
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
            "As they want to be addressed.",
            [
                text_field("first_name", "First name").half(),
                text_field("last_name", "Last name")
                    .half()
                    .help("Leave it empty for people with a single name."),
            ],
        )
        .section(
            "Contact",
            "Sealed in the database; support sees it masked.",
            [
                text_field("email", "E-mail address")
                    .example("name@example.com")
                    .help("They sign in with it, and what they buy is sent there."),
                text_field("phone", "Phone")
                    .example("+44 20 7946 0000")
                    .help("With the country code.")
                    .optional(),
            ],
        )
}
