//! The accounts at Twilio or KORE for Super SIM. One of them is active.

mod detail;
mod form;
mod list;

use kit::{Screen, ui::Tone};
use wire::{Permission, integrations::twilio::TwilioConfig};

/// The screens of Twilio accounts.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/integrations/twilio",
        title: "Twilio configuration",
        needs: Permission::ProvidersRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/integrations/twilio/new",
        title: "New account",
        needs: Permission::ProvidersRotate,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/integrations/twilio/{id}",
        title: "Twilio account",
        needs: Permission::ProvidersRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/integrations/twilio/{id}/edit",
        title: "Edit",
        needs: Permission::ProvidersWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Returns the badge of an account.
pub const fn status(account: &TwilioConfig) -> (&'static str, Tone) {
    if account.is_active {
        ("active", Tone::Good)
    } else {
        ("inactive", Tone::Neutral)
    }
}
