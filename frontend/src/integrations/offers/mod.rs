//! What providers offer for our plans.

mod list;

use kit::Screen;
use wire::Permission;

/// The screens of offers.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/integrations/offers",
    title: "Offers",
    needs: Permission::ProvidersRead,
    view: |_| Some(list::screen()),
}];
