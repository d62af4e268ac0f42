//! Search for people whose data is sealed, by blind tokens.
//!
//! A person has a token for every prefix of every word of the name, for the digits of the phone number in the forms that
//! people type, and for the email address. A search looks for one token per word.

use crate::{crypto::Keyring, text::fold};
use wire::{identifier, phone::Phone, text::plain};

/// The shortest prefix of a word that has a token, in characters.
const SHORTEST_PREFIX: usize = 2;
/// The longest prefix that has a token; longer words with the same prefix are not distinguished.
const LONGEST_PREFIX: usize = 12;
/// The shortest prefix of a national phone number that has a token, in digits.
const SHORTEST_LOCAL: usize = 4;
/// The term of a search without words; no person has its token.
const NO_WORDS: &str = "";

/// Returns the tokens of a person: the prefixes of the words of the name, of the phone number, of the email address and of
/// the words of its domain.
pub fn search_tokens(
    keys: &Keyring,
    email: &str,
    first_name: &str,
    last_name: &str,
    phone: Option<&str>,
) -> Vec<i64> {
    let mut terms = Vec::new();
    for name in [first_name, last_name] {
        name_terms(name, &mut terms);
    }
    joined_terms(first_name, last_name, &mut terms);
    let email = fold(&identifier::email(email));
    push_prefixes(&email, SHORTEST_PREFIX, &mut terms);
    if let Some((_, domain)) = email.rsplit_once('@') {
        name_terms(domain, &mut terms);
    }
    if let Some(phone) = phone {
        phone_terms(phone, &mut terms);
    }
    let mut tokens: Vec<i64> = terms.iter().map(|term| keys.search_token(term)).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

fn name_terms(name: &str, terms: &mut Vec<String>) {
    for word in words(name) {
        push_prefixes(&word, SHORTEST_PREFIX, terms);
        if word.chars().count() == 1 {
            terms.push(exactly(&word));
        }
    }
    // A search for obrien finds O'Brien, too.
    let folded = fold(name);
    let joined: String = folded.chars().filter(|c| !is_apostrophe(*c)).collect();
    if joined.len() < folded.len() {
        for word in words(&joined) {
            push_prefixes(&word, SHORTEST_PREFIX, terms);
        }
    }
}

/// Adds the terms of the full name in one word: Chinese, Japanese and Korean names are written without a space, with the
/// family name first.
fn joined_terms(first_name: &str, last_name: &str, terms: &mut Vec<String>) {
    let (first, last) = (fold(first_name), fold(last_name));
    let is_joined = |name: &str| !name.is_empty() && name.chars().all(is_wide);
    if is_joined(&first) && is_joined(&last) {
        push_prefixes(&format!("{last}{first}"), SHORTEST_PREFIX, terms);
        push_prefixes(&format!("{first}{last}"), SHORTEST_PREFIX, terms);
    }
}

/// Adds the terms of a phone number: with the country code, as a national number, and as one with a leading zero.
fn phone_terms(phone: &str, terms: &mut Vec<String>) {
    let digits: String = plain(phone).chars().filter(char::is_ascii_digit).collect();
    push_prefixes(&digits, SHORTEST_PREFIX, terms);
    if let Ok(phone) = Phone::parse(phone, None) {
        let national = phone.national();
        push_prefixes(&national, SHORTEST_LOCAL, terms);
        push_prefixes(&format!("0{national}"), SHORTEST_LOCAL, terms);
    }
}

fn push_prefixes(word: &str, shortest: usize, terms: &mut Vec<String>) {
    let mut prefix = String::new();
    for (index, c) in word.chars().take(LONGEST_PREFIX).enumerate() {
        prefix.push(c);
        if index.saturating_add(1) >= shortest {
            terms.push(prefix.clone());
        }
    }
}

/// Returns the term of a whole word, for words of one character.
fn exactly(word: &str) -> String {
    format!("={word}")
}

/// The maximum number of tokens of a text.
const MOST_TOKENS: usize = 500;

/// Returns the tokens of the words of a sealed text and of their prefixes, for texts of a line.
pub fn prefix_tokens(keys: &Keyring, text: &str) -> Vec<i64> {
    let mut terms = Vec::new();
    name_terms(text, &mut terms);
    tokens(keys, &terms)
}

/// Returns the tokens of the words of a sealed text, for texts of many lines. A search finds whole words.
pub fn word_tokens(keys: &Keyring, text: &str) -> Vec<i64> {
    let long = words(text).filter(|word| word.chars().count() >= SHORTEST_PREFIX);
    let terms: Vec<String> = long
        .map(|word| word.chars().take(LONGEST_PREFIX).collect())
        .collect();
    tokens(keys, &terms)
}

fn tokens(keys: &Keyring, terms: &[String]) -> Vec<i64> {
    let mut tokens: Vec<i64> = terms
        .iter()
        .map(|term| keys.search_token(term))
        .take(MOST_TOKENS)
        .collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// Returns the tokens that a search for people requires, or `None` when the search text is empty. A text without words
/// finds no person.
pub fn query_tokens(keys: &Keyring, q: &str) -> Option<Vec<i64>> {
    if q.trim().is_empty() {
        return None;
    }
    let mut tokens: Vec<i64> = query_terms(q)
        .iter()
        .map(|term| keys.search_token(term))
        .collect();
    tokens.sort_unstable();
    tokens.dedup();
    Some(tokens)
}

fn query_terms(q: &str) -> Vec<String> {
    let (mut terms, mut single_chars, mut number) = (Vec::new(), Vec::new(), Vec::new());
    for part in q.split_whitespace() {
        let typed = plain(part);
        if !typed.is_empty() && typed.chars().all(is_dialled) {
            number.push(typed);
            continue;
        }
        number_terms(&number.join(" "), &mut terms, &mut single_chars);
        number.clear();
        if part.contains('@') || part.contains('＠') {
            email_terms(part, &mut terms);
        } else {
            for word in words(part) {
                match word.chars().count() {
                    1 => single_chars.push(word),
                    _ => terms.push(word.chars().take(LONGEST_PREFIX).collect()),
                }
            }
        }
    }
    number_terms(&number.join(" "), &mut terms, &mut single_chars);
    // The first letter of a second word does not narrow the search while it is being typed; an ideograph does.
    let is_typing = !terms.is_empty();
    single_chars.retain(|word| !is_typing || word.chars().all(is_wide));
    terms.extend(single_chars.iter().map(|word| exactly(word)));
    if terms.is_empty() {
        terms.push(NO_WORDS.to_owned());
    }
    terms
}

fn number_terms(text: &str, terms: &mut Vec<String>, single_chars: &mut Vec<String>) {
    let digits: String = identifier::phone(text)
        .unwrap_or_else(|_| text.to_owned())
        .chars()
        .filter(char::is_ascii_digit)
        .take(LONGEST_PREFIX)
        .collect();
    match digits.len() {
        0 => {}
        1 => single_chars.push(digits),
        _ => terms.push(digits),
    }
}

/// Adds the terms of an email address. Only the prefix of a long address is a term, so the words of the domain are added;
/// a text that begins with `@` is a domain.
fn email_terms(text: &str, terms: &mut Vec<String>) {
    let email = fold(&identifier::email(text));
    let Some((name, domain)) = email.rsplit_once('@') else {
        return;
    };
    if !name.is_empty() {
        terms.push(email.chars().take(LONGEST_PREFIX).collect());
    }
    let long = words(domain).filter(|word| word.chars().count() >= SHORTEST_PREFIX);
    terms.extend(long.map(|word| word.chars().take(LONGEST_PREFIX).collect()));
}

/// Returns the words of a text, folded: the runs of letters and digits.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<String> = fold(text)
        .split(|c: char| !c.is_alphanumeric() && !is_vowel_sign(c))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

/// Returns whether a character is a vowel sign of a script, such as an Indic one, that writes vowels within a word.
fn is_vowel_sign(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '＇')
}

const fn is_dialled(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '/' | '(' | ')')
}

