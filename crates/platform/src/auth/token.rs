//! Access tokens: short-lived JWTs that name a session and nothing that could become outdated.

use crate::error::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wire::{ProblemCode, SessionId, UserId};

const ISSUER: &str = "esim-admin";
const AUDIENCE: &str = "esim-admin-api";
/// How long an access token lasts.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// The claims of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The user.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// The session epoch of the user; ending all sessions raises it.
    pub epoch: i32,
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Issues and verifies access tokens.
#[derive(Clone)]
pub struct Tokens(Arc<(EncodingKey, DecodingKey, Validation)>);

impl Tokens {
    /// Creates the issuer with the secret of the configuration. The algorithm is fixed; the key fields of a token's header
    /// are ignored.
    pub fn new(secret: &[u8]) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        rules.validate_nbf = true;
        rules.leeway = 5;
        Self(Arc::new((
            EncodingKey::from_secret(secret),
            DecodingKey::from_secret(secret),
            rules,
        )))
    }

    /// Issues a token for a session.
    pub fn issue(
        &self,
        sub: UserId,
        sid: SessionId,
        epoch: i32,
        now: DateTime<Utc>,
    ) -> Result<String> {
        let now_s = now.timestamp();
        let claims = Claims {
            sub,
            sid,
            epoch,
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            iat: now_s,
            nbf: now_s,
            exp: (now + LIFETIME).timestamp(),
        };
        let header = Header {
            typ: Some("at+jwt".into()),
            ..Header::new(Algorithm::HS256)
        };
        jsonwebtoken::encode(&header, &claims, &self.0.0).map_err(Error::internal)
    }

    /// Returns the claims of a valid token.
    pub fn read(&self, token: &str) -> Result<Claims> {
        let refused = |_| {
            Error::with_detail(
                ProblemCode::Unauthenticated,
                "The access token is not valid or has expired.",
            )
        };
        let read = jsonwebtoken::decode::<Claims>(token, &self.0.1, &self.0.2).map_err(refused)?;
        if read.header.typ.as_deref() != Some("at+jwt") {
            return Err(Error::refuse(ProblemCode::Unauthenticated));
        }
        Ok(read.claims)
    }
    /// Returns whether a token has a valid signature and has expired.
    pub fn has_expired(&self, token: &str) -> bool {
        let read = jsonwebtoken::decode::<Claims>(token, &self.0.1, &self.0.2);
        read.is_err_and(|error| {
            matches!(
                error.kind(),
                jsonwebtoken::errors::ErrorKind::ExpiredSignature
            )
        })
    }
}

/// Returns 256 random bits as text, such as for refresh tokens. Only a digest is stored.
pub fn random_token() -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Returns cryptographically secure random bytes.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    rand::random()
}
