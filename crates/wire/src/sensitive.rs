//! What must not be kept in plain: numbers of payment cards, and secrets. Recognised by how they look, so that
//! nobody leaves one in a note by mistake.

use crate::esims::profile::luhn;

/// Beginnings by which issuers mark their secrets.
const MARKS: [&str; 16] = [
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

/// Whether a number of a payment card stands in a text, in one piece or in groups.
pub fn has_card_number(text: &str) -> bool {
    runs(text).iter().any(|groups| {
        (0..groups.len()).any(|from| {
            let mut digits = String::new();
            groups.iter().skip(from).any(|group| {
                digits.push_str(group);
                is_card_number(&digits)
            })
        })
    })
}

/// Digits that stand together, as groups that a space or a dash divides.
fn runs(text: &str) -> Vec<Vec<&str>> {
    let mut runs = vec![Vec::new()];
    for piece in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let group = piece.trim_end_matches(|c: char| !c.is_ascii_digit());
        if group.is_empty() {
            // Two marks in a row divide more than one does.
            runs.push(Vec::new());
        } else if let Some(run) = runs.last_mut() {
            run.push(group);
        }
        if !piece.ends_with([' ', '-']) && piece.len() != group.len() {
            runs.push(Vec::new());
        }
    }
    runs
}

/// Whether these digits are a card's: an issuer's beginning, its length, and the check digit.
fn is_card_number(digits: &str) -> bool {
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
        (40..=49, ..) => length == 16 || length == 19,
        (51..=55, ..) | (_, _, 2221..=2720) => length == 16,
        (34 | 37, ..) => length == 15,
        (36 | 38 | 39, ..) | (_, 300..=305, _) => (14..=19).contains(&length),
        (62 | 65, ..) | (_, 644..=649, _) | (_, _, 6011 | 3528..=3589) => {
            (16..=19).contains(&length)
        }
        _ => false,
    };
    fits && luhn(digits)
}

/// Whether a text is, or carries, something that looks like a secret: a key of a known issuer, a token, a password
/// in an address, or a long random word.
pub fn has_secret(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '<' | '>'))
        .any(|word| {
            MARKS.iter().any(|mark| word.starts_with(mark))
                || is_token(word)
                || has_password(word)
                || is_random(word)
        })
}

/// Three parts of base64, the first of which is a JSON object: a JWT.
fn is_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3
}

/// `scheme://name:password@host`.
fn has_password(word: &str) -> bool {
    word.split_once("://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or(rest))
        .and_then(|authority| authority.rsplit_once('@'))
        .is_some_and(|(user, _)| user.contains(':'))
}

/// Long, of the letters of base64 or hexadecimal only, and mixed as words are not.
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
    fn card_numbers_are_recognised_however_they_are_grouped() {
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
        ] {
            assert!(has_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "",
            "4111111111111112",
            "8944500102198304826",
            "89033023422222222222222222222222",
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
    fn secrets_are_recognised_by_their_looks() {
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
