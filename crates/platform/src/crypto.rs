//! Sealing of fields: AES-256-GCM under keys with ids, each value bound to its table, column and row; and the
//! blind indexes that make sealed values findable.
//!
//! A sealed value is `1 | key id (4) | nonce (12) | ciphertext and tag`. Moved to another row or column, or with
//! a bit flipped, it does not open.

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

/// Where a sealed value stands. It opens there and nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /** Table. */
    pub table: &'a str,
    /** Column. */
    pub column: &'a str,
    /** Row. */
    pub row: Uuid,
}

impl<'a> Place<'a> {
    /// A column of a row.
    pub const fn new(table: &'a str, column: &'a str, row: Uuid) -> Self {
        Self { table, column, row }
    }
    fn aad(&self, key: u32) -> Vec<u8> {
        format!("{}.{}.{}.{key}", self.table, self.column, self.row).into_bytes()
    }
}

/// The keys.
#[derive(Clone)]
pub struct Keyring {
    current: u32,
    ciphers: Arc<BTreeMap<u32, Aes256Gcm>>,
    index: Hmac<Sha256>,
}

/// Keys do not print.
impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring")
    }
}

impl Keyring {
    /// From the configuration.
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

    /// Seals a text for its place.
    pub fn seal(&self, place: Place<'_>, plain: &str) -> Result<Vec<u8>> {
        self.seal_bytes(place, plain.as_bytes())
    }

    /// Seals what is not a text, such as a file or another key.
    pub fn seal_bytes(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        let cipher = self
            .ciphers
            .get(&self.current)
            .ok_or_else(|| Error::internal("the current sealing key is missing"))?;
        let nonce: [u8; NONCE] = rand::random();
        let aad = place.aad(self.current);
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

    /// Opens a value at its place. A value that does not open is a fault, never an empty text.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<String> {
        String::from_utf8(self.open_bytes(place, sealed)?)
            .map_err(|_| Error::broken(place, "not a text"))
    }

    /// Opens what is not a text.
    pub fn open_bytes(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
        let fault = |why: &'static str| Error::broken(place, why);
        let key = key_of(sealed).ok_or_else(|| fault("unknown format"))?;
        let (nonce, text) = sealed
            .get(HEADER..)
            .and_then(|rest| rest.split_at_checked(NONCE))
            .ok_or_else(|| fault("too short"))?;
        let cipher = self
            .ciphers
            .get(&key)
            .ok_or_else(|| fault("its key is missing"))?;
        let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| fault("too short"))?;
        cipher
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: text,
                    aad: &place.aad(key),
                },
            )
            .map_err(|_| fault("it was changed or moved"))
    }

    /// The same value under the current key; nothing when it is there already.
    pub fn reseal(&self, place: Place<'_>, sealed: &[u8]) -> Result<Option<Vec<u8>>> {
        if key_of(sealed) == Some(self.current) {
            return Ok(None);
        }
        let plain = zeroize::Zeroizing::new(self.open_bytes(place, sealed)?);
        self.seal_bytes(place, &plain).map(Some)
    }

    /// The id of the key that new values are sealed with.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// The ids of all keys, the lowest first.
    pub fn known(&self) -> Vec<u32> {
        self.ciphers.keys().copied().collect()
    }

    /// A key for another purpose, made of the one that never changes. It is nowhere in the database.
    pub fn derive(&self, purpose: &str) -> zeroize::Zeroizing<Vec<u8>> {
        zeroize::Zeroizing::new(self.blind("derived key", purpose))
    }

    /// Seals for a text column.
    pub fn seal_text(&self, place: Place<'_>, plain: &str) -> Result<String> {
        self.seal(place, plain)
            .map(|sealed| STANDARD.encode(sealed))
    }

    /// Opens what a text column holds.
    pub fn open_text(&self, place: Place<'_>, sealed: &str) -> Result<String> {
        let bytes = STANDARD
            .decode(sealed)
            .map_err(|_| Error::broken(place, "not a sealed value"))?;
        self.open(place, &bytes)
    }

    /// A keyed hash for equality: the same text under the same name gives the same bytes, and nobody without the
    /// key can tell which text it was.
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

/// The id of the key that a value is sealed with; nothing when it is not a sealed value.
pub fn key_of(sealed: &[u8]) -> Option<u32> {
    match sealed.first_chunk::<HEADER>()? {
        [FORMAT, a, b, c, d] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

/// SHA-256, for what has enough randomness of its own: tokens and fingerprints.
pub fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// HMAC-SHA256, for signatures.
pub fn sign(key: &[u8], message: &[u8]) -> Result<Vec<u8>> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).map_err(Error::internal)?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Whether a signature fits, in constant time.
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
    fn a_sealed_value_opens_at_its_place_only() -> Result<()> {
        let (keys, row) = (ring(1, &[1])?, Uuid::now_v7());
        let place = Place::new("users", "email", row);
        let sealed = keys.seal(place, "ada@example.com")?;
        assert_eq!(keys.open(place, &sealed)?, "ada@example.com");
        assert!(
            keys.open(Place::new("users", "email", Uuid::now_v7()), &sealed)
                .is_err()
        );
        assert!(
            keys.open(Place::new("users", "phone", row), &sealed)
                .is_err()
        );
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            if let Some(byte) = bent.get_mut(at) {
                *byte ^= 1;
            }
            assert!(keys.open(place, &bent).is_err(), "byte {at}");
        }
        Ok(())
    }

    #[test]
    fn an_older_key_still_opens() -> Result<()> {
        let place = Place::new("users", "email", Uuid::now_v7());
        let sealed = ring(1, &[1])?.seal(place, "x")?;
        assert_eq!(ring(2, &[1, 2])?.open(place, &sealed)?, "x");
        assert!(ring(2, &[2])?.open(place, &sealed).is_err());
        Ok(())
    }

    #[test]
    fn a_value_is_sealed_anew_once() -> Result<()> {
        let place = Place::new("users", "email", Uuid::now_v7());
        let old = ring(1, &[1])?.seal_bytes(place, &[0, 255])?;
        let both = ring(2, &[1, 2])?;
        let new = both.reseal(place, &old)?.unwrap_or_default();
        assert_eq!((key_of(&old), key_of(&new)), (Some(1), Some(2)));
        assert_eq!(both.reseal(place, &new)?, None);
        assert_eq!(ring(2, &[2])?.open_bytes(place, &new)?, [0, 255]);
        assert!(both.open(place, &new).is_err(), "not a text");
        assert_eq!(key_of(b"Ada Lovelace"), None);
        Ok(())
    }
}
