//! What was asked of providers for what was ordered.

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

/// How far it has come.
fn status(job: &Provisioning) -> (&'static str, Tone) {
    let tone = match job.status {
        ProvisioningStatus::Queued => Tone::Neutral,
        ProvisioningStatus::Running | ProvisioningStatus::Waiting => Tone::Waiting,
        ProvisioningStatus::Succeeded => Tone::Good,
        ProvisioningStatus::Failed | ProvisioningStatus::NeedsReview => Tone::Bad,
    };
    (job.status.as_str(), tone)
}
