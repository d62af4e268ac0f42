//! Bulk price changes: previewed, applied and undone together.

mod detail;
mod form;
mod list;

use kit::{Screen, ui::Tone};
use wire::{Permission, catalog::pricing::PriceChange};

/// The screens of bulk price changes.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/catalog/price-changes",
        title: "Price changes",
        needs: Permission::CostsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/catalog/price-changes/new",
        title: "Bulk price change",
        needs: Permission::PricingWrite,
        view: |_| Some(form::screen()),
    },
    Screen {
        path: "/catalog/price-changes/{id}",
        title: "Price change",
        needs: Permission::CostsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the status badge of a bulk price change.
fn status(change: &PriceChange) -> (&'static str, Tone) {
    match change.undone_at {
        Some(_) => ("undone", Tone::Neutral),
        None if change.from > kit::format::now() => ("scheduled", Tone::Info),
        None => ("active", Tone::Good),
    }
}
