//! Detection of data that must not be stored in plain text: numbers of payment cards and secrets.

use crate::{
    esims::profile::{eid, luhn},
    text::plain,
};

/// Prefixes by which issuers mark their secrets.
const SECRET_PREFIXES: [&str; 16] = [
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "whsec_",
    "esk_live_",
    "esk_test_",
    "xoxb-",
    "xoxp-",
    "ghp_",
    "github_pat_",
    "glpat-",
    "AKIA",
    "AIza",
    "SG.",
    "-----BEGIN",
];

/// Returns whether a text contains the number of a payment card, in one piece or in groups. Numbers of eSIMs and their
/// chips are skipped, because their digits can contain a card number by chance.
pub fn has_card_number(text: &str) -> bool {
    let text = plain(text);
    runs(&text).iter().any(|run| {
        let mut groups = run.groups.as_slice();
        while let Some((_, rest)) = groups.split_first() {
            if let Some(after) = after_profile_number(groups) {
                groups = after;
                continue;
            }
            let mut digits = String::new();
            let is_card = groups.iter().any(|group| {
                digits.push_str(group);
                is_card_number(&digits, run.is_international)
            });
            if is_card {
                return true;
            }
            groups = rest;
        }
        false
    })
}

/// Returns the groups that follow an ICCID or an EID, if the first groups are one. Both begin with 89; an ICCID has 19
/// or 20 digits whose check digit suppliers often get wrong, an EID has 32.
fn after_profile_number<'a, 'b>(groups: &'a [&'b str]) -> Option<&'a [&'b str]> {
    groups.first().filter(|first| begins_profile(first))?;
    let mut digits = String::new();
    let mut after = None;
    for (place, group) in groups.iter().enumerate() {
        digits.push_str(group);
        let rest = groups.get(place.saturating_add(1)..);
        match digits.len() {
            19 => after = rest,
            20 if after.is_none() || luhn(&digits) => after = rest,
            32 if eid(&digits).is_ok() => after = rest,
            33.. => break,
            _ => {}
        }
    }
    after
}

/// Returns whether a group begins an ICCID or an EID. People write no first group of one digit, as in `8 9445..`.
fn begins_profile(group: &str) -> bool {
    group.starts_with("89")
}

/// Groups of digits, separated by one character each.
#[derive(Default)]
struct Run<'a> {
    groups: Vec<&'a str>,
    /// Whether a plus precedes the groups, as in a phone number.
    is_international: bool,
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = vec![Run::default()];
    for piece in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let group = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
        if group.is_empty() {
            // Two separators in a row start a new run.
            runs.push(Run {
                is_international: piece == "+",
                ..Run::default()
            });
        } else if let Some(run) = runs.last_mut() {
            run.groups.push(group);
        }
        if !group.is_empty() && piece.len() != group.len() && !piece.ends_with([' ', '-', '.']) {
            runs.push(Run {
                is_international: piece.ends_with('+'),
                ..Run::default()
            });
        }
    }
    runs
}

/// Returns whether these digits are a card number: an issuer's prefix, its length, and the check digit. A Visa number
/// of 13 digits is as long as many phone numbers, which begin with a plus.
fn is_card_number(digits: &str, is_international: bool) -> bool {
    let begins = |length: usize| {
        digits
            .get(..length)
            .and_then(|text| text.parse::<u32>().ok())
    };
    let (Some(two), Some(three), Some(four)) = (begins(2), begins(3), begins(4)) else {
        return false;
    };
    let length = digits.len();
    let fits = match (two, three, four) {
        (40..=49, ..) => matches!(length, 16 | 19) || (length == 13 && !is_international),
        // Mastercard, and Mir between its two ranges.
        (51..=55, ..) | (_, _, 2221..=2720) => length == 16,
        (_, _, 2200..=2204) => (16..=19).contains(&length),
        (34 | 37, ..) => length == 15,
        (36 | 38 | 39, ..) | (_, 300..=305, _) => (14..=19).contains(&length),
        // Maestro, Dankort and Verve.
        (_, _, 5018..=5020 | 5038 | 5060 | 5061 | 5078 | 5079 | 5612 | 5893) => {
            (16..=19).contains(&length) || (length == 13 && !is_international)
        }
        (_, _, 6304 | 6390 | 6759 | 6761..=6763 | 6799) => {
            (16..=19).contains(&length) || (length == 13 && !is_international)
        }
        // Discover, UnionPay, RuPay, Elo and Hipercard.
        (60 | 62 | 65, ..)
        | (_, 508 | 644..=649 | 810..=828, _)
        | (_, _, 3528..=3589 | 6362 | 6363) => (16..=19).contains(&length),
        (_, _, 9792) => length == 16,
        _ => false,
    };
    fits && luhn(digits)
}

