//! Sealing of fields: AES-256-GCM under keys with ids, each value bound to its table, column and row; and blind indexes:
//! keyed hashes that make sealed values searchable.
//!
//! A sealed value is `1 | key id (4) | nonce (12) | ciphertext and tag`. A value that was moved to another row or column, or
//! of which a bit was changed, does not open.

use crate::{
    config::Sealing,
    error::{Error, Result},
};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

const FORMAT: u8 = 1;
const HEADER: usize = 5;
const NONCE: usize = 12;

/// The table, column and row of a sealed value, used as additional authenticated data (AAD). The value opens only there.
#[derive(Debug, Clone, Copy)]
pub struct FieldContext<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The id of the row.
    pub row: Uuid,
}

impl<'a> FieldContext<'a> {
    /// Names a column of a row.
    pub const fn new(table: &'a str, column: &'a str, row: Uuid) -> Self {
        Self { table, column, row }
    }
    fn aad(&self, key: u32) -> Vec<u8> {
        format!("{}.{}.{}.{key}", self.table, self.column, self.row).into_bytes()
    }
}

/// The sealing keys and the blind index key.
#[derive(Clone)]
pub struct Keyring {
    current: u32,
    ciphers: Arc<BTreeMap<u32, Aes256Gcm>>,
    index: Hmac<Sha256>,
}

