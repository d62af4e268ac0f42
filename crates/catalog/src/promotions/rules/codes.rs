//! Random codes that cannot be guessed and are easy to read.

use super::query;
use wire::catalog::promotions::{NewPromotion, Promotion};

use chrono::{DateTime, Utc};
use platform::{Error, Result, Tx, auth};

/// The characters of a code: people do not confuse them with each other.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// The length of the random part: 31^10 is more than 8 * 10^14.
const LENGTH: usize = 10;
/// The attempts to find codes that do not exist yet. With so many possible codes, a second attempt is rare.
const ATTEMPTS: usize = 5;

/// Creates promotions with the same terms, each with a new random code.
pub fn create_with_random_codes(
    tx: &mut Tx<'_>,
    terms: &NewPromotion,
    prefix: &str,
    count: i32,
    now: DateTime<Utc>,
) -> Result<Vec<Promotion>> {
    let count = usize::try_from(count).unwrap_or_default();
    let mut created = Vec::with_capacity(count);
    for _ in 0..ATTEMPTS {
        let codes: Vec<String> = (created.len()..count)
            .map(|_| format!("{prefix}{}", random_code()))
            .collect();
        if codes.is_empty() {
            return Ok(created);
        }
        created.extend(query::insert(tx, terms, &codes, now)?);
    }
    if created.len() == count {
        return Ok(created);
    }
    Err(Error::internal(
        "no free random code was found for every promotion",
    ))
}

/// Returns a random code. Bytes of 248 and more are discarded, so that every character has the same probability.
fn random_code() -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        for byte in auth::random_bytes::<16>() {
            let character = ALPHABET.get(usize::from(byte) % ALPHABET.len());
            if let Some(&character) = character.filter(|_| byte < 248 && code.len() < LENGTH) {
                code.push(char::from(character));
            }
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn random_codes_are_unique_and_avoid_ambiguous_characters() {
        let codes: HashSet<String> = (0..10_000).map(|_| random_code()).collect();
        assert_eq!(codes.len(), 10_000);
        for code in codes {
            assert_eq!(code.len(), LENGTH);
            assert!(!code.contains(['I', 'L', 'O', '0', '1']), "{code}");
        }
    }
}
