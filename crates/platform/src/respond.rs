//! The responses of handlers.

use crate::crypto::digest;
use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use wire::Resource;

/// A value as JSON.
pub struct Json<T>(pub T);

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

/// Returns the `Content-Disposition` of a download whose file name comes from data (RFC 6266): a plain name, in which every
/// unsafe character is an underscore, and the full name in percent-encoded UTF-8 where they differ.
pub fn attachment(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_. ".contains(c);
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    let plain = plain.trim_start_matches('.').to_owned();
    let encoded: String = name
        .bytes()
        .map(|byte| {
            let is_plain = byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            if is_plain {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    if plain == name && !name.is_empty() {
        return format!("attachment; filename=\"{plain}\"");
    }
    let plain = if plain.is_empty() { "file" } else { &plain };
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// One resource, with its revision as a strong `ETag`.
pub struct Tagged<T>(pub T);

impl<T: Resource> Responder for Tagged<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header(("ETag", etag(&self.0)))
            .json(self.0)
    }
}

/// A response that is the same for every caller and may be cached for a minute; the `ETag` is a digest of the body.
pub struct Cached<T>(pub T);

impl<T: Serialize> Responder for Cached<T> {
    type Body = BoxBody;
    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Ok(body) = serde_json::to_vec(&self.0) else {
            return HttpResponse::InternalServerError().finish();
        };
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest(&body)));
        let known = request
            .headers()
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag));
        let mut answer = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        answer
            .insert_header((header::ETAG, tag))
            .insert_header((header::CACHE_CONTROL, "public, max-age=60"));
        if known {
            answer.finish()
        } else {
            answer.content_type("application/json").body(body)
        }
    }
}

/// A created resource, with its `Location` and `ETag`.
pub struct Created<T>(pub T);

impl<T: Resource> Responder for Created<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Created()
            .insert_header(("Location", location(&self.0)))
            .insert_header(("ETag", etag(&self.0)))
            .json(self.0)
    }
}

/// A requested call that a job makes: 202, with the `Location` to poll.
pub struct Accepted<T>(pub T);

impl<T: Resource> Responder for Accepted<T> {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted()
            .insert_header(("Location", location(&self.0)))
            .insert_header(("ETag", etag(&self.0)))
            .json(self.0)
    }
}

/// A response without content: 204.
pub struct NoContent;

impl Responder for NoContent {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

/// Returns the path of a resource.
pub fn location<T: Resource>(resource: &T) -> String {
    format!("{}/{}", T::PATH, resource.id())
}

fn etag<T: Resource>(resource: &T) -> String {
    format!("\"v{}\"", resource.version())
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn attachment_escapes_unsafe_file_names() {
        for (name, expected) in [
            (
                "INV-2026-000001.pdf",
                "attachment; filename=\"INV-2026-000001.pdf\"",
            ),
            (
                "a\"b/../c.pdf",
                "attachment; filename=\"a_b_.._c.pdf\"; filename*=UTF-8''a%22b%2F..%2Fc.pdf",
            ),
            (
                "é\r\n.pdf",
                "attachment; filename=\"___.pdf\"; filename*=UTF-8''%C3%A9%0D%0A.pdf",
            ),
            ("", "attachment; filename=\"file\"; filename*=UTF-8''"),
        ] {
            assert_eq!(attachment(name), expected, "{name:?}");
        }
    }
}
