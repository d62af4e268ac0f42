//! The second factor: time-based codes (RFC 6238) of an authenticator app, and recovery codes for a lost one. Every code works
//! once.

use super::{RequestContext, email};
use crate::sessions::query::{self, Account, mfa};
use chrono::{DateTime, Utc};
use messaging::qr;
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::random_bytes,
    config::Environment,
    crypto::{FieldContext, Keyring},
    people,
};
use totp_rs::{Builder, Secret, Totp};
use wire::{
    ProblemCode, UserId,
    accounts::{
        sessions::{MfaEnrolment, MfaStatus, RecoveryCodes},
        users::UserRole,
    },
    system::audit::AuditAction,
};

/// The issuer that an authenticator app shows.
const ISSUER: &str = "eSIM Admin";
/// The message for a code that is not accepted.
pub const WRONG_CODE: &str = "Wrong, or used before. Wait for the next code.";
/// Bytes of a secret: 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Recovery codes in a set.
const CODES: usize = 10;
/// Characters of a recovery code: fifty bits, which cannot be guessed at ten attempts a minute.
const LENGTH: usize = 10;
/// The characters of a recovery code: digits and A to Z without I, L, O and U.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// Returns whether this role requires a second factor.
pub fn is_required(context: &RequestContext, role: UserRole) -> bool {
    role.is_staff() && context.ctx.config.environment != Environment::Development
}

/// Returns the status of the actor's second factor.
pub fn show(conn: &mut Conn, context: &RequestContext, actor: &Actor) -> Result<MfaStatus> {
    let user = actor.person()?;
    let enrolled_at = mfa::find(conn, user)?.and_then(|factor| factor.confirmed_at);
    Ok(MfaStatus {
        enrolled_at,
        recovery_codes: mfa::count_unused_codes(conn, user)?,
        is_required: actor.role.is_some_and(|role| is_required(context, role)),
    })
}

/// Starts the enrolment of a second factor. The factor is active after a code has confirmed it; a repeated start replaces the
/// secret.
pub fn begin(tx: &mut Tx<'_>, context: &RequestContext, actor: &Actor) -> Result<MfaEnrolment> {
    let user = actor.person()?;
    let secret = Secret::new(Box::new(random_bytes::<SECRET_BYTES>()));
    let sealed = actor.keys.seal(secret_context(user), &secret.to_base32())?;
    if !mfa::begin(tx, user, &sealed, context.now)? {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Two-factor authentication is already on. Turn it off first to set it up again.",
        ));
    }
    audit::record(tx, actor, AuditEvent::new(AuditAction::MfaBegin, user))?;
    let label = people::email(tx.conn(), &actor.keys, user)?;
    let uri = totp(&secret, &label)?.to_url().map_err(unusable)?;
    Ok(MfaEnrolment {
        qr_svg: qr::svg(&uri)?,
        secret: secret.to_base32(),
        uri,
    })
}

/// Confirms a second factor with its first code. From then on signing in requires a code, and the user's sessions are no longer
/// limited to the enrolment.
pub fn enrol(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
    code: &str,
) -> Result<RecoveryCodes> {
    let user = actor.person()?;
    query::lock_account(tx, user)?;
    let begun = mfa::find(tx.conn(), user)?.filter(|factor| factor.confirmed_at.is_none());
    let begun = begun.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::WrongState,
            "Two-factor setup has not been started. Start it first.",
        )
    })?;
    let step = matching_step(&actor.keys, user, &begun.secret, code, context.now)?;
    let step = step.ok_or_else(wrong_code)?;
    if !mfa::confirm(tx, user, step, context.now)? {
        return Err(Error::refuse(ProblemCode::Conflict));
    }
    query::set_limited(tx, user, false)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::MfaEnable, user))?;
    email::mfa_changed(tx, context, user, true)?;
    replace_recovery_codes(tx, actor, user)
}

