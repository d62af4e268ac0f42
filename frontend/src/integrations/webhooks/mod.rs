//! Received webhooks of providers.

mod list;

use kit::Screen;
use wire::Permission;

/// The screens of webhooks.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/integrations/webhooks",
    title: "Provider webhooks",
    needs: Permission::ProvidersRead,
    view: |_| Some(list::screen()),
}];
