//! Requested calls to providers and Twilio accounts, with their outcomes.

mod list;

use kit::Screen;
use wire::Permission;

/// The screens of runs.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/integrations/runs",
    title: "Tests and syncs",
    needs: Permission::ProvidersRead,
    view: |_| Some(list::screen()),
}];
