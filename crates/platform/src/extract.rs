//! What handlers take out of a request, each refusing in its own words what it cannot use.

use crate::{
    config::Timeouts,
    crypto,
    crypto::Keyring,
    ctx::Ctx,
    error::{Error, Result},
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderValue},
    web::{Bytes, BytesMut, Data},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use std::{
    future::{Ready, ready},
    ops::Deref,
    time::Duration,
};
use tokio::time::Instant;
use wire::{
    Check, Cursor, FieldError, Filter, Paging, Param, ProblemCode, SortKey, list::Ordering,
};

/// What kind of body it is: it decides how large it may be, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    /// JSON: small, and within one time-out.
    Json,
    /// A file: as long as it keeps to the least rate.
    Upload,
}

impl BodyKind {
    /// The most bytes.
    const fn limit(self) -> usize {
        match self {
            Self::Json => 256 * 1024,
            Self::Upload => 10 * 1024 * 1024,
        }
    }
    /// How long after its beginning a body must bring more, or be whole.
    fn patience(self, timeouts: &Timeouts, received: usize) -> Duration {
        match self {
            Self::Json => timeouts.body,
            Self::Upload => timeouts.upload(received),
        }
    }
}

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
            read_body(request, payload, BodyKind::Json),
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
        let path = error.path().to_string();
        unreadable(&path, &error.into_inner())
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::because(
        ProblemCode::Malformed,
        format!("The body is not valid JSON: {error}"),
    )
}

/// The error of a body that is JSON, but not of the shape that is asked for. It names the field and what is expected
/// there, and never the value: people put secrets into the wrong field.
fn unreadable(path: &str, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return not_json(error);
    }
    let text = error.to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    let named = |beginning: &str| {
        let name = message.strip_prefix(beginning)?.split('`').nth(1)?;
        Some(name.chars().take(100).collect::<String>())
    };
    // serde names an unknown or missing field in its message; the path ends at the object around it.
    let within = |name: &str| match path {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = named("missing field") {
        return Error::field(within(&name), "required", "Enter a value.");
    }
    if let Some(name) = named("unknown field") {
        let message = format!("There is no field `{name}`{}", known_fields(message));
        return Error::field(within(&name), "unknown_field", message);
    }
    if let Some(name) = named("duplicate field") {
        let message = format!("The field `{name}` is given twice.");
        return Error::field(within(&name), "repeated", message);
    }
    let field = if path == "." { "body" } else { path };
    // What serde found stands before the last "expected", what is asked for after it.
    let message = match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("Send {}.", expected_type(expected)),
        // So begin the messages of our own types, which repeat nothing.
        None if message.starts_with("must ") && !message.contains(['`', '"', '\'']) => {
            sentence(message)
        }
        None => "The value has another form than is expected here.".to_owned(),
    };
    Error::field(field, "type", message)
}

fn known_fields(message: &str) -> String {
    match message.rsplit_once(", expected ") {
        Some((_, known)) => format!("; expected {known}."),
        None => ".".to_owned(),
    }
}

/// The type that serde asks for, in the words of JSON.
fn expected_type(expected: &str) -> String {
    match expected {
        "a string" | "a borrowed string" | "str" | "string" => "a string".to_owned(),
        "a boolean" | "bool" => "true or false".to_owned(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, zero or more".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" => "an object".to_owned(),
        text if text.starts_with("struct ") => "an object".to_owned(),
        text if text.starts_with("tuple struct ") || text.starts_with("a tuple of ") => {
            "an array".to_owned()
        }
        text => text.to_owned(),
    }
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters
        .next()
        .map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
        .unwrap_or_default()
}

/// What holds where no context is at hand, which happens in no server.
const USUAL: Timeouts = Timeouts {
    body: Duration::from_secs(30),
    upload_rate: 16 * 1024,
    response: Duration::from_secs(30),
};

fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    kind: BodyKind,
) -> impl Future<Output = Result<Bytes>> + use<> {
    let encoded = request.headers().contains_key(header::CONTENT_ENCODING);
    let timeouts = request
        .app_data::<Data<Ctx>>()
        .map_or(USUAL, |ctx| ctx.config.timeouts);
    let (mut payload, began) = (payload.take(), Instant::now());
    async move {
        if encoded {
            return Err(Error::because(
                ProblemCode::UnsupportedMediaType,
                "Send the body without a content encoding.",
            ));
        }
        let mut body = BytesMut::new();
        loop {
            let until = began + kind.patience(&timeouts, body.len());
            let next = tokio::time::timeout_at(until, payload.next()).await;
            let Some(chunk) = next.map_err(|_| too_slow(kind, &timeouts))? else {
                return Ok(body.freeze());
            };
            let chunk = chunk
                .map_err(|_| Error::because(ProblemCode::Malformed, "The body ended early."))?;
            if body.len() + chunk.len() > kind.limit() {
                return Err(Error::because(
                    ProblemCode::TooLarge,
                    format!("The body may have {} KiB at most.", kind.limit() / 1024),
                ));
            }
            body.extend_from_slice(&chunk);
        }
    }
}

fn too_slow(kind: BodyKind, timeouts: &Timeouts) -> Error {
    let seconds = timeouts.body.as_secs();
    let rule = match kind {
        BodyKind::Json => format!("A body must arrive within {seconds} seconds."),
        BodyKind::Upload => format!(
            "An upload must bring {} bytes per second after the first {seconds} seconds.",
            timeouts.upload_rate
        ),
    };
    Error::because(ProblemCode::RequestTimeout, rule)
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
        let headers: Vec<&HeaderValue> = request.headers().get_all(header::IF_MATCH).collect();
        ready(match headers.as_slice() {
            [] => Err(Error::because(
                ProblemCode::PreconditionRequired,
                "Send the ETag of what you have read as If-Match.",
            )),
            [one] => revision(one.as_bytes()).map(Self),
            _ => Err(several_tags()),
        })
    }
}

