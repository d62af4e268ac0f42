//! Normalizes text: on input, so that equal names are equal texts, and for searches, so that similar spellings match.
//!
//! Which characters a field rejects is decided in [`wire::text`], which the panel shares.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use wire::text::{is_zero_width, trimmed};

/// Fields whose text is not changed: spaces around a password belong to it.
const VERBATIM: [&str; 3] = ["password", "current", "new"];

/// Returns a text as it is stored: without white space and zero-width characters at its ends, composed (NFC), with
/// `\n` at the end of lines.
pub fn tidy(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    if text.contains('\r') {
        return Cow::Owned(
            text.replace("\r\n", "\n")
                .replace('\r', "\n")
                .nfc()
                .collect(),
        );
    }
    if is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Returns a JSON document with every string tidied, except field names and passwords. Invalid JSON is returned unchanged,
/// for the JSON parser to reject.
pub fn tidy_json(body: &[u8]) -> Cow<'_, [u8]> {
    let (mut out, mut copied, mut at) = (Vec::new(), 0, 0);
    let mut field = String::new();
    while let Some(start) = position(body, at, |byte| byte == b'"') {
        let Some(end) = end_of_text(body, start) else {
            break;
        };
        at = end;
        let text = body
            .get(start..end)
            .and_then(|literal| serde_json::from_slice::<String>(literal).ok());
        let Some(text) = text else { continue };
        let next = position(body, end, |byte| !byte.is_ascii_whitespace());
        if next.and_then(|next| body.get(next)) == Some(&b':') {
            field = text;
            continue;
        }
        let tidied = tidy(&text);
        if tidied == text || VERBATIM.contains(&field.as_str()) {
            continue;
        }
        if let Ok(literal) = serde_json::to_vec(tidied.as_ref()) {
            out.extend_from_slice(body.get(copied..start).unwrap_or_default());
            out.extend_from_slice(&literal);
            copied = end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(body);
    }
    out.extend_from_slice(body.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

fn position(bytes: &[u8], from: usize, matches: impl Fn(u8) -> bool) -> Option<usize> {
    let found = bytes.get(from..)?.iter().position(|byte| matches(*byte))?;
    Some(from.saturating_add(found))
}

/// Returns the position after the closing quote of the JSON string that begins here.
fn end_of_text(body: &[u8], start: usize) -> Option<usize> {
    let mut at = start.saturating_add(1);
    loop {
        at = position(body, at, |byte| matches!(byte, b'"' | b'\\'))?;
        match body.get(at) {
            Some(b'"') => return Some(at.saturating_add(1)),
            _ => at = at.saturating_add(2),
        }
    }
}

/// Returns a text as searches compare it: lower case, without diacritics, ligatures and full-width forms, so that `jose`
/// finds `José`, `strasse` finds `Straße` and `ｏｆｆｉｃｅ` finds `oﬃce`.
pub fn fold(text: &str) -> String {
    let bare = text
        .nfkd()
        .filter(|c| !is_mark(*c) && !is_zero_width(*c))
        .flat_map(char::to_lowercase)
        // A capital I with a dot becomes an i with a dot above.
        .filter(|c| !is_mark(*c));
    let mut folded = String::with_capacity(text.len());
    for c in bare.nfc() {
        match plain_spelling(c) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(c),
        }
    }
    folded
}

/// Returns whether a character is a diacritic, or a vowel point of Arabic or Hebrew. The vowel signs of Indic and Thai
/// scripts count as letters.
const fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0487}' | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}'
        | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Returns the characters that people type for a letter that Unicode does not decompose.
const fn plain_spelling(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ł' => "l",
        'ŋ' => "n",
        'ŧ' => "t",
        'þ' => "th",
        'ς' => "σ",
        'ё' => "е",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidy_json_changes_texts_but_not_passwords() {
        for (body, tidied) in [
            (r#"{"name":" Jose\u0301 "}"#, r#"{"name":"José"}"#),
            (
                "{\"name\" : \"\u{a0}x\u{feff}\",\"n\":1.10}",
                r#"{"name" : "x","n":1.10}"#,
            ),
            (
                r#"{"a":["b ","\"c\""],"password":" x "}"#,
                r#"{"a":["b","\"c\""],"password":" x "}"#,
            ),
            (r#"{"note":"a\r\nb\rc"}"#, r#"{"note":"a\nb\nc"}"#),
            (r#"{" name ":"x"}"#, r#"{" name ":"x"}"#),
            (r#"{"name":" x"#, r#"{"name":" x"#),
            (r#"{"name":"\ud800 "}"#, r#"{"name":"\ud800 "}"#),
            (r#"{"name":"x\"#, r#"{"name":"x\"#),
            ("", ""),
        ] {
            assert_eq!(
                String::from_utf8_lossy(&tidy_json(body.as_bytes())),
                tidied,
                "{body}"
            );
        }
    }

    #[test]
    fn fold_matches_similar_spellings() {
        for (text, folded) in [
            ("José", "jose"),
            ("Jose\u{301}", "jose"),
            ("ECHEVERRÍA", "echeverria"),
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("Işık", "isik"),
            ("İstanbul", "istanbul"),
            ("Łukasz Ørsted", "lukasz orsted"),
            ("oﬃce", "office"),
            ("ＴＯＫＹＯ", "tokyo"),
            ("Χρῆστος", "χρηστοσ"),
            ("Алёна", "алена"),
            ("مُحَمَّد", "محمد"),
            ("한글", "한글"),
            ("李小龙", "李小龙"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }
}
