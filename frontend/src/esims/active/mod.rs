//! The eSIMs in use: active or suspended.

mod list;

use kit::Screen;
use wire::Permission;

/// The screens of active eSIMs.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/esims/active",
    title: "Active eSIMs",
    needs: Permission::EsimsRead,
    view: |_| Some(list::screen()),
}];
