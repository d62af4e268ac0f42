//! Numbers with a unit.

use wire::{Currency, Decimal};

/// Formats a number with its digits in groups of three: `1,234,567`.
pub fn count(number: i64) -> String {
    group(&number.to_string())
}

/// Formats an exact number without trailing zeros: `2.50` is `2.5`, `3.00` is `3`.
pub fn decimal(number: &Decimal) -> String {
    let text = number.to_string();
    group(text.trim_end_matches('0').trim_end_matches('.'))
}

/// Formats an amount in its currency: `$12.50`, `¥1,200`, `CHF 9.00`.
pub fn money(amount: &Decimal, currency: Currency) -> String {
    let text = amount.to_string();
    let shown = if currency.exponent() == 0 {
        text.strip_suffix(".00").unwrap_or(&text)
    } else {
        &text
    };
    let (sign, digits) = shown
        .strip_prefix('-')
        .map_or(("", shown), |digits| ("−", digits));
    let digits = group(digits);
    match symbol(currency) {
        Some(symbol) => format!("{sign}{symbol}{digits}"),
        None => format!("{sign}{currency}\u{a0}{digits}"),
    }
}

/// Formats a percentage: `12.5%`.
pub fn percent(share: &Decimal) -> String {
    format!("{}%", decimal(share))
}

/// Formats an amount of data in decimal units; `Unlimited` for none.
pub fn megabytes(data: Option<&Decimal>) -> String {
    data.map_or_else(
        || "Unlimited".to_owned(),
        |amount| wire::data::megabytes(amount).replace(' ', "\u{a0}"),
    )
}

fn symbol(currency: Currency) -> Option<&'static str> {
    Some(match currency {
        Currency::Usd => "$",
        Currency::Eur => "€",
        Currency::Gbp => "£",
        Currency::Jpy => "¥",
        Currency::Krw => "₩",
        Currency::Inr => "₹",
        Currency::Vnd => "₫",
        Currency::Php => "₱",
        Currency::Try => "₺",
        Currency::Ils => "₪",
        Currency::Thb => "฿",
        Currency::Aud => "A$",
        Currency::Cad => "C$",
        Currency::Hkd => "HK$",
        Currency::Nzd => "NZ$",
        Currency::Sgd => "S$",
        Currency::Brl => "R$",
        Currency::Mxn => "MX$",
        Currency::Twd => "NT$",
        _ => return None,
    })
}

fn group(digits: &str) -> String {
    let (whole, part) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let (sign, whole) = whole
        .strip_prefix('-')
        .map_or(("", whole), |whole| ("−", whole));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap_or_else(|_| Decimal::zero())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn money_uses_the_format_of_its_currency() {
        assert_eq!(money(&number("1234567.50"), Currency::Usd), "$1,234,567.50");
        assert_eq!(money(&number("-3.07"), Currency::Eur), "−€3.07");
        assert_eq!(money(&number("1200"), Currency::Jpy), "¥1,200");
        assert_eq!(money(&number("9"), Currency::Chf), "CHF\u{a0}9.00");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn megabytes_use_decimal_units() {
        let shown = |text: &str| megabytes(Some(&number(text)));
        assert_eq!(megabytes(None), "Unlimited");
        for (mb, text) in [
            ("500", "500\u{a0}MB"),
            ("5000", "5\u{a0}GB"),
            ("1024", "1.024\u{a0}GB"),
            ("5120", "5.12\u{a0}GB"),
            ("1500", "1.5\u{a0}GB"),
            ("0.5", "0.5\u{a0}MB"),
            ("1234000", "1,234\u{a0}GB"),
        ] {
            assert_eq!(shown(mb), text);
        }
    }
}
