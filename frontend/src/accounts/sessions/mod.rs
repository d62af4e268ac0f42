//! One's own account: how one signs in, and where one is signed in.

mod account;
pub mod factor;
mod list;
pub mod password;

use kit::Screen;
use wire::Permission;

pub use list::{of_person, reset_factor};

/// The screens of one's own account.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/account",
    title: "Your account",
    needs: Permission::SessionsOwn,
    view: |_| Some(account::screen()),
}];
