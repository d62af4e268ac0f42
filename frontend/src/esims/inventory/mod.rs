//! The inventory of eSIMs: in stock, sold, in use, and cancelled.

mod detail;
mod diagnosis;
mod form;
mod history;
mod import;
mod install;
mod list;
mod sharing;
pub mod usage;

use kit::{
    Screen, format,
    ui::{Tone, Value},
};
use wire::{
    Permission,
    esims::inventory::{Esim, EsimStatus, IccidCheck},
};

/// The screens of eSIMs.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/esims/inventory",
        title: "Inventory",
        needs: Permission::EsimsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/esims/inventory/import",
        title: "Import",
        needs: Permission::EsimsWrite,
        view: |_| Some(import::screen()),
    },
    Screen {
        path: "/esims/inventory/{id}",
        title: "eSIM",
        needs: Permission::EsimsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/esims/inventory/{id}/edit",
        title: "Edit",
        needs: Permission::EsimsWrite,
        view: |at| Some(form::screen(at.id()?)),
    },
];

/// Returns the status badge of an eSIM. Providers report an expiry late or never, so an eSIM counts as expired after its
/// expiry date, whatever the provider last reported.
pub fn status(esim: &Esim) -> (&'static str, Tone) {
    if esim.status == EsimStatus::Active && is_past(esim) {
        return (EsimStatus::Expired.as_str(), Tone::Neutral);
    }
    status_badge(esim.status)
}

/// Returns the badge of a status.
pub const fn status_badge(status: EsimStatus) -> (&'static str, Tone) {
    let tone = match status {
        EsimStatus::Available => Tone::Info,
        EsimStatus::Active => Tone::Good,
        EsimStatus::Suspended => Tone::Waiting,
        EsimStatus::Expired => Tone::Neutral,
        EsimStatus::Cancelled => Tone::Bad,
    };
    (status.as_str(), tone)
}

/// Returns true if the eSIM has expired by the clock.
fn is_past(esim: &Esim) -> bool {
    esim.expires_at.is_some_and(|end| end <= format::now())
}

/// Returns when an eSIM expires, with the distance in days: `Expired 12 days ago`.
fn expiry(esim: &Esim) -> Value {
    esim.expires_at.map_or_else(Value::absent, |end| {
        Value::time(end).note(format::distance(end, format::now()))
    })
}

/// Returns a warning about the check digit of the ICCID; nothing when the check digit is correct.
fn check_digit(esim: &Esim) -> Value {
    match esim.iccid_check {
        IccidCheck::Ok => Value::absent(),
        IccidCheck::Mismatch => Value::badge("Wrong check digit", Tone::Bad),
        IccidCheck::Missing => Value::badge("No check digit", Tone::Waiting),
    }
}
