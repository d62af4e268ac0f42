//! A person's form: a new customer, or a change of somebody's contact data.

use kit::{form::text_field, page::form_page};
use leptos::prelude::*;
use wire::{
    UserId,
    accounts::users::{EditUser, NewUser, User},
};

/// Draws it: for this person, or for a new customer.
pub fn screen(id: Option<UserId>) -> AnyView {
    form_page::<User, NewUser, EditUser>(id)
        .one("customer")
        .defaults(&NewUser::default())
        .section(
            "Person",
            "As they want to be addressed.",
            [
                text_field("first_name", "First name").half(),
                text_field("last_name", "Last name").half(),
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
        .show()
}
