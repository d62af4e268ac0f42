//! Escapes cells that a spreadsheet would evaluate as formulas, and reverses it on import.
//!
//! A cell begins at its start, and after every separator at which some program may split the file. There, an apostrophe
//! goes before a character that starts a formula. Export adds one apostrophe even where others precede the character, and
//! import removes one, so every text survives the round trip.

use std::borrow::Cow;

/// Returns the text with an apostrophe before every formula that a cell could begin with.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if is_harmless(text) || is_number(text) {
        return Cow::Borrowed(text);
    }
    rewritten(text, |out, _| out.push('\''))
}

/// Returns whether no cell can begin with a formula. This fast check covers most texts; it may return false for a
/// harmless text.
fn is_harmless(text: &str) -> bool {
    let starts_plain = text
        .bytes()
        .next()
        .is_none_or(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'{'));
    let is_separator = |byte: u8| is_separator(char::from(byte));
    starts_plain && !text.bytes().any(is_separator)
}

/// Reverses [`escaped`]. A formula that a person typed without an apostrophe stays.
pub fn unescaped(cell: &str) -> Cow<'_, str> {
    rewritten(cell, |out, apostrophes| {
        if apostrophes > 0 {
            out.pop();
        }
    })
}

/// Copies a text, and calls `at_formula` with the copy before each character that begins a formula, with the number of
/// apostrophes that precede it.
fn rewritten(text: &str, mut at_formula: impl FnMut(&mut String, usize)) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let (mut begins, mut apostrophes) = (true, 0_usize);
    for c in text.chars() {
        if begins && is_formula(c) {
            at_formula(&mut out, apostrophes);
        }
        match c {
            '\'' if begins => apostrophes = apostrophes.saturating_add(1),
            // A quote at the start belongs to the cell, and some programs drop leading spaces.
            ' ' | '\u{a0}' | '"' if begins && apostrophes == 0 => {}
            _ => {
                begins = is_separator(c);
                apostrophes = 0;
            }
        }
        out.push(c);
    }
    if out == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(out)
    }
}

const fn is_formula(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
    )
}

const fn is_separator(c: char) -> bool {
    matches!(c, ';' | ',' | '\t' | '\r' | '\n' | '|')
}

/// Returns whether a text is a number that no spreadsheet evaluates: an amount, or a phone number that is no subtraction.
fn is_number(text: &str) -> bool {
    let is_amount = |digits: &str| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let is_phone = |digits: &str| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.contains(' ')
            && digits
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'))
    };
    match text.split_at_checked(1) {
        Some(("-", digits)) => is_amount(digits),
        Some(("+", digits)) => is_amount(digits) || is_phone(digits),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_prefixes_every_formula() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+1+2", "'+1+2"),
            ("+1-2", "'+1-2"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("＝1", "'＝1"),
            ("x;=1+1", "x;'=1+1"),
            ("x; =1+1;y", "x; '=1+1;y"),
            ("x\t=1+1", "x\t'=1+1"),
            ("x,@y", "x,'@y"),
            ("x;\"=1+1", "x;\"'=1+1"),
            ("\"=1", "\"'=1"),
            ("two\n=lines", "two\n'=lines"),
            (" =1", " '=1"),
            ("-12.50", "-12.50"),
            ("+442079460000", "+442079460000"),
            ("+1 202-555-0124", "+1 202-555-0124"),
            ("a=b", "a=b"),
            ("'t Hooft", "'t Hooft"),
        ] {
            assert_eq!(escaped(text), cell, "{text:?}");
        }
    }

    #[test]
    fn unescaped_reverses_escaped() {
        let signs = [
            "", "=", "+", "-", "@", "\t", "\r", "\n", "'", "\"", ";", ",", " ", "＝", "＋", "－",
            "＠", "x", "1",
        ];
        for a in signs {
            for b in signs {
                for c in signs {
                    for d in ["", "'", "=", "y"] {
                        let text = format!("{a}{b}{c}{d}");
                        assert_eq!(unescaped(&escaped(&text)), text, "{text:?}");
                    }
                }
            }
        }
    }
}
