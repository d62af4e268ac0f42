//! eSIMs: in stock, sold, in use, and gone.

mod detail;
mod form;
mod history;
mod import;
mod install;
mod list;

use kit::{
    Screen,
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

/// What can be done with it.
pub fn status(esim: &Esim) -> (&'static str, Tone) {
    let tone = match esim.status {
        EsimStatus::Available => Tone::News,
        EsimStatus::Active => Tone::Good,
        EsimStatus::Suspended => Tone::Waiting,
        EsimStatus::Expired => Tone::Neutral,
        EsimStatus::Cancelled => Tone::Bad,
    };
    (esim.status.as_str(), tone)
}

/// How the check digit of its ICCID turned out.
fn check_digit(esim: &Esim) -> Value {
    match esim.iccid_check {
        IccidCheck::Ok => Value::text("Fits"),
        IccidCheck::Mismatch => Value::badge("Does not fit", Tone::Bad),
        IccidCheck::Missing => Value::badge("Missing", Tone::Waiting),
    }
}
