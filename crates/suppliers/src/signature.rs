//! Signatures of webhooks, compared in constant time.

use hmac::{
    Hmac, Mac,
    digest::{Digest, Update},
};
use sha2::{Sha256, Sha512};
use std::fmt::Write;

/// Returns the HMAC-SHA256 of a message.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).ok()?;
    Mac::update(&mut mac, message);
    Some(mac.finalize().into_bytes().to_vec())
}

/// Returns the HMAC-SHA512 of a message.
pub fn hmac_sha512(key: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <Hmac<Sha512> as hmac::KeyInit>::new_from_slice(key).ok()?;
    Mac::update(&mut mac, message);
    Some(mac.finalize().into_bytes().to_vec())
}

/// Returns whether a signature is the HMAC-SHA256 of a message. An empty key signs nothing.
pub fn is_hmac_sha256(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else {
        return false;
    };
    Mac::update(&mut mac, message);
    !key.is_empty() && mac.verify_slice(signature).is_ok()
}

/// Returns whether a signature is the HMAC-SHA512 of a message. An empty key signs nothing.
pub fn is_hmac_sha512(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Ok(mut mac) = <Hmac<Sha512> as hmac::KeyInit>::new_from_slice(key) else {
        return false;
    };
    Mac::update(&mut mac, message);
    !key.is_empty() && mac.verify_slice(signature).is_ok()
}

/// Returns the SHA-256 of a text in hexadecimal.
pub fn sha256_hex(text: &[u8]) -> String {
    let mut hasher = Sha256::default();
    Update::update(&mut hasher, text);
    to_hex(&Digest::finalize(hasher))
}

/// Formats bytes in hexadecimal, in lower case.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Parses bytes in hexadecimal.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
