//! Reasons in the logs. A reason is free text and may name a person, but log entries are immutable. The reason of an entry
//! about a person, or about an object that may belong to a person, is therefore encrypted with a key per subject. Erasing
//! the person deletes the key; the entry, its seal and the chain stay as they are.

use crate::{
    crypto::Keyring,
    db::{Conn, Tx},
    error::{Error, Result},
};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use diesel::{
    prelude::*,
    sql_types::{Text, Uuid as SqlUuid},
};
use schema::reason_keys as secrets;
use std::collections::HashMap;
use uuid::Uuid;
use wire::UserId;

/// The prefix of an encrypted reason. A reason without it is plain text.
const ENCRYPTED_PREFIX: &str = "enc1:";
const NONCE: usize = 12;
/// The text that replaces a reason whose key was deleted.
pub const ERASED: &str = "Erased";

/// Kinds of subjects that are people or may belong to a person. Reasons about other kinds are stored in plain text.
const PERSONAL: &[&str] = &[
    "user",
    "session",
    "kyc_document",
    "order",
    "transaction",
    "refund",
    "supplier_claim",
    "invoice",
    "dispute",
    "case",
    "esim",
    "notification",
    "ticket",
];

/// The subject of a log entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    /// The kind, such as `order`.
    pub kind: &'a str,
    /// The id.
    pub id: Uuid,
}

impl Subject<'_> {
    fn may_be_personal(self) -> bool {
        PERSONAL.contains(&self.kind) && !self.id.is_nil()
    }
    fn aad(self) -> Vec<u8> {
        format!("reason.{}.{}", self.kind, self.id).into_bytes()
    }
}

/// Encrypts a reason whose subject may belong to a person; returns any other reason as it is.
pub fn seal(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    subject: Subject<'_>,
    reason: Option<&str>,
) -> Result<Option<String>> {
    let Some(reason) = reason.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if !subject.may_be_personal() {
        return Ok(Some(reason.to_owned()));
    }
    let cipher = cipher(keys, &secret(tx, subject)?)?;
    let nonce: [u8; NONCE] = rand::random();
    let aad = subject.aad();
    let payload = Payload {
        msg: reason.as_bytes(),
        aad: &aad,
    };
    let sealed = cipher
        .encrypt(&nonce.into(), payload)
        .map_err(|_| Error::internal("a reason could not be encrypted"))?;
    let text = STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat());
    Ok(Some(format!("{ENCRYPTED_PREFIX}{text}")))
}

/// Returns the secret of a subject, and creates it for the first reason.
fn secret(tx: &mut Tx<'_>, subject: Subject<'_>) -> Result<Vec<u8>> {
    let fresh: [u8; 32] = rand::random();
    diesel::insert_into(secrets::table)
        .values((
            secrets::subject_type.eq(subject.kind),
            secrets::subject_id.eq(subject.id),
            secrets::secret.eq(fresh.as_slice()),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(secrets::table
        .find((subject.kind, subject.id))
        .select(secrets::secret)
        .first(tx.conn())?)
}

fn cipher(keys: &Keyring, secret: &[u8]) -> Result<Aes256Gcm> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = zeroize::Zeroizing::new(keys.blind("audit reason", &hex));
    Aes256Gcm::new_from_slice(&key).map_err(Error::internal)
}

/// Decrypts the reasons of log entries.
pub struct Reasons {
    ciphers: HashMap<(String, Uuid), Aes256Gcm>,
}

impl Reasons {
    /// Loads the keys of these subjects.
    pub fn load<'a>(
        conn: &mut Conn,
        keys: &Keyring,
        subjects: impl Iterator<Item = Subject<'a>>,
    ) -> Result<Self> {
        let mut ids: Vec<Uuid> = subjects
            .filter(|subject| subject.may_be_personal())
            .map(|subject| subject.id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let found: Vec<(String, Uuid, Vec<u8>)> = if ids.is_empty() {
            Vec::new()
        } else {
            secrets::table
                .filter(secrets::subject_id.eq_any(ids))
                .select((secrets::subject_type, secrets::subject_id, secrets::secret))
                .load(conn)?
        };
        let ciphers = found
            .into_iter()
            .map(|(kind, id, secret)| Ok(((kind, id), cipher(keys, &secret)?)))
            .collect::<Result<_>>()?;
        Ok(Self { ciphers })
    }

    /// Returns a stored reason in plain text; [`ERASED`] where its key was deleted.
    pub fn open(&self, subject: Subject<'_>, stored: Option<String>) -> Option<String> {
        let stored = stored?;
        let Some(text) = stored.strip_prefix(ENCRYPTED_PREFIX) else {
            return Some(stored);
        };
        Some(
            self.decrypt(subject, text)
                .unwrap_or_else(|| ERASED.to_owned()),
        )
    }

    fn decrypt(&self, subject: Subject<'_>, text: &str) -> Option<String> {
        let cipher = self.ciphers.get(&(subject.kind.to_owned(), subject.id))?;
        let bytes = STANDARD_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let aad = subject.aad();
        let payload = Payload {
            msg: sealed,
            aad: &aad,
        };
        String::from_utf8(cipher.decrypt(&nonce.into(), payload).ok()?).ok()
    }
}

/// Decrypts the reasons of log entries in place.
pub fn open_all(
    conn: &mut Conn,
    keys: &Keyring,
    entries: Vec<(Subject<'_>, &mut Option<String>)>,
) -> Result<()> {
    let reasons = Reasons::load(conn, keys, entries.iter().map(|(subject, _)| *subject))?;
    for (subject, reason) in entries {
        *reason = reasons.open(subject, reason.take());
    }
    Ok(())
}

/// Makes the reasons recorded so far unreadable, of the subjects of this kind whose ids the query selects (`$1` is the
/// person). Later reasons get a new key.
pub fn forget(tx: &mut Tx<'_>, kind: &str, select: &str, user: UserId) -> Result<()> {
    diesel::sql_query(format!(
        "DELETE FROM reason_keys WHERE subject_type = $2 AND subject_id IN ({select})"
    ))
    .bind::<SqlUuid, _>(user.0)
    .bind::<Text, _>(kind)
    .execute(tx.conn())?;
    Ok(())
}
