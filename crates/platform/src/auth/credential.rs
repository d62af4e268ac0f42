//! The credential of a request: an access token that this server signed, or an API key. A handler trusts neither before the
//! database has confirmed it.

use super::{Claims, Tokens, api_key};
use crate::{
    crypto,
    error::{Error, Result},
};
use actix_web::{HttpMessage, HttpRequest, http::header};
use wire::ProblemCode;

/// The credential of a request.
#[derive(Clone)]
pub enum Credential {
    /// The claims of an access token.
    Token(Claims),
    /// The digest of a text that has the form of an API key.
    Key(Vec<u8>),
}

impl Credential {
    /// Reads the credential from the `Authorization` header, once per request.
    pub fn read(request: &HttpRequest, tokens: &Tokens) -> Result<Self> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(known.clone());
        }
        let text = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, text)| text.trim())
            .ok_or_else(|| Error::refuse(ProblemCode::Unauthenticated))?;
        let credential = if text.starts_with(api_key::PREFIX) {
            Self::Key(crypto::digest(text.as_bytes()))
        } else {
            Self::Token(tokens.read(text)?)
        };
        request.extensions_mut().insert(credential.clone());
        Ok(credential)
    }
}
