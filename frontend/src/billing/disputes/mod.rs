//! Payments that customers' banks take back.

mod list;

use kit::Screen;
use wire::Permission;

/// The screens of disputes.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/billing/disputes",
    title: "Disputes",
    needs: Permission::DisputesRead,
    view: |_| Some(list::screen()),
}];
