//! Data that providers have allocated to eSIMs, and what they charged.

mod list;

use kit::Screen;
use wire::Permission;

/// The screens of allocations.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/integrations/allocations",
    title: "Allocations",
    needs: Permission::ProvidersRead,
    view: |_| Some(list::screen()),
}];
