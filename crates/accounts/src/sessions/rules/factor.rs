//! The second factor: time-based codes (RFC 6238) that an authenticator shows, and recovery codes for the day it is
//! lost. Every code serves once.

use super::{Visit, letters};
use crate::sessions::query::{self, Account, factors};
use chrono::{DateTime, Utc};
use messaging::qr;
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    auth::random_bytes,
    config::Environment,
    crypto::{Keyring, Place},
    people,
};
use totp_rs::{Builder, Secret, Totp};
use wire::{
    ProblemCode, UserId,
    accounts::{
        sessions::{Factor, NewFactor, RecoveryCodes},
        users::UserRole,
    },
};

/// Whose codes an authenticator says they are.
const ISSUER: &str = "eSIM Admin";
/// What is said of a code that does not serve.
pub const WRONG: &str = "Wrong, or used before. Wait for the next code.";
/// 160 bits, as the standard recommends.
const SECRET: usize = 20;
/// Recovery codes that are given at once.
const CODES: usize = 10;
/// Characters of a recovery code: fifty bits, which nobody guesses at ten tries a minute.
const LENGTH: usize = 10;
/// The digits and letters without those that are mistaken for each other.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// Whether somebody in this role may not be without a second factor.
pub fn is_required(visit: &Visit, role: UserRole) -> bool {
    role.is_staff() && visit.ctx.config.environment != Environment::Development
}

/// How somebody stands with their second factor.
pub fn show(conn: &mut Conn, visit: &Visit, actor: &Actor) -> Result<Factor> {
    let user = actor.person()?;
    let enrolled_at = factors::find(conn, user)?.and_then(|factor| factor.confirmed_at);
    Ok(Factor {
        enrolled_at,
        recovery_codes: factors::codes_left(conn, user)?,
        is_required: actor.role.is_some_and(|role| is_required(visit, role)),
    })
}

/// Begins a second factor. It counts once a code has confirmed it; begun again, it is another.
pub fn begin(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor) -> Result<NewFactor> {
    let user = actor.person()?;
    let secret = Secret::new(Box::new(random_bytes::<SECRET>()));
    let sealed = actor.keys.seal(place(user), &secret.to_base32())?;
    if !factors::begin(tx, user, (&sealed, visit.now))? {
        return Err(Error::because(
            ProblemCode::WrongState,
            "You have a second factor. Turn it off first to set up another one.",
        ));
    }
    audit::record(tx, actor, Act::new("factor.begin", "user", user.0))?;
    let label = people::email(tx.conn(), &actor.keys, user)?;
    let uri = totp(&secret, &label)?.to_url().map_err(unusable)?;
    Ok(NewFactor {
        qr_svg: qr::svg(&uri)?,
        secret: secret.to_base32(),
        uri,
    })
}

/// Confirms it with its first code. From now on signing in asks for one; what was limited for the lack of it is no
/// longer.
pub fn enrol(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor, code: &str) -> Result<RecoveryCodes> {
    let user = actor.person()?;
    query::hold(tx, user)?;
    let begun = factors::find(tx.conn(), user)?.filter(|factor| factor.confirmed_at.is_none());
    let begun = begun.ok_or_else(|| {
        Error::because(
            ProblemCode::WrongState,
            "There is no second factor to be confirmed. Begin to set one up first.",
        )
    })?;
    let step = step_of(&actor.keys, user, &begun.secret, (code, visit.now))?;
    let step = step.ok_or_else(wrong_code)?;
    if !factors::confirm(tx, user, (step, visit.now))? {
        return Err(Error::refuse(ProblemCode::Conflict));
    }
    query::limit(tx, user, false)?;
    audit::record(tx, actor, Act::new("factor.enrol", "user", user.0))?;
    letters::factor_changed(tx, visit, (user, true))?;
    give_codes(tx, actor, user)
}

/// New recovery codes, in the place of the old ones.
pub fn give_codes(tx: &mut Tx<'_>, actor: &Actor, user: UserId) -> Result<RecoveryCodes> {
    let codes: Vec<String> = (0..CODES).map(|_| new_code()).collect();
    let hashes = codes
        .iter()
        .map(|code| hash(&actor.keys, user, &plain(code)))
        .collect();
    factors::remove_codes(tx, user)?;
    factors::add_codes(tx, user, hashes)?;
    audit::record(tx, actor, Act::new("factor.codes", "user", user.0))?;
    Ok(RecoveryCodes { codes })
}

