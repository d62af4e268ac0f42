//! Providers' price lists, compared with what we sell before anything of them is published.

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
        title: "Compare a price list",
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

/// How far it has come, in a word.
fn standing(list: &PriceList) -> (&'static str, Tone) {
    let tone = match list.state {
        PriceListState::Open => Tone::Waiting,
        PriceListState::Published => Tone::Good,
        PriceListState::Discarded => Tone::Neutral,
    };
    (list.state.as_str(), tone)
}