/// Returns whether a character is a whole word or syllable: an ideograph, a kana or a Hangul syllable.
const fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Sealing, error::Result};
    use zeroize::Zeroizing;

    fn keys() -> Result<Keyring> {
        Keyring::new(&Sealing {
            keys: [(1, Zeroizing::new([1; 32]))].into_iter().collect(),
            current: 1,
            index: Zeroizing::new([9; 32]),
        })
    }

    fn is_found(person: (&str, &str, &str), phone: Option<&str>, q: &str) -> Result<bool> {
        let keys = keys()?;
        let (email, first_name, last_name) = person;
        let stored = search_tokens(&keys, email, first_name, last_name, phone);
        Ok(query_tokens(&keys, q)
            .is_none_or(|tokens| tokens.iter().all(|token| stored.contains(token))))
    }

    #[test]
    fn people_are_found_by_words_prefixes_and_numbers() -> Result<()> {
        let ada = ("ada@example.com", "Ada", "Lovelace");
        for q in [
            "ada",
            "LOVE",
            "lovelace ada",
            "lo",
            "ada l",
            " ",
            "ada@example.com",
            "@example.com",
            "ADA@EXAMPLE",
        ] {
            assert!(is_found(ada, None, q)?, "{q}");
        }
        for q in [
            "bob", "lace", "ada bob", "!!!", "a", "Q", "李", "...", "@", "\u{200b}", "-",
        ] {
            assert!(!is_found(ada, None, q)?, "{q}");
        }
        for (person, q) in [
            (("x@example.com", "José", "Etxeberria-Echeverría"), "jose"),
            (
                ("x@example.com", "Jose\u{301}", "Etxeberria-Echeverría"),
                "José Echeverria",
            ),
            (("x@example.com", "Hans", "Weißenfels"), "weissenfels"),
            (("x@example.com", "Işıl", "Demir"), "isil"),
            (("x@example.com", "小龙", "李"), "李"),
            (("x@example.com", "小龙", "李"), "李小龙"),
            (("x@example.com", "小龙", "李"), "小龙"),
            (("x@example.com", "Conan", "O’Brien"), "o'brien"),
            (("x@example.com", "Conan", "O’Brien"), "obrien"),
            (("x@example.com", "Q", ""), "q"),
            (("x@example.com", "प्रिया", "शर्मा"), "प्रिया शर्मा"),
        ] {
            assert!(is_found(person, None, q)?, "{q}");
        }
        assert!(!is_found(("x@example.com", "小龙", "李"), None, "龙")?);
        for q in [
            "2025550124",
            "202-555-0124",
            "(202) 555-0124",
            "+1 202 555 0124",
            "0012025550124",
            "12025550124",
            "+1 (202) 555–0124",
            "ada 202 555",
            "02025550124",
            "+1202",
        ] {
            assert!(is_found(ada, Some("+12025550124"), q)?, "{q}");
        }
        assert!(!is_found(ada, Some("+12025550124"), "2025550125")?);
        assert!(is_found(ada, Some("+442079460000"), "+44 (0)20 7946 0000")?);
        assert!(is_found(ada, Some("+442079460000"), "020 7946 0000")?);
        Ok(())
    }
}
