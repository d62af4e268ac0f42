//! Reasons in the logs. A reason is free text and may name a person; an entry of a log cannot be changed. So the reason
//! of an entry about a person, or about something that may be theirs, is encrypted with a key of its own, and erasing
//! the person deletes that key. The entry, its seal and the chain stay as they are.

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

/// What an encrypted reason begins with; whatever else stands in the column was written before there were keys.
const MARK: &str = "enc1:";
const NONCE: usize = 12;
/// What is shown in place of a reason whose key was deleted.
pub const ERASED: &str = "Erased";

/// Kinds of subjects that are people or may belong to one. Reasons about anything else stay as they were typed.
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
];

/// Which thing an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject<'a> {
    /// The kind, such as `order`.
    pub kind: &'a str,
    /// Which one.
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

/// Encrypts a reason, where its subject may be a person's.
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
    Ok(Some(format!("{MARK}{text}")))
}

/// The secret of a subject, made with its first reason.
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

/// Reads the reasons of log entries, each in its place; [`ERASED`] where the key was deleted.
pub struct Reasons {
    ciphers: HashMap<(String, Uuid), Aes256Gcm>,
}

impl Reasons {
    /// With the keys of these subjects.
    pub fn of<'a>(
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

    /// A reason as it was typed.
    pub fn open(&self, subject: Subject<'_>, kept: Option<String>) -> Option<String> {
        let kept = kept?;
        let Some(text) = kept.strip_prefix(MARK) else {
            return Some(kept);
        };
        Some(
            self.plain(subject, text)
                .unwrap_or_else(|| ERASED.to_owned()),
        )
    }

    fn plain(&self, subject: Subject<'_>, text: &str) -> Option<String> {
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

/// Opens the reasons of log entries where they stand.
pub fn open_all(
    conn: &mut Conn,
    keys: &Keyring,
    entries: Vec<(Subject<'_>, &mut Option<String>)>,
) -> Result<()> {
    let reasons = Reasons::of(conn, keys, entries.iter().map(|(subject, _)| *subject))?;
    for (subject, reason) in entries {
        *reason = reasons.open(subject, reason.take());
    }
    Ok(())
}

/// Makes the reasons about a person unreadable that were given so far: of the subjects of this kind whose ids the
/// query selects, with the person as `$1`. What is given after that has a new key.
pub fn forget(tx: &mut Tx<'_>, kind: &str, select: &str, user: UserId) -> Result<()> {
    diesel::sql_query(format!(
        "DELETE FROM reason_keys WHERE subject_type = $2 AND subject_id IN ({select})"
    ))
    .bind::<SqlUuid, _>(user.0)
    .bind::<Text, _>(kind)
    .execute(tx.conn())?;
    Ok(())
}