/// Creates new recovery codes, and deletes the old ones.
pub fn replace_recovery_codes(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
) -> Result<RecoveryCodes> {
    let codes: Vec<String> = (0..CODES).map(|_| new_code()).collect();
    let hashes = codes
        .iter()
        .map(|code| hash(&actor.keys, user, &normalize(code)))
        .collect();
    mfa::remove_codes(tx, user)?;
    mfa::add_codes(tx, user, hashes)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::MfaRenewCodes, user))?;
    Ok(RecoveryCodes { codes })
}

/// Removes a second factor and its recovery codes. The sessions of a user whose role requires one are limited until the user
/// sets up another.
pub fn remove(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
    account: &Account,
) -> Result<()> {
    if !mfa::remove(tx, account.id)? {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Two-factor authentication is not on.",
        ));
    }
    mfa::remove_codes(tx, account.id)?;
    query::set_limited(tx, account.id, is_required(context, account.role))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::MfaDisable, account.id),
    )?;
    email::mfa_changed(tx, context, account.id, false)
}

/// Uses a code of a user, and returns whether it was valid and unused. Six digits are a code of the authenticator app; anything
/// else is a recovery code.
pub fn use_code(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
    code: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let code = normalize(code);
    if code.len() == 6 && code.chars().all(|character| character.is_ascii_digit()) {
        let factor = mfa::find(tx.conn(), user)?;
        let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else {
            return Ok(false);
        };
        return match matching_step(&actor.keys, user, &factor.secret, &code, now)? {
            Some(step) => mfa::use_step(tx, user, step),
            None => Ok(false),
        };
    }
    let was_used = mfa::use_recovery_code(tx, user, &hash(&actor.keys, user, &code), now)?;
    if was_used {
        audit::record(tx, actor, AuditEvent::new(AuditAction::MfaRecover, user))?;
    }
    Ok(was_used)
}

/// Returns the error for a code that is not accepted.
pub fn wrong_code() -> Error {
    Error::field("code", "wrong", WRONG_CODE)
}

/// Returns the time step of a code: the current one, or one before or after, for clocks that differ.
fn matching_step(
    keys: &Keyring,
    user: UserId,
    sealed: &[u8],
    code: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let secret =
        Secret::try_from_base32(keys.open(secret_context(user), sealed)?).map_err(unusable)?;
    let seconds = u64::try_from(now.timestamp()).map_err(Error::internal)?;
    let step = totp(&secret, "")?.check(&normalize(code), seconds);
    step.map(|step| i64::try_from(step).map_err(Error::internal))
        .transpose()
}

/// Builds a TOTP with SHA-1, six digits, thirty seconds and one step either way: what every authenticator app supports.
fn totp(secret: &Secret, label: &str) -> Result<Totp> {
    // A colon would separate the label from the issuer.
    Builder::new()
        .with_secret(secret.clone())
        .with_issuer(Some(ISSUER))
        .with_account_name(label.replace(':', " "))
        .build()
        .map_err(unusable)
}

/// Hides the errors of the crate, because they may quote the secret.
fn unusable<E>(_: E) -> Error {
    Error::internal("a second factor's secret cannot be used")
}

fn new_code() -> String {
    let characters: Vec<char> = random_bytes::<LENGTH>()
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied())
        .collect();
    let (first, second) = characters.split_at(LENGTH / 2);
    first.iter().chain(&['-']).chain(second).collect()
}

/// Normalizes a code for comparison: removes separators, and reads `O` as `0` and `I` and `L` as `1`.
fn normalize(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

fn hash(keys: &Keyring, user: UserId, code: &str) -> Vec<u8> {
    keys.blind("recovery_codes.code", &format!("{user} {code}"))
}

fn secret_context(user: UserId) -> FieldContext<'static> {
    FieldContext::new("mfa_factors", "secret", user.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_code_ignores_case_separators_and_lookalikes() {
        let code = new_code();
        assert_eq!((code.len(), code.matches('-').count()), (LENGTH + 1, 1));
        assert_eq!(
            normalize(&code.to_lowercase().replace('-', " ")),
            normalize(&code)
        );
        assert_eq!(normalize("o1Il-abc"), "0111ABC");
        assert_ne!(new_code(), new_code());
    }

    #[test]
    fn codes_match_rfc_6238_test_vectors() -> Result<()> {
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
