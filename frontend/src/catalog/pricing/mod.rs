//! Prices: the price of a plan by region, currency and period.

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
        view: |at| Some(form::end_date(at.id()?)),
    },
];

/// The phase of a price: before, within or after its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Upcoming,
    Current,
    Past,
}

fn phase(price: &Price) -> Phase {
    let now = format::now();
    match price.effective_to {
        _ if price.effective_from > now => Phase::Upcoming,
        Some(end) if end <= now => Phase::Past,
        _ => Phase::Current,
    }
}

/// Returns the status badge of a price.
fn status(price: &Price) -> (&'static str, Tone) {
    match phase(price) {
        Phase::Upcoming => ("upcoming", Tone::Info),
        Phase::Current => ("current", Tone::Good),
        Phase::Past => ("past", Tone::Neutral),
    }
}

/// Returns the margin of a price as an amount and as a share of the price: `$5.70 (57.58%)`.
fn margin(cost: &Decimal, price: &Decimal, currency: Currency) -> String {
    let margin = price.minus(cost);
    let share = margin
        .percent_of(price)
        .map(|share| format!(" ({})", format::percent(&share)))
        .unwrap_or_default();
    format!("{}{share}", format::money(&margin, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|_| Decimal::zero())
    }

    #[test]
    fn margin_is_formatted_as_amount_and_share() {
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
