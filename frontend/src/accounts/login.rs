//! The way in.

use kit::page::login_page;
use leptos::prelude::*;

/// Asks for the address and the password of a member of the staff.
pub fn screen() -> AnyView {
    login_page("eSIM Admin", "Sign in with your staff account.")
}
