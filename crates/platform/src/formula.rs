//! Cells that no spreadsheet takes for a formula, and the way back.
//!
//! A cell may begin where the file says so, and where a program divides it that expects another separator. There, an
//! apostrophe is written before what begins a formula. Apostrophes that stand there already count: one is added on
//! the way out and one taken off on the way in, so that every text comes back as it was.

use std::borrow::Cow;

/// Returns the text with an apostrophe wherever a cell could begin with a formula.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if is_harmless(text) || is_number(text) {
        return Cow::Borrowed(text);
    }
    rewritten(text, |out, _| out.push('\''))
}

/// Returns whether a look at each byte shows that no cell begins with a formula: so it is with most texts.
fn is_harmless(text: &str) -> bool {
    let begins_plainly = text
        .bytes()
        .next()
        .is_none_or(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'[' | b'{'));
    let divides = |byte: u8| matches!(byte, b';' | b',' | b'|' | b'\t' | b'\r' | b'\n');
    begins_plainly && !text.bytes().any(divides)
}

/// Returns the text that [`escaped`] made a cell of. What people wrote by hand without an apostrophe stays.
pub fn unescaped(cell: &str) -> Cow<'_, str> {
    rewritten(cell, |out, apostrophes| {
        if apostrophes > 0 {
            out.pop();
        }
    })
}

/// Walks over the places where a formula begins, each after so many apostrophes.
fn rewritten(text: &str, mut at_formula: impl FnMut(&mut String, usize)) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let (mut begins, mut apostrophes) = (true, 0_usize);
    for c in text.chars() {
        if begins && is_formula(c) {
            at_formula(&mut out, apostrophes);
        }
        match c {
            '\'' if begins => apostrophes = apostrophes.saturating_add(1),
            // Quotes at the beginning of a cell are its own, and spaces are dropped by some programs.
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

/// Returns whether a text is a number, which no spreadsheet calculates: an amount, or a phone number that is not read
/// as a subtraction.
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
    fn no_cell_begins_with_a_formula_in_any_program() {
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
    fn every_text_comes_back_as_it_was() {
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
