//! What handlers take out of a request, each refusing in its own words what it cannot use.

use crate::{
    crypto,
    error::{Error, Result},
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use std::{
    future::{Ready, ready},
    ops::Deref,
};
use wire::{Check, FieldError, Filter, Paging, Param, ProblemCode, SortKey};

/// The largest JSON body.
pub const JSON_LIMIT: usize = 256 * 1024;
/// The largest file to import.
pub const UPLOAD_LIMIT: usize = 10 * 1024 * 1024;

/// A body that was read and has passed its checks.
pub struct Valid<T> {
    value: T,
    fingerprint: Vec<u8>,
}

impl<T> Valid<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.value
    }
    /// A digest of the whole request, to tell a repetition from another request under the same key.
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
            read_body(request, payload, JSON_LIMIT),
            format!("{} {}\n", request.method(), request.path()),
        );
        Box::pin(async move {
            if !json {
                return Err(Error::because(
                    ProblemCode::UnsupportedMediaType,
                    "Send the body as application/json.",
                ));
            }
            let body = body.await?;
            let value = parse::<T>(&body)?;
            match value.faults() {
                faults if faults.is_empty() => Ok(Self {
                    value,
                    fingerprint: crypto::digest(&[line.as_bytes(), &body].concat()),
                }),
                faults => Err(Error::fields(faults)),
            }
        })
    }
}

/// A body that may be left out; then it is what it is without having said anything.
pub struct Maybe<T>(pub T);

impl<T: DeserializeOwned + Check + Default + 'static> FromRequest for Maybe<T> {
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

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        if !cause.is_data() {
            return Error::because(
                ProblemCode::Malformed,
                format!("The body is not valid JSON: {cause}"),
            );
        }
        let text = cause.to_string();
        let message = text.split(" at line ").next().unwrap_or_default();
        // serde names an unknown or missing field in its message; the path ends at the object around it.
        let named = message.split('`').nth(1).filter(|_| {
            message.starts_with("unknown field") || message.starts_with("missing field")
        });
        let field = match (path.as_str(), named) {
            (".", None) => "body".to_owned(),
            (".", Some(name)) => name.to_owned(),
            (path, None) => path.to_owned(),
            (path, Some(name)) if path.ends_with(name) => path.to_owned(),
            (path, Some(name)) => format!("{path}.{name}"),
        };
        let code = if message.starts_with("unknown field") {
            "unknown_field"
        } else if message.starts_with("missing field") {
            "required"
        } else {
            "type"
        };
        Error::field(field, code, sentence(&without_value(message)))
    })?;
    reader.end().map_err(|error| {
        Error::because(
            ProblemCode::Malformed,
            format!("The body is not valid JSON: {error}"),
        )
    })?;
    Ok(value)
}

/// A parser's message without the value that it quotes: the value may be a secret. A word that is none of several is
/// quoted: no secret is chosen from a list.
fn without_value(message: &str) -> String {
    let quotes = ["invalid type", "invalid value", "invalid length"];
    let expected = message
        .rsplit_once(", expected ")
        .filter(|_| quotes.iter().any(|kind| message.starts_with(kind)));
    expected.map_or_else(
        || message.to_owned(),
        |(_, expected)| format!("expected {expected}"),
    )
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters
        .next()
        .map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
        .unwrap_or_default()
}

fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<Bytes>> + use<> {
    let encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    let mut payload = payload.take();
    async move {
        if encoded {
            return Err(Error::because(
                ProblemCode::UnsupportedMediaType,
                "Send the body without a content encoding.",
            ));
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk
                .map_err(|_| Error::because(ProblemCode::Malformed, "The body ended early."))?;
            if body.len() + chunk.len() > limit {
                return Err(Error::because(
                    ProblemCode::TooLarge,
                    format!("The body may have {} KiB at most.", limit / 1024),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

/// A file as the body of the request: its type and its bytes.
pub struct Upload {
    /** `text/csv`, `application/json`, ... */
    pub content_type: String,
    /** What is in it. */
    pub bytes: Bytes,
}

impl FromRequest for Upload {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (content_type, body) = (
            request.content_type().to_lowercase(),
            read_body(request, payload, UPLOAD_LIMIT),
        );
        Box::pin(async move {
            Ok(Self {
                content_type,
                bytes: body.await?,
            })
        })
    }
}

/// An id in the path. What is not an id names nothing, so it is not found.
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

/// The revision that an edit is based on, from `If-Match`.
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(header::IF_MATCH) else {
            return ready(Err(Error::because(
                ProblemCode::PreconditionRequired,
                "Send the ETag of what you have read as If-Match.",
            )));
        };
        let version = value
            .to_str()
            .ok()
            .and_then(|tag| tag.trim().strip_prefix("\"v"))
            .and_then(|tag| tag.strip_suffix('"'))
            .and_then(|tag| tag.parse().ok());
        ready(
            version
                .map(Self)
                .ok_or_else(|| Error::refuse(ProblemCode::Stale)),
        )
    }
}

/// Which page of which list: every parameter known, every value readable.
pub struct Listing<F, S> {
    /** What it is narrowed by. */
    pub filter: F,
    /** Which page. */
    pub paging: Paging<S>,
}

impl<F: Filter, S: SortKey> FromRequest for Listing<F, S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (mut filter, mut paging) = (F::default(), Paging::default());
        let faults = each_parameter(request.query_string(), |key, value| {
            Ok(paging.set(key, value)? || filter.set(key, value)?)
        });
        ready(faults.and_then(|()| match paging.check() {
            Ok(()) => Ok(Self { filter, paging }),
            Err((field, why)) => Err(fault(field, why)),
        }))
    }
}

/// Parameters of an operation that is not a list.
pub struct Options<F>(pub F);

impl<F: Filter> FromRequest for Options<F> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut options = F::default();
        ready(
            each_parameter(request.query_string(), |key, value| options.set(key, value))
                .map(|()| Self(options)),
        )
    }
}

fn each_parameter(
    query: &str,
    mut set: impl FnMut(&str, &str) -> Result<bool, &'static str>,
) -> Result<()> {
    let mut seen: Vec<String> = Vec::new();
    let mut faults: Vec<FieldError> = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        let add = |code: &str, why: &str| FieldError {
            field: key.clone().into_owned(),
            code: code.into(),
            message: format!("`{key}` {why}."),
        };
        if seen.iter().any(|known| *known == key) {
            faults.push(add("repeated", "is given twice"));
            continue;
        }
        seen.push(key.clone().into_owned());
        // An empty value is a filter that was left blank, as forms send it.
        if value.is_empty() && key != "format" {
            continue;
        }
        match set(&key, &value) {
            Ok(true) => {}
            Ok(false) if key == "format" && value == "csv" => {}
            Ok(false) => faults.push(add("unknown_parameter", "is not a parameter of this list")),
            Err(why) => faults.push(add("type", why)),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(faults))
    }
}

fn fault(field: &str, why: &str) -> Error {
    Error::field(field, "type", format!("`{field}` {why}."))
}
