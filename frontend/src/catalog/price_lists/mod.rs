//! Price lists of providers. The server compares a list with the catalog before any of its rows is published.

mod detail;
mod form;
mod list;

use kit::{Screen, ui::Tone};
use wire::{
    Permission,
    catalog::price_lists::{PriceList, PriceListState},
};

/// The screens of price lists.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/catalog/price-lists",
        title: "Price lists",
        needs: Permission::CostsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/catalog/price-lists/new",
        title: "Update from price list",
        needs: Permission::PlansWrite,
        view: |_| Some(form::screen()),
    },
    Screen {
        path: "/catalog/price-lists/{id}",
        title: "Price list",
        needs: Permission::CostsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the status badge of a price list.
fn status(list: &PriceList) -> (&'static str, Tone) {
    let tone = match list.state {
        PriceListState::Open => Tone::Waiting,
        PriceListState::Published => Tone::Good,
        PriceListState::Discarded => Tone::Neutral,
    };
    (list.state.as_str(), tone)
}
