//! Links to files: who may see which document until when, signed so that nobody else can write one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use platform::{
    Result,
    crypto::{self, Keyring},
};
use uuid::Uuid;
use wire::{KycDocumentId, accounts::kyc::LINK};

/// What the key of the signatures is derived for.
const PURPOSE: &str = "kyc.links";
const SIGNED: usize = 40;

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The document.
    pub document: KycDocumentId,
    /// Who asked for it: a person, or an integrator's client.
    pub viewer: Uuid,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

impl Link {
    /// A link that begins now.
    pub fn new(document: KycDocumentId, viewer: Uuid, now: DateTime<Utc>) -> Self {
        Self {
            document,
            viewer,
            expires_at: now + LINK,
        }
    }

    /// As it stands in an address.
    pub fn token(&self, keys: &Keyring) -> Result<String> {
        let said = self.said();
        let signature = crypto::sign(&keys.derive(PURPOSE), &said)?;
        Ok(URL_SAFE_NO_PAD.encode([said, signature].concat()))
    }

    /// What a token says, if it is ours and has not ended.
    pub fn read(keys: &Keyring, token: &str, now: DateTime<Utc>) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, signature) = bytes.split_at_checked(SIGNED)?;
        if !crypto::verify(&keys.derive(PURPOSE), said, signature) {
            return None;
        }
        let (document, rest) = said.split_first_chunk::<16>()?;
        let (viewer, rest) = rest.split_first_chunk::<16>()?;
        let expires = i64::from_be_bytes(*rest.first_chunk::<8>()?);
        let link = Self {
            document: KycDocumentId(Uuid::from_bytes(*document)),
            viewer: Uuid::from_bytes(*viewer),
            expires_at: DateTime::from_timestamp_micros(expires)?,
        };
        (now < link.expires_at).then_some(link)
    }

    fn said(&self) -> Vec<u8> {
        let expires = self.expires_at.timestamp_micros().to_be_bytes();
        [
            &self.document.0.as_bytes()[..],
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
    fn a_link_opens_what_it_names_for_a_minute() -> Result<()> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let link = Link::new(KycDocumentId::new(), Uuid::now_v7(), now);
        let token = link.token(&keys(1)?)?;

        assert_eq!(Link::read(&keys(1)?, &token, now), Some(link));
        let last = now + LINK - chrono::TimeDelta::microseconds(1);
        assert_eq!(Link::read(&keys(1)?, &token, last), Some(link));
        assert_eq!(Link::read(&keys(1)?, &token, now + LINK), None);
        assert_eq!(Link::read(&keys(2)?, &token, now), None);
        Ok(())
    }

    #[test]
    fn a_link_cannot_be_changed() -> Result<()> {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let token = Link::new(KycDocumentId::new(), Uuid::now_v7(), now).token(&keys(1)?)?;
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap_or_default();
        for at in 0..bytes.len() {
            let mut bent = bytes.clone();
            if let Some(byte) = bent.get_mut(at) {
                *byte ^= 1;
            }
            assert_eq!(
                Link::read(&keys(1)?, &URL_SAFE_NO_PAD.encode(bent), now),
                None,
                "{at}"
            );
        }
        for other in ["", "x", "AAAA", &token[..token.len() - 4]] {
            assert_eq!(Link::read(&keys(1)?, other, now), None, "{other}");
        }
        Ok(())
    }
}