/// Reads `If-Match` as RFC 9110, 13.1.1 demands: tags are compared strongly, so a weak one never matches.
///
/// An edit is based on one revision, so several tags and `*`, which names none, are refused.
fn revision(value: &[u8]) -> Result<i32> {
    let value = value.trim_ascii();
    let stale = |why: &str| Error::because(ProblemCode::Stale, why);
    if value == b"*" {
        return Err(stale(
            "If-Match: * names no revision. Send the ETag of what you have read.",
        ));
    }
    let (is_weak, tag) = match value.strip_prefix(b"W/") {
        Some(tag) => (true, tag),
        None => (false, value),
    };
    let opaque = tag
        .strip_prefix(b"\"")
        .and_then(|tag| tag.strip_suffix(b"\""));
    match opaque {
        Some(opaque) if opaque.contains(&b'"') => Err(several_tags()),
        Some(opaque) if !opaque.iter().all(|&byte| is_tag_byte(byte)) => Err(bad_tag()),
        Some(_) if is_weak => Err(Error::because(
            ProblemCode::WeakEtag,
            "If-Match carries a weak ETag (W/\"...\"), and weak ETags never match. A proxy that changes answers, by compressing them, makes ETags weak: let it leave them as they are.",
        )),
        // A tag that was never ours matches no revision.
        Some(opaque) => version(opaque).ok_or_else(|| Error::refuse(ProblemCode::Stale)),
        None => Err(bad_tag()),
    }
}

/// The revision in a tag of ours: `v`, and a number as we write it.
fn version(opaque: &[u8]) -> Option<i32> {
    let digits = opaque.strip_prefix(b"v")?;
    let is_ours = digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| is_ours)?;
    text.parse().ok()
}

/// What RFC 9110 allows between the quotes of an entity tag.
fn is_tag_byte(byte: u8) -> bool {
    byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80
}

fn bad_tag() -> Error {
    Error::because(
        ProblemCode::Malformed,
        "If-Match must be an ETag in double quotes, as the answer to a GET has it, such as \"v3\".",
    )
}

fn several_tags() -> Error {
    Error::because(
        ProblemCode::Malformed,
        "If-Match must have one ETag: an edit is based on one revision.",
    )
}

/// Which page of which list: every parameter known, every value readable.
pub struct Listing<F, S> {
    /** What it is narrowed by. */
    pub filter: F,
    /** Which page. */
    pub paging: Paging<S>,
    /** The list's address, as its route declares it. */
    pub(crate) path: String,
}

impl<F: Filter, S: SortKey> Listing<F, S> {
    fn read(request: &HttpRequest) -> Result<Self> {
        let ctx = request
            .app_data::<Data<Ctx>>()
            .ok_or_else(|| Error::internal("no context"))?;
        let (mut filter, mut paging) = (F::default(), Paging::default());
        each_parameter(request.query_string(), |key, value| {
            Ok(paging.set(key, value)? || filter.set(key, value)?)
        })?;
        paging.check().map_err(|(field, why)| fault(field, why))?;
        let path = request.match_pattern().unwrap_or_default();
        for (field, cursor) in [("after", &paging.after), ("before", &paging.before)] {
            if let Some(cursor) = cursor
                && cursor.signature.as_deref()
                    != Some(&*signature(&ctx.keys, &path, &filter, cursor))
            {
                let why = "is not a cursor of this list with these filters";
                return Err(fault(field, why));
            }
        }
        Ok(Self {
            filter,
            paging,
            path,
        })
    }
}

/// Signs a cursor that an answer carries, so that its total and its place are believed when it comes back.
pub fn signed(keys: &Keyring, path: &str, filter: &impl Filter, cursor: String) -> String {
    match Cursor::parse(&cursor) {
        Ok(plain) => Cursor {
            signature: Some(signature(keys, path, filter, &plain)),
            ..plain
        }
        .show(),
        Err(_) => cursor,
    }
}

/// A keyed hash over the list, what it is narrowed by, and the cursor.
fn signature(keys: &Keyring, path: &str, filter: &impl Filter, cursor: &Cursor) -> String {
    let mut text = format!("{path}\n{}", cursor.unsigned());
    for (key, value) in filter.pairs() {
        text.push_str(&format!("\n{key}={value}"));
    }
    let hash = keys.blind("cursor", &text);
    URL_SAFE_NO_PAD.encode(hash.first_chunk::<16>().copied().unwrap_or_default())
}

impl<F: Filter, S: SortKey> FromRequest for Listing<F, S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

/// Which rows an export takes, and in which order: a list's filter and order, without pages.
pub struct Exported<F, S> {
    /** What it is narrowed by. */
    pub filter: F,
    /** The order. */
    pub ordering: Ordering<S>,
}

impl<F: Filter, S: SortKey> FromRequest for Exported<F, S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (mut filter, mut ordering) = (F::default(), Ordering::default());
        let faults = each_parameter(request.query_string(), |key, value| {
            Ok(ordering.set(key, value)? || filter.set(key, value)?)
        });
        ready(faults.map(|()| Self { filter, ordering }))
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
        // `?user_id=` is a program's mistake: read as no filter, it would widen the list to everybody.
        if value.trim().is_empty() {
            faults.push(add(
                "empty",
                "is empty: give it a value, or leave the parameter out",
            ));
            continue;
        }
        match set(&key, &value) {
            Ok(true) => {}
            Ok(false) => faults.push(add("unknown_parameter", "is not a parameter here")),
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
