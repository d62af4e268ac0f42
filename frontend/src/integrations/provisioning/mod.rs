//! Provisioning: the attempts to get eSIMs from providers for paid orders.

mod list;

use kit::{
    Screen, api,
    page::{Action, action},
    ui::{Icon, Tone},
};
use wire::{
    Permission,
    integrations::allocations::{Provisioning, ProvisioningStatus},
};

/// The screens of provisioning.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/integrations/provisioning",
    title: "Provisioning",
    needs: Permission::ProvidersRead,
    view: |_| Some(list::screen()),
}];

/// Returns the status badge of a provisioning job.
fn status(job: &Provisioning) -> (&'static str, Tone) {
    let tone = match job.status {
        ProvisioningStatus::Queued => Tone::Neutral,
        ProvisioningStatus::Running | ProvisioningStatus::Waiting => Tone::Waiting,
        ProvisioningStatus::Succeeded => Tone::Good,
        ProvisioningStatus::Failed | ProvisioningStatus::NeedsReview => Tone::Bad,
    };
    (job.status.as_str(), tone)
}

/// Provisions a failed unit again.
fn retry() -> Action<Provisioning> {
    action(
        "Retry",
        "will be provisioned again",
        Permission::OrdersRetry,
        |job: Provisioning| async move { api::post_action(&job, "retry", &()).await },
    )
    .asks("Every provider that can supply the plan is tried again. A request whose outcome is unknown is looked up first, so nothing is bought twice.")
    .when(|job| {
        matches!(
            job.status,
            ProvisioningStatus::Failed | ProvisioningStatus::NeedsReview
        )
    })
    .icon(Icon::RotateCcw)
}
