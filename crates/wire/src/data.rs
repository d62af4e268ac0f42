//! Formatting of data amounts. 1 MB is 1,000,000 bytes and 1 GB is 1,000 MB.

use crate::Decimal;
use bigdecimal::BigDecimal;

/// Returns an amount of data, such as `500 MB`, `1 GB` or `1.024 GB`. The number is exact.
pub fn megabytes(amount: &Decimal) -> String {
    let text = amount.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.len() < 4 || whole.starts_with('-') {
        return format!("{} MB", joined(whole, fraction));
    }
    let (thousands, rest) = whole.split_at(whole.len().saturating_sub(3));
    let fraction = format!("{rest}{fraction}");
    format!("{} GB", joined(thousands, fraction.trim_end_matches('0')))
}

/// Returns a data limit as text; `None` is `unlimited`.
pub fn limit(amount: Option<&Decimal>) -> String {
    amount.map_or_else(|| "unlimited".to_owned(), megabytes)
}

/// Returns a count of bytes in whole MB, rounded down, such as `500 MB` or `1.024 GB`.
pub fn bytes(count: i64) -> String {
    megabytes(&Decimal::from(count.div_euclid(1_000_000)))
}

/// Returns used and total data in GB, such as `2.01 GB of 2 GB` or `31.42 GB, unlimited`. The used data is rounded half to
/// even to two decimals, the total is exact.
pub fn used_of(used: i64, total: Option<i64>) -> String {
    let billion = BigDecimal::from(1_000_000_000);
    let used = Decimal::new(BigDecimal::from(used) / &billion);
    match total {
        None => format!("{used} GB, unlimited"),
        Some(total) => {
            let total = (BigDecimal::from(total) / billion).normalized();
            format!("{used} GB of {} GB", total.to_plain_string())
        }
    }
}

fn joined(whole: &str, fraction: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let is_first = grouped.is_empty() || grouped == "-";
        if !is_first && whole.len().saturating_sub(index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_shown_in_decimal_gigabytes() {
        for (used, total, text) in [
            (3_000_000_000, Some(10_000_000_000), "3.00 GB of 10 GB"),
            (2_007_897_211, Some(2_000_000_000), "2.01 GB of 2 GB"),
            (1_500_000_000, Some(1_500_000_000), "1.50 GB of 1.5 GB"),
            (999_999_000, Some(1_000_000_000), "1.00 GB of 1 GB"),
            (100_000_000, Some(3_000_000_000), "0.10 GB of 3 GB"),
            (5_000_000, Some(5_368_709_120), "0.00 GB of 5.36870912 GB"),
            (31_415_926_535, None, "31.42 GB, unlimited"),
            (0, Some(0), "0.00 GB of 0 GB"),
        ] {
            assert_eq!(used_of(used, total), text);
        }
    }

    #[test]
    fn megabytes_uses_factor_1000_and_never_rounds() {
        for (amount, text) in [
            ("0", "0 MB"),
            ("0.5", "0.5 MB"),
            ("500.00", "500 MB"),
            ("1000", "1 GB"),
            ("1024", "1.024 GB"),
            ("1500", "1.5 GB"),
            ("5120", "5.12 GB"),
            ("12345", "12.345 GB"),
            ("1000.5", "1.0005 GB"),
            ("128000", "128 GB"),
            ("1234000", "1,234 GB"),
        ] {
            let formatted = amount.parse::<Decimal>().map(|amount| megabytes(&amount));
            assert_eq!(formatted.as_deref(), Ok(text));
        }
        assert_eq!(bytes(1_999_999), "1 MB");
        assert_eq!(limit(None), "unlimited");
    }
}
