//! Provisioning: the attempts to get eSIMs from providers for paid orders.

mod list;

use kit::{Screen, ui::Tone};
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
