//! The payment dashboard: what came in, what went back, and whether more fails than did.

mod overview;
mod sums;

use kit::Screen;
use wire::Permission;

/// The screens of the sums.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/billing/payments",
    title: "Payments",
    needs: Permission::PaymentsOverview,
    view: |_| Some(overview::screen()),
}];
