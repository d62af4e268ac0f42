//! The linked fields cost, price, markup and margin. A change of one recalculates the others exactly, rounded once.

use kit::form::Draft;
use wire::{
    Currency, Decimal, Param,
    catalog::pricing::{Earnings, by_margin, by_margin_percent, by_markup},
};

type Texts = Vec<(&'static str, String)>;

/// Calculates markup and margin from cost and price.
pub fn from_price(draft: &Draft) -> Texts {
    let Some(cost) = draft.number("cost_price") else {
        return Vec::new();
    };
    draft
        .number("selling_price")
        .map(|price| earnings(&cost, &price, ""))
        .unwrap_or_default()
}

/// Calculates the price from the markup.
pub fn from_markup(draft: &Draft) -> Texts {
    price_from(draft, "markup", |cost, percent, currency| {
        Some(by_markup(cost, percent, currency))
    })
}

/// Calculates the price from the margin in percent.
pub fn from_margin_percent(draft: &Draft) -> Texts {
    price_from(draft, "margin_share", by_margin_percent)
}

/// Calculates the price from the margin amount.
pub fn from_margin(draft: &Draft) -> Texts {
    price_from(draft, "margin", |cost, margin, currency| {
        Some(by_margin(cost, margin, currency))
    })
}

fn price_from(
    draft: &Draft,
    key: &'static str,
    calculate: impl Fn(&Decimal, &Decimal, Currency) -> Option<Decimal>,
) -> Texts {
    let found = || {
        let currency = Currency::parse(draft.text("currency")).ok()?;
        let cost = draft.number("cost_price")?;
        let price = calculate(&cost, &draft.number(key)?, currency)?;
        let mut texts = earnings(&cost, &price, key);
        texts.push(("selling_price", typed(&price)));
        Some(texts)
    };
    found().unwrap_or_default()
}

/// Returns the calculated fields except the one that the user is typing in.
fn earnings(cost: &Decimal, price: &Decimal, except: &str) -> Texts {
    let earnings = Earnings::from_prices(cost, price);
    let or_empty = |number: Option<Decimal>| number.as_ref().map(typed).unwrap_or_default();
    let all = [
        ("markup", or_empty(earnings.markup_percent)),
        ("margin_share", or_empty(earnings.margin_percent)),
        ("margin", typed(&earnings.margin)),
    ];
    all.into_iter().filter(|(key, _)| *key != except).collect()
}

fn typed(number: &Decimal) -> String {
    number.to_string()
}
