//! Disputes: payments that the customer's bank reverses.

mod detail;
mod list;

use kit::{
    Screen,
    format::{ago, moment, now},
    ui::{Tone, Value},
};
use wire::{
    Permission,
    billing::disputes::{Dispute, DisputeState},
};

/// The screens of disputes.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/disputes",
        title: "Disputes",
        needs: Permission::DisputesRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/disputes/{id}",
        title: "Dispute",
        needs: Permission::DisputesRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the response deadline: red within three days or after it, amber before.
fn deadline(dispute: &Dispute) -> Value {
    match dispute.due_by {
        Some(by) if dispute.state == DisputeState::NeedsResponse => {
            let days = (by - now()).num_days();
            let tone = if days < 3 { Tone::Bad } else { Tone::Waiting };
            Value::badge(ago(by, now()), tone).hint(moment(by))
        }
        Some(by) => Value::time(by),
        None => Value::absent(),
    }
}

const fn tone(state: DisputeState) -> Tone {
    match state {
        DisputeState::NeedsResponse => Tone::Bad,
        DisputeState::UnderReview => Tone::Waiting,
        DisputeState::Won => Tone::Good,
        DisputeState::Lost => Tone::Neutral,
    }
}
