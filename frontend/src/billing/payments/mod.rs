//! The payment dashboard: revenue, refunds, and failed payments against the previous period.

mod overview;
mod sums;

use kit::Screen;
use wire::Permission;

/// The screens of the payment dashboard.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/billing/payments",
    title: "Payments",
    needs: Permission::PaymentsOverview,
    view: |_| Some(overview::screen()),
}];
