//! Cost, price, markup and margin: each follows from the others, exactly, rounded once.

use kit::form::Draft;
use wire::{
    Currency, Decimal, Param,
    catalog::pricing::{Earnings, by_margin, by_margin_percent, by_markup},
};

type Texts = Vec<(&'static str, String)>;

/// What the cost and the price leave.
pub fn from_price(draft: &Draft) -> Texts {
    let Some(cost) = draft.number("cost_price") else {
        return Vec::new();
    };
    draft
        .number("selling_price")
        .map(|price| told(&cost, &price, ""))
        .unwrap_or_default()
}

/// The price that puts so much on top of the cost.
pub fn from_markup(draft: &Draft) -> Texts {
    priced(draft, "markup", |cost, percent, currency| {
        Some(by_markup(cost, percent, currency))
    })
}

/// The price of which so large a share is left.
pub fn from_share(draft: &Draft) -> Texts {
    priced(draft, "margin_share", by_margin_percent)
}

/// The price of which this amount is left.
pub fn from_margin(draft: &Draft) -> Texts {
    priced(draft, "margin", |cost, margin, currency| {
        Some(by_margin(cost, margin, currency))
    })
}

fn priced(
    draft: &Draft,
    key: &'static str,
    find: impl Fn(&Decimal, &Decimal, Currency) -> Option<Decimal>,
) -> Texts {
    let found = || {
        let currency = Currency::parse(draft.text("currency")).ok()?;
        let cost = draft.number("cost_price")?;
        let price = find(&cost, &draft.number(key)?, currency)?;
        let mut texts = told(&cost, &price, key);
        texts.push(("selling_price", typed(&price)));
        Some(texts)
    };
    found().unwrap_or_default()
}

/// What is left, but for what is being typed.
fn told(cost: &Decimal, price: &Decimal, but: &str) -> Texts {
    let earned = Earnings::of(cost, price);
    let or_nothing = |number: Option<Decimal>| number.as_ref().map(typed).unwrap_or_default();
    let all = [
        ("markup", or_nothing(earned.markup_percent)),
        ("margin_share", or_nothing(earned.margin_percent)),
        ("margin", typed(&earned.margin)),
    ];
    all.into_iter().filter(|(key, _)| *key != but).collect()
}

fn typed(number: &Decimal) -> String {
    number.to_string()
}
