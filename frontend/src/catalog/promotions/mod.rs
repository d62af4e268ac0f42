//! Promotions: codes that discount an order.

mod check;
mod detail;
mod effect;
mod form;
mod generate;
mod list;

use kit::{
    Screen,
    format::{decimal, money, now},
    ui::Tone,
};
use wire::{
    Permission,
    catalog::promotions::{DiscountType, Promotion, PromotionState},
};

/// The screens of promotions.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/catalog/promotions",
        title: "Promotions",
        needs: Permission::PromotionsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/catalog/promotions/new",
        title: "New promotion",
        needs: Permission::PromotionsWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/catalog/promotions/generate",
        title: "Generate codes",
        needs: Permission::PromotionsWrite,
        view: |_| Some(generate::screen()),
    },
    Screen {
        path: "/catalog/promotions/check",
        title: "Check code",
        needs: Permission::PromotionsRead,
        view: |_| Some(check::screen()),
    },
    Screen {
        path: "/catalog/promotions/{id}",
        title: "Promotion",
        needs: Permission::PromotionsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/catalog/promotions/{id}/edit",
        title: "Edit",
        needs: Permission::PromotionsWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Returns the status badge of a promotion.
fn status(promotion: &Promotion) -> (&'static str, Tone) {
    if promotion.deleted_at.is_some() {
        return ("archived", Tone::Bad);
    }
    let state = promotion.state(now());
    let tone = match state {
        PromotionState::Running => Tone::Good,
        PromotionState::Scheduled => Tone::Info,
        PromotionState::Ended | PromotionState::Off => Tone::Neutral,
        PromotionState::UsedUp => Tone::Waiting,
    };
    (state.as_str(), tone)
}

/// Returns the discount, such as `10% off`.
fn discount(promotion: &Promotion) -> String {
    let value = &promotion.discount_value;
    match (promotion.discount_type, promotion.currency) {
        (DiscountType::FixedAmount, Some(currency)) => format!("{} off", money(value, currency)),
        (DiscountType::FixedAmount, None) => format!("{} off", decimal(value)),
        (DiscountType::Percentage, _) => format!("{}% off", decimal(value)),
    }
}

/// Returns the number of uses, with the limit: `3 of 10`.
fn uses(promotion: &Promotion) -> String {
    let used = kit::format::count(promotion.used_count.into());
    match promotion.max_uses {
        Some(max) => format!("{used} of {}", kit::format::count(max.into())),
        None => used,
    }
}
