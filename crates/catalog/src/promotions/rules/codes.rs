//! Codes that are made up: nobody guesses one, and nobody misreads one.

use super::query;
use wire::catalog::promotions::{NewPromotion, Promotion};

use chrono::{DateTime, Utc};
use platform::{Error, Result, Tx, auth};

/// Letters and digits that are not taken for one another.
const LETTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// How long the made-up part is: 31^10 is more than 8 * 10^14.
const LENGTH: usize = 10;
/// Rounds until every code was free. With so many possible ones, the second is hardly ever needed.
const ROUNDS: usize = 5;

/// Makes so many promotions on the same terms, each with a code that was never there.
pub fn unique(
    tx: &mut Tx<'_>,
    each: &NewPromotion,
    (prefix, count): (&str, i32),
    now: DateTime<Utc>,
) -> Result<Vec<Promotion>> {
    let count = usize::try_from(count).unwrap_or_default();
    let mut made = Vec::with_capacity(count);
    for _ in 0..ROUNDS {
        let codes: Vec<String> = (made.len()..count)
            .map(|_| format!("{prefix}{}", made_up()))
            .collect();
        if codes.is_empty() {
            return Ok(made);
        }
        made.extend(query::insert(tx, each, &codes, now)?);
    }
    if made.len() == count {
        return Ok(made);
    }
    Err(Error::internal("too many made-up codes were taken"))
}

/// One code. A byte that would favour some letters is thrown away.
fn made_up() -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        for byte in auth::random_bytes::<16>() {
            let letter = LETTERS.get(usize::from(byte) % LETTERS.len());
            if let Some(&letter) = letter.filter(|_| byte < 248 && code.len() < LENGTH) {
                code.push(char::from(letter));
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
    fn codes_are_readable_and_different() {
        let codes: HashSet<String> = (0..10_000).map(|_| made_up()).collect();
        assert_eq!(codes.len(), 10_000);
        for code in codes {
            assert_eq!(code.len(), LENGTH);
            assert!(!code.contains(['I', 'L', 'O', '0', '1']), "{code}");
        }
    }
}
