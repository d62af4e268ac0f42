//! Operations on eSIMs: suspend, resume, cancel and refresh, and their results.

mod actions;
mod list;
mod paste;

pub use actions::{cancel, refresh, resume, suspend};

use kit::{Screen, ui::Tone};
use wire::{
    Permission,
    esims::operations::{EsimOperation, EsimOperationStatus},
};

/// The screens of operations.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/esims/operations",
        title: "Operations",
        needs: Permission::EsimsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/esims/operations/new",
        title: "Paste ICCIDs",
        needs: Permission::EsimsOperate,
        view: |_| Some(paste::screen()),
    },
];

/// Returns the status badge of an operation.
pub const fn status(operation: &EsimOperation) -> (&'static str, Tone) {
    let tone = match operation.status {
        EsimOperationStatus::Queued => Tone::Neutral,
        EsimOperationStatus::Running | EsimOperationStatus::Scheduled => Tone::Waiting,
        EsimOperationStatus::Succeeded => Tone::Good,
        EsimOperationStatus::Refused | EsimOperationStatus::Failed => Tone::Bad,
    };
    (operation.status.as_str(), tone)
}