/// Prints no keys.
impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// Builds the key ring from the configuration.
    pub fn new(sealing: &Sealing) -> Result<Self> {
        let ciphers = sealing
            .keys
            .iter()
            .map(|(id, key)| {
                Ok((
                    *id,
                    Aes256Gcm::new_from_slice(key.as_slice()).map_err(Error::internal)?,
                ))
            })
            .collect::<Result<_>>()?;
        let index = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(sealing.index.as_slice())
            .map_err(Error::internal)?;
        Ok(Self {
            current: sealing.current,
            ciphers: Arc::new(ciphers),
            index,
        })
    }

    /// Seals a text for its field.
    pub fn seal(&self, context: FieldContext<'_>, plain: &str) -> Result<Vec<u8>> {
        self.seal_bytes(context, plain.as_bytes())
    }

    /// Seals bytes, such as a file or another key.
    pub fn seal_bytes(&self, context: FieldContext<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        let cipher = self
            .ciphers
            .get(&self.current)
            .ok_or_else(|| Error::internal("the current sealing key is missing"))?;
        let nonce: [u8; NONCE] = rand::random();
        let aad = context.aad(self.current);
        let sealed = cipher
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| Error::internal("sealing failed"))?;
        Ok([&[FORMAT][..], &self.current.to_be_bytes(), &nonce, &sealed].concat())
    }

    /// Opens a sealed text of a field. A value that does not open is an error, never an empty text.
    pub fn open(&self, context: FieldContext<'_>, sealed: &[u8]) -> Result<String> {
        String::from_utf8(self.open_bytes(context, sealed)?)
            .map_err(|_| Error::unreadable(context, "not a text"))
    }

    /// Opens sealed bytes of a field.
    pub fn open_bytes(&self, context: FieldContext<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
        let error = |why: &'static str| Error::unreadable(context, why);
        let key = key_of(sealed).ok_or_else(|| error("unknown format"))?;
        let (nonce, text) = sealed
            .get(HEADER..)
            .and_then(|rest| rest.split_at_checked(NONCE))
            .ok_or_else(|| error("too short"))?;
        let cipher = self
            .ciphers
            .get(&key)
            .ok_or_else(|| error("its key is missing"))?;
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| error("too short"))?;
        cipher
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: text,
                    aad: &context.aad(key),
                },
            )
            .map_err(|_| error("it was changed or moved"))
    }

    /// Seals a value again under the current key; `None` when the value already uses that key.
    pub fn reseal(&self, context: FieldContext<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        if key_of(sealed) == Some(self.current) {
            return Ok(None);
        }
        let plain = zeroize::Zeroizing::new(self.open_bytes(context, sealed)?);
        self.seal_bytes(context, &plain).map(Some)
    }

    /// Returns the id of the key that seals new values.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// Returns the ids of all keys, the lowest first.
    pub fn known(&self) -> Vec<u32> {
        self.ciphers.keys().copied().collect()
    }

    /// Derives a key for another purpose from the blind index key, which never changes. The database does not contain it.
    pub fn derive(&self, purpose: &str) -> zeroize::Zeroizing<Vec<u8>> {
        zeroize::Zeroizing::new(self.blind("derived key", purpose))
    }

    /// Seals a text for a text column, as base64.
    pub fn seal_text(&self, context: FieldContext<'_>, plain: &str) -> Result<String> {
        self.seal(context, plain)
            .map(|sealed| STANDARD.encode(sealed))
    }

    /// Opens a sealed value of a text column.
    pub fn open_text(&self, context: FieldContext<'_>, sealed: &str) -> Result<String> {
        let bytes = STANDARD
            .decode(sealed)
            .map_err(|_| Error::unreadable(context, "not a sealed value"))?;
        self.open(context, &bytes)
    }

    /// Returns a keyed hash for comparisons: the same text under the same name gives the same bytes, and the text cannot be
    /// guessed without the key.
    pub fn blind(&self, name: &str, text: &str) -> Vec<u8> {
        let mut mac = self.index.clone();
        mac.update(name.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Returns the blind token of a search term.
    pub fn search_token(&self, part: &str) -> i64 {
        let bytes = self.blind("search", part);
        bytes
            .first_chunk::<8>()
            .map_or(0, |bytes| i64::from_be_bytes(*bytes))
    }
}

/// Returns the id of the key that a value is sealed with; `None` when the bytes are not a sealed value.
pub fn key_of(sealed: &[u8]) -> Option<u32> {
    match sealed.first_chunk::<HEADER>()? {
        [FORMAT, a, b, c, d] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

/// Returns the SHA-256 digest, for values with enough entropy, such as tokens and fingerprints.
pub fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Returns the HMAC-SHA256 of a message, for signatures.
pub fn sign(key: &[u8], message: &[u8]) -> Result<Vec<u8>> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).map_err(Error::internal)?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Verifies a signature in constant time.
pub fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else {
        return false;
    };
    mac.update(message);
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn ring(current: u32, ids: &[u32]) -> Result<Keyring> {
        let keys = ids
            .iter()
            .map(|id| (*id, Zeroizing::new([u8::try_from(*id).unwrap_or(0); 32])))
            .collect();
        Keyring::new(&Sealing {
            keys,
            current,
            index: Zeroizing::new([9; 32]),
        })
    }

    #[test]
    fn sealed_value_opens_only_in_its_field() -> Result<()> {
        let (keys, row) = (ring(1, &[1])?, Uuid::now_v7());
        let context = FieldContext::new("users", "email", row);
        let sealed = keys.seal(context, "ada@example.com")?;
        assert_eq!(keys.open(context, &sealed)?, "ada@example.com");
        assert!(
            keys.open(FieldContext::new("users", "email", Uuid::now_v7()), &sealed)
                .is_err()
        );
        assert!(
            keys.open(FieldContext::new("users", "phone", row), &sealed)
                .is_err()
        );
        for at in 0..sealed.len() {
            let mut tampered = sealed.clone();
            if let Some(byte) = tampered.get_mut(at) {
                *byte ^= 1;
            }
            assert!(keys.open(context, &tampered).is_err(), "byte {at}");
        }
        Ok(())
    }

    #[test]
    fn older_key_still_opens() -> Result<()> {
        let context = FieldContext::new("users", "email", Uuid::now_v7());
        let sealed = ring(1, &[1])?.seal(context, "x")?;
        assert_eq!(ring(2, &[1, 2])?.open(context, &sealed)?, "x");
        assert!(ring(2, &[2])?.open(context, &sealed).is_err());
        Ok(())
    }

    #[test]
    fn reseal_changes_only_values_of_older_keys() -> Result<()> {
        let context = FieldContext::new("users", "email", Uuid::now_v7());
        let old = ring(1, &[1])?.seal_bytes(context, &[0, 255])?;
        let both = ring(2, &[1, 2])?;
        let new = both.reseal(context, &old)?.unwrap_or_default();
        assert_eq!((key_of(&old), key_of(&new)), (Some(1), Some(2)));
        assert_eq!(both.reseal(context, &new)?, None);
        assert_eq!(ring(2, &[2])?.open_bytes(context, &new)?, [0, 255]);
        assert!(both.open(context, &new).is_err(), "not a text");
        assert_eq!(key_of(b"Ada Lovelace"), None);
        Ok(())
    }
}
