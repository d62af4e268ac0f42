//! Prices: what a plan sells for, where, in which currency, from when until when.

pub mod changes;
mod detail;
mod form;
mod linked;
mod list;
mod timeline;

use kit::{Screen, format, ui::Tone};
use wire::{Currency, Decimal, Permission, catalog::pricing::Price};

/// The screens of prices.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/catalog/pricing",
        title: "Prices",
        needs: Permission::PricingRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/catalog/pricing/new",
        title: "New price",
        needs: Permission::PricingWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/catalog/pricing/{id}",
        title: "Price",
        needs: Permission::PricingRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/catalog/pricing/{id}/edit",
        title: "Edit",
        needs: Permission::PricingWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
    Screen {
        path: "/catalog/pricing/{id}/end",
        title: "Change end date",
        needs: Permission::PricingWrite,
        view: |at| Some(form::end(at.id()?)),
    },
];

/// Where a price stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Ahead,
    Running,
    Over,
}

fn phase(price: &Price) -> Phase {
    let now = format::now();
    match price.effective_to {
        _ if price.effective_from > now => Phase::Ahead,
        Some(end) if end <= now => Phase::Over,
        _ => Phase::Running,
    }
}

/// The same as a badge.
fn standing(price: &Price) -> (&'static str, Tone) {
    match phase(price) {
        Phase::Ahead => ("upcoming", Tone::News),
        Phase::Running => ("current", Tone::Good),
        Phase::Over => ("past", Tone::Neutral),
    }
}

/// What is left of a price after the cost, and that as a share of the price: `$5.70 (57.58%)`.
fn margin(cost: &Decimal, price: &Decimal, currency: Currency) -> String {
    let left = price.minus(cost);
    let share = left
        .percent_of(price)
        .map(|share| format!(" ({})", format::percent(&share)))
        .unwrap_or_default();
    format!("{}{share}", format::money(&left, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|_| Decimal::zero())
    }

    #[test]
    fn what_is_left_is_told_as_money_and_as_a_share() {
        assert_eq!(
            margin(&number("4.20"), &number("9.90"), Currency::Usd),
            "$5.70 (57.58%)"
        );
        assert_eq!(
            margin(&number("5"), &number("4"), Currency::Eur),
            "−€1.00 (−25%)"
        );
        assert_eq!(margin(&number("5"), &number("0"), Currency::Eur), "−€5.00");
    }
}
