//! Sessions, passwords and two-factor authentication; the account page of the current user.

mod account;
mod list;
pub mod mfa;
pub mod password;

use kit::Screen;
use wire::Permission;

pub use list::{of_user, reset_mfa};

/// The screens of the current user's account.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/account",
    title: "Your account",
    needs: Permission::SessionsOwn,
    view: |_| Some(account::screen()),
}];
