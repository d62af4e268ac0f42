//! The extractors of requests. Each one rejects a request that it cannot read, with a message of its own.

mod body;
mod json;
mod query;
mod revision;

pub use query::{Encoding, Exported, Listing, Options, signed};
pub use revision::IfMatch;

use crate::{
    crypto,
    error::{Error, Result},
    text::tidy_json,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header, web::Bytes};
use body::{BodyKind, read_body};
use futures_util::future::LocalBoxFuture;
use json::parse;
use serde::de::DeserializeOwned;
use std::{
    future::{Ready, ready},
    ops::Deref,
};
use wire::{Check, Param, ProblemCode};

/// A JSON body that was read and is valid.
#[derive(Clone)]
pub struct Valid<T> {
    value: T,
    fingerprint: Vec<u8>,
}

impl<T> Valid<T> {
    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value
    }
    /// Returns a digest of the whole request, which distinguishes a repetition from another request with the same key.
    pub fn fingerprint(&self) -> &[u8] {
        &self.fingerprint
    }
}

impl<T> Deref for Valid<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: DeserializeOwned + Check + 'static> FromRequest for Valid<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let json = request
            .content_type()
            .eq_ignore_ascii_case("application/json");
        let (body, line) = (
            read_body(request, payload, BodyKind::Json),
            format!("{} {}\n", request.method(), request.path()),
        );
        Box::pin(async move {
            if !json {
                return Err(Error::with_detail(
                    ProblemCode::UnsupportedMediaType,
                    "Send the body as application/json.",
                ));
            }
            let body = body.await?;
            let value = parse::<T>(&tidy_json(&body))?;
            match value.field_errors() {
                errors if errors.is_empty() => Ok(Self {
                    value,
                    fingerprint: crypto::digest(&[line.as_bytes(), &body].concat()),
                }),
                errors => Err(Error::fields(errors)),
            }
        })
    }
}

/// A JSON body that may be absent; the value is then the default.
#[derive(Clone)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Check + Default + 'static> FromRequest for OptionalBody<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let is_sent = headers.contains_key(header::CONTENT_TYPE)
            || headers.contains_key(header::TRANSFER_ENCODING)
            || headers
                .get(header::CONTENT_LENGTH)
                .is_some_and(|length| length != "0");
        let body = is_sent.then(|| Valid::<T>::from_request(request, payload));
        Box::pin(async move {
            match body {
                Some(body) => body.await.map(|body| Self(body.into_inner())),
                None => Ok(Self(T::default())),
            }
        })
    }
}

/// A file as the body of a request.
#[derive(Clone)]
pub struct Upload {
    /// The media type, such as `text/csv`.
    pub content_type: String,
    /// The content.
    pub bytes: Bytes,
}

impl FromRequest for Upload {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (content_type, body) = (
            request.content_type().to_lowercase(),
            read_body(request, payload, BodyKind::Upload),
        );
        Box::pin(async move {
            Ok(Self {
                content_type,
                bytes: body.await?,
            })
        })
    }
}

/// The id in the path. A text that is not an id gets 404, like an unknown id.
pub struct Id<T>(pub T);

impl<T: Param + 'static> FromRequest for Id<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            T::parse(request.match_info().get("id").unwrap_or_default())
                .map(Self)
                .map_err(|_| Error::not_found()),
        )
    }
}
