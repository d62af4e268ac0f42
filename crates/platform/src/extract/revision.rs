//! `If-Match`: the revision that an edit is based on.

use crate::error::{Error, Result};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderValue},
};
use std::future::{Ready, ready};
use wire::ProblemCode;

/// The revision that an edit is based on, from `If-Match`.
#[derive(Clone)]
pub struct IfMatch(pub i32);

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers: Vec<&HeaderValue> = request.headers().get_all(header::IF_MATCH).collect();
        ready(match headers.as_slice() {
            [] => Err(Error::with_detail(
                ProblemCode::PreconditionRequired,
                "Send the ETag of what you have read as If-Match.",
            )),
            [one] => revision(one.as_bytes()).map(Self),
            _ => Err(several_tags()),
        })
    }
}

/// Reads `If-Match` as RFC 9110, section 13.1.1 requires: the comparison is strong, so a weak tag never matches.
///
/// An edit is based on one revision, so several tags and `*`, which names none, are refused.
fn revision(value: &[u8]) -> Result<i32> {
    let value = value.trim_ascii();
    let stale = |why: &str| Error::with_detail(ProblemCode::Stale, why);
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
        Some(_) if is_weak => Err(Error::with_detail(
            ProblemCode::WeakEtag,
            "If-Match carries a weak ETag (W/\"...\"), and weak ETags never match. A proxy that changes answers, by compressing them, makes ETags weak: let it leave them as they are.",
        )),
        // A tag in another format is not ours and matches no revision.
        Some(opaque) => version(opaque).ok_or_else(|| Error::refuse(ProblemCode::Stale)),
        None => Err(bad_tag()),
    }
}

/// Returns the revision in a tag of ours: `v` and decimal digits.
fn version(opaque: &[u8]) -> Option<i32> {
    let digits = opaque.strip_prefix(b"v")?;
    let is_ours = digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| is_ours)?;
    text.parse().ok()
}

/// Returns whether RFC 9110 allows a byte between the quotes of an entity tag.
fn is_tag_byte(byte: u8) -> bool {
    byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80
}

fn bad_tag() -> Error {
    Error::with_detail(
        ProblemCode::Malformed,
        "If-Match must be an ETag in double quotes, as the answer to a GET has it, such as \"v3\".",
    )
}

fn several_tags() -> Error {
    Error::with_detail(
        ProblemCode::Malformed,
        "If-Match must have one ETag: an edit is based on one revision.",
    )
}