/// Takes a second factor away, and with it its recovery codes. Whoever may not be without is limited until they
/// have another.
pub fn remove(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor, of: &Account) -> Result<()> {
    if !factors::remove(tx, of.id)? {
        return Err(Error::because(
            ProblemCode::WrongState,
            "There is no second factor.",
        ));
    }
    factors::remove_codes(tx, of.id)?;
    query::limit(tx, of.id, is_required(visit, of.role))?;
    audit::record(tx, actor, Act::new("factor.remove", "user", of.id.0))?;
    letters::factor_changed(tx, visit, (of.id, false))
}

/// Whether a code is somebody's and has not served yet; then it has now. Six digits are the authenticator's,
/// everything else is a recovery code.
pub fn serves(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (user, code): (UserId, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let code = plain(code);
    if code.len() == 6 && code.chars().all(|letter| letter.is_ascii_digit()) {
        let factor = factors::find(tx.conn(), user)?;
        let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else {
            return Ok(false);
        };
        return match step_of(&actor.keys, user, &factor.secret, (&code, now))? {
            Some(step) => factors::serve_step(tx, user, step),
            None => Ok(false),
        };
    }
    let served = factors::serve_code(tx, user, (&hash(&actor.keys, user, &code), now))?;
    if served {
        audit::record(tx, actor, Act::new("factor.recover", "user", user.0))?;
    }
    Ok(served)
}

/// What a code that does not serve is answered with.
pub fn wrong_code() -> Error {
    Error::field("code", "wrong", WRONG)
}

/// The step of time that a code belongs to: now, or one before or after, for clocks that differ.
fn step_of(
    keys: &Keyring,
    user: UserId,
    sealed: &[u8],
    (code, now): (&str, DateTime<Utc>),
) -> Result<Option<i64>> {
    let secret = Secret::try_from_base32(keys.open(place(user), sealed)?).map_err(unusable)?;
    let seconds = u64::try_from(now.timestamp()).map_err(Error::internal)?;
    let step = totp(&secret, "")?.check(&plain(code), seconds);
    step.map(|step| i64::try_from(step).map_err(Error::internal))
        .transpose()
}

/// SHA-1, six digits, thirty seconds, one step either way: what every authenticator knows.
fn totp(secret: &Secret, label: &str) -> Result<Totp> {
    // A colon would part the label from the issuer.
    Builder::new()
        .with_secret(secret.clone())
        .with_issuer(Some(ISSUER))
        .with_account_name(label.replace(':', " "))
        .build()
        .map_err(unusable)
}

/// The crate's errors may quote what they are about.
fn unusable<E>(_: E) -> Error {
    Error::internal("a second factor's secret cannot be used")
}

fn new_code() -> String {
    let letters: Vec<char> = random_bytes::<LENGTH>()
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied())
        .collect();
    let (first, second) = letters.split_at(LENGTH / 2);
    first.iter().chain(&['-']).chain(second).collect()
}

/// A code as it is compared: however it is grouped, and with the letters that look like digits read as those.
fn plain(code: &str) -> String {
    code.chars()
        .filter(|letter| letter.is_ascii_alphanumeric())
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn hash(keys: &Keyring, user: UserId, code: &str) -> Vec<u8> {
    keys.blind("recovery_codes.code", &format!("{user} {code}"))
}

fn place(user: UserId) -> Place<'static> {
    Place::new("mfa_factors", "secret", user.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let code = new_code();
        assert_eq!((code.len(), code.matches('-').count()), (LENGTH + 1, 1));
        assert_eq!(plain(&code.to_lowercase().replace('-', " ")), plain(&code));
        assert_eq!(plain("o1Il-abc"), "0111ABC");
        assert_ne!(new_code(), new_code());
    }

    #[test]
    fn the_codes_are_those_of_the_standard() -> Result<()> {
        // RFC 6238, appendix B, cut to six digits.
        let secret = Secret::new(Box::new(*b"12345678901234567890"));
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            let totp = totp(&secret, "ada@example.com")?;
            assert_eq!(totp.check(code, time), Some(time / 30));
            assert_eq!(totp.check(code, time + 30), Some(time / 30));
            assert_eq!(totp.check(code, time + 60), None);
        }
        Ok(())
    }
}