/// Returns whether a text contains something that looks like a secret: a key of a known issuer, a token, a password in
/// a URL, or a long random word.
pub fn has_secret(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '<' | '>'))
        .any(|word| {
            SECRET_PREFIXES.iter().any(|mark| word.starts_with(mark))
                || is_token(word)
                || has_password(word)
                || is_random(word)
        })
}

/// Returns whether the word is a JWT: three parts of base64, the first of which is a JSON object.
fn is_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3
}

/// Returns whether the word is a URL with a password: `scheme://name:password@host`.
fn has_password(word: &str) -> bool {
    word.split_once("://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or(rest))
        .and_then(|authority| authority.rsplit_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

/// Returns whether the word is long, consists of base64 or hexadecimal characters, and mixes them as words do not.
fn is_random(word: &str) -> bool {
    let has = |test: fn(&char) -> bool| word.chars().any(|c| test(&c));
    let plain = word
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-'));
    let mixed = has(char::is_ascii_digit)
        && (has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
            || word.chars().all(|c| c.is_ascii_hexdigit()));
    word.len() >= 32 && plain && mixed
}

#[cfg(test)]
mod tests {
    use super::{has_card_number, has_secret};

    #[test]
    fn card_numbers_are_recognized_in_any_grouping() {
        for text in [
            "4111111111111111",
            "paid with 4111 1111 1111 1111.",
            "card: 5555-5555-5555-4444",
            "in 2026 4242424242424242 was charged",
            "378282246310005",
            "2223003122003222",
            "(6011111111111117)",
            "3530111333300000 and more",
            "30569309025904",
            "4111.1111.1111.1111",
            "4111\u{a0}1111\u{202f}1111\u{2009}1111",
            "4111–1111—1111‑1111",
            "４１１１１１１１１１１１１１１１",
            "41\u{200b}11111111111111",
            "4222222222222",
            "3782 822463 10005",
            "6304000000000000",
            "6759649826438453",
            "6799990100000000019",
            "6200000000000005",
            "2200 0000 0000 0004",
            "1234 4111 1111 1111 1111",
            "order 42 for 4000 0566 5566 5556 12/29 123",
            "8944538532008160222 4111111111111111",
            "8944 5385 3200 8160 222 4111 1111 1111 1111",
        ] {
            assert!(has_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not_card_numbers() {
        for text in [
            "",
            "4111111111111112",
            "8944500102198304826",
            "89033023422222222222222222222222",
            "8904 9032 0210 0888 1300 3047 4115 8317",
            "8944 4100 0000 0000 0000",
            "ICCID 8944-4100-0000-0000-0000.",
            "2 eSIMs: 8944 4100 0000 0000 0000, 8944 5385 3200 8160 222",
            "+49 1512 3456789",
            "+44 20 7946 0958",
            "490154203237518",
            "2026-11-22 14:00:00",
            "01890b6e-4111-7111-1111-111111111111",
            "ORD-000000000042",
            "4111  1111  1111  1111x",
        ] {
            assert!(!has_card_number(text), "{text}");
        }
    }

    #[test]
    fn iccids_in_groups_are_not_card_numbers() {
        for number in 0..1000_u64 {
            // Pseudorandom digits, the same in every test run.
            let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 100_000_000_000_000_000;
            for digits in [format!("89{mixed:017}"), format!("894{mixed:017}")] {
                let all: Vec<char> = digits.chars().collect();
                for size in [2, 3, 4, 5, 6] {
                    let groups: Vec<String> = all
                        .chunks(size)
                        .map(|group| group.iter().collect())
                        .collect();
                    for mark in [" ", "-", "\u{a0}"] {
                        let text = groups.join(mark);
                        assert!(!has_card_number(&text), "{text}");
                    }
                }
                let (begin, rest) = digits.split_at(4);
                assert!(
                    !has_card_number(&format!("{begin} {rest}")),
                    "{begin} {rest}"
                );
                assert!(!has_card_number(&digits), "{digits}");
            }
        }
    }

    #[test]
    fn secrets_are_recognized_by_shape() {
        for text in [
            "sk_live_abc",
            "use whsec_123 here",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "postgres://app:hunter2@db.example.com/esim",
            "-----BEGIN PRIVATE KEY-----",
            "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ] {
            assert!(has_secret(text), "{text}");
        }
        for text in [
            "Example Travel Ltd, 1 High Street, London",
            "support@example.com",
            "Europe/Berlin",
            "https://example.com/terms-and-conditions-of-the-service-2026",
            "Registered in England and Wales under the number 01234567",
            "[[\"passport\",\"id_card\",\"drivers_license\"]]",
        ] {
            assert!(!has_secret(text), "{text}");
        }
    }
}
