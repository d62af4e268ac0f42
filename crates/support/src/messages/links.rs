//! Signed links to files. A link names the file, the viewer and the expiry; only this server can create a valid one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use platform::{
    Result,
    crypto::{self, Keyring},
};
use uuid::Uuid;
use wire::{TicketAttachmentId, support::tickets::FILE_LINK_LIFETIME};

/// The purpose under which the signing key is derived.
const PURPOSE: &str = "ticket.links";
/// Bytes of the signed payload.
const PAYLOAD_LENGTH: usize = 40;

/// The content of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The file.
    pub attachment: TicketAttachmentId,
    /// The person or API client that requested the link.
    pub viewer: Uuid,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
}

impl Link {
    /// Returns a link that is valid from now.
    pub fn new(attachment: TicketAttachmentId, viewer: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            attachment,
            viewer,
            expires_at: now + FILE_LINK_LIFETIME,
        }
    }

    /// Returns the signed token for the URL.
    pub fn token(&self, keys: &Keyring) -> Result<String> {
        let payload = self.payload();
        let signature = crypto::sign(&keys.derive(PURPOSE), &payload)?;
        Ok(URL_SAFE_NO_PAD.encode([payload, signature].concat()))
    }

    /// Verifies a token and returns its link; nothing when the signature is wrong or the link has expired.
    pub fn verify(keys: &Keyring, token: &str, now: DateTime<Utc>) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, signature) = bytes.split_at_checked(PAYLOAD_LENGTH)?;
        if !crypto::verify(&keys.derive(PURPOSE), payload, signature) {
            return None;
        }
        let (attachment, rest) = payload.split_first_chunk::<16>()?;
        let (viewer, rest) = rest.split_first_chunk::<16>()?;
        let expires = i64::from_be_bytes(*rest.first_chunk::<8>()?);
        let link = Self {
            attachment: TicketAttachmentId(Uuid::from_bytes(*attachment)),
            viewer: Uuid::from_bytes(*viewer),
            expires_at: DateTime::from_timestamp_micros(expires)?,
        };
        (now < link.expires_at).then_some(link)
    }

    fn payload(&self) -> Vec<u8> {
        let expires = self.expires_at.timestamp_micros().to_be_bytes();
        [
            &self.attachment.0.as_bytes()[..],
            self.viewer.as_bytes(),
            &expires,
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::config::Sealing;
    use std::collections::BTreeMap;

    fn keys(byte: u8) -> Result<Keyring> {
        Keyring::new(&Sealing {
            keys: BTreeMap::new(),
            current: 1,
            index: [byte; 32].into(),
        })
    }

    #[test]
    fn link_is_valid_for_a_minute() -> Result<()> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let link = Link::new(TicketAttachmentId::new(), Uuid::now_v7(), now);
        let token = link.token(&keys(1)?)?;

        assert_eq!(Link::verify(&keys(1)?, &token, now), Some(link));
        let last = now + FILE_LINK_LIFETIME - chrono::TimeDelta::microseconds(1);
        assert_eq!(Link::verify(&keys(1)?, &token, last), Some(link));
        assert_eq!(
            Link::verify(&keys(1)?, &token, now + FILE_LINK_LIFETIME),
            None
        );
        assert_eq!(Link::verify(&keys(2)?, &token, now), None);
        Ok(())
    }

    #[test]
    fn tampered_link_is_rejected() -> Result<()> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let token = Link::new(TicketAttachmentId::new(), Uuid::now_v7(), now).token(&keys(1)?)?;
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap_or_default();
        for at in 0..bytes.len() {
            let mut tampered = bytes.clone();
            if let Some(byte) = tampered.get_mut(at) {
                *byte ^= 1;
            }
            assert_eq!(
                Link::verify(&keys(1)?, &URL_SAFE_NO_PAD.encode(tampered), now),
                None,
                "{at}"
            );
        }
        for other in ["", "x", "AAAA", &token[..token.len() - 4]] {
            assert_eq!(Link::verify(&keys(1)?, other, now), None, "{other}");
        }
        Ok(())
    }
}
