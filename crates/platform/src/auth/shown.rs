//! What a request shows of who sends it: a token that we have signed, or a key. Neither is believed before the
//! database has confirmed it.

use super::{Claims, Tokens, key};
use crate::{
    crypto,
    error::{Error, Result},
};
use actix_web::{HttpMessage, HttpRequest, http::header};
use wire::ProblemCode;

/// What a request shows.
#[derive(Clone)]
pub enum Shown {
    /// An access token of ours.
    Token(Claims),
    /// The digest of something that looks like an API key.
    Key(Vec<u8>),
}

impl Shown {
    /// Reads it from the header, once per request.
    pub fn of(request: &HttpRequest, tokens: &Tokens) -> Result<Self> {
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
        let shown = if text.starts_with(key::MARK) {
            Self::Key(crypto::digest(text.as_bytes()))
        } else {
            Self::Token(tokens.read(text)?)
        };
        request.extensions_mut().insert(shown.clone());
        Ok(shown)
    }
}
