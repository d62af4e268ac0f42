//! Parsing of identifiers as people type and paste them, for forms, filters, searches, imports and the API.

use crate::text::plain;

/// Parses a number of digits: an ICCID with or without its filler digit, or an EID. Separators are dropped.
pub fn digits(text: &str) -> String {
    let bare: String = plain(text)
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '.' | '\''))
        .collect();
    bare.trim_end_matches(['F', 'f']).to_owned()
}

/// Splits a pasted list of numbers at commas, semicolons, tabs and line breaks, and at spaces between numbers that are
/// not written in groups.
pub fn list(text: &str) -> Vec<String> {
    let lines = text.split(['\n', '\r', '\t', ',', ';', '|', '，', '、', '；']);
    let mut numbers = Vec::new();
    for line in lines {
        let line = plain(line);
        let parts: Vec<&str> = line.split(' ').filter(|part| !part.is_empty()).collect();
        let is_list = parts.len() > 1 && parts.iter().all(|part| is_whole(&digits(part)));
        if is_list {
            numbers.extend(parts.into_iter().map(str::to_owned));
        } else if !line.is_empty() {
            numbers.push(line);
        }
    }
    numbers
}

fn is_whole(digits: &str) -> bool {
    digits.len() >= 18 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Normalizes an order number: capital letters, without spaces.
pub fn order_number(text: &str) -> String {
    plain(text).to_uppercase().replace(' ', "")
}

/// Normalizes the number of a document, such as an invoice: capital letters.
pub fn document_number(text: &str) -> String {
    plain(text).to_uppercase()
}

/// Extracts an email address as documents and links contain it.
pub fn email(text: &str) -> String {
    let text = plain(text);
    let bare = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => text.get(7..).unwrap_or_default(),
        _ => text.as_str(),
    };
    bare.strip_prefix('<')
        .and_then(|bare| bare.strip_suffix('>'))
        .unwrap_or(bare)
        .trim()
        .to_owned()
}

/// Countries whose numbers keep their first zero after the country code: Italy, San Marino, the Vatican.
const KEEPS_ZERO: [&str; 3] = ["+39", "+378", "+379"];

/// Normalizes a phone number to an optional `+` with the country code and digits. `00` stands for `+`, and the zero of
/// `+44 (0)20` is not dialled from abroad.
pub fn phone(text: &str) -> Result<String, &'static str> {
    let text = plain(text);
    let text = text.strip_prefix("tel:").unwrap_or(&text);
    if !text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '.' | '/' | '(' | ')'))
    {
        return Err("must be digits with their country code, such as +44 20 7946 0000");
    }
    let is_mark = |c: &char| !matches!(c, ' ' | '-' | '.' | '/');
    let mut bare: String = text.chars().filter(is_mark).collect();
    if let Some(inner) = bare.strip_prefix("(+").or(bare.strip_prefix("(00")) {
        bare = format!("+{}", inner.replacen(')', "", 1));
    }
    if let Some(rest) = bare.strip_prefix("00") {
        bare = format!("+{rest}");
    }
    if let Some((code, rest)) = bare.split_once("(0)") {
        let zero = if code.is_empty() || KEEPS_ZERO.contains(&code) {
            "0"
        } else {
            ""
        };
        bare = format!("{code}{zero}{rest}");
    }
    let bare: String = bare.chars().filter(|c| !matches!(c, '(' | ')')).collect();
    if bare.chars().skip(1).any(|c| c == '+') {
        return Err("must have one + at most, at its beginning");
    }
    Ok(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_numbers_are_normalized() {
        for text in [
            "8944538532008160222",
            " 8944 5385 3200 8160 222F ",
            "8944\u{a0}5385\u{202f}3200\u{2009}8160\u{2007}222",
            "8944–5385—3200‑8160−222",
            "\u{feff}8944538532008160222\u{200b}",
            "８９４４５３８５３２００８１６０２２２",
            "٨٩٤٤٥٣٨٥٣٢٠٠٨١٦٠٢٢٢",
            "8944538532008160222ＦＦ",
        ] {
            assert_eq!(digits(text), "8944538532008160222", "{text:?}");
        }
        assert_eq!(
            order_number(" ord–0000 0000 0042\u{200b}"),
            "ORD-000000000042"
        );
        for text in [
            "ada@example.com",
            " mailto:ada@example.com",
            "<ada@example.com>\u{a0}",
        ] {
            assert_eq!(email(text), "ada@example.com", "{text:?}");
        }
    }

    #[test]
    fn list_splits_numbers_but_not_digit_groups() {
        let two = ["8944538532008160222", "8944538532008160223"];
        for text in [
            "8944538532008160222,8944538532008160223",
            "8944538532008160222 8944538532008160223",
            "8944538532008160222\r\n\r\n8944538532008160223\n",
            "8944538532008160222;\t8944538532008160223",
        ] {
            assert_eq!(list(text), two, "{text:?}");
        }
        assert_eq!(list("8944 5385 3200 8160 222"), ["8944 5385 3200 8160 222"]);
        assert!(list(" ,; ").is_empty());
    }

    #[test]
    fn phone_accepts_usual_notations() {
        for text in [
            "+442079460000",
            "+44 20 7946 0000",
            "+44 (0)20 7946-0000",
            "+44 (0) 20 7946 0000",
            "0044 20 7946 0000",
            "(+44) 20/7946.0000",
            "＋４４ ２０ ７９４６ ００００",
            "\u{202a}+44\u{a0}20–7946‑0000\u{202c}",
            "tel:+44-20-7946-0000",
        ] {
            assert_eq!(phone(text).as_deref(), Ok("+442079460000"), "{text:?}");
        }
        assert_eq!(phone("(020) 7946 0000").as_deref(), Ok("02079460000"));
        assert_eq!(phone("+39 (0)6 698").as_deref(), Ok("+3906698"));
        assert!(phone("+1 800 FLOWERS").is_err() && phone("44+20").is_err());
    }
}
