//! One request, before it is sent. It can be sent twice: once more after the access token was renewed.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// What is asked of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Make, or act.
    Post,
    /// Change.
    Patch,
    /// Set.
    Put,
    /// Take away.
    Delete,
}

impl Method {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<JsValue>,
    pub(super) as_somebody: bool,
    pub(super) until: Option<web_sys::AbortSignal>,
}

impl Call {
    fn new(method: Method, url: impl Into<String>) -> Self {
        // A header of our own: a form of another site cannot send it, so a cookie alone opens nothing.
        let headers = vec![
            ("Accept", "application/json".to_owned()),
            ("X-Requested-With", "esim-admin".to_owned()),
        ];
        Self {
            method,
            url: url.into(),
            headers,
            body: None,
            as_somebody: true,
            until: None,
        }
    }
    /// Reads.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }
    /// Makes, or acts.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::Post, url)
    }
    /// Changes.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new(Method::Patch, url)
    }
    /// Sets.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new(Method::Put, url)
    }
    /// Takes away.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new(Method::Delete, url)
    }
    /// With a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    /// With a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        let text = serde_json::to_string(body).unwrap_or_default();
        self.body = Some(JsValue::from_str(&text));
        self.header("Content-Type", "application/json")
    }
    /// With the bytes of a file, as they are.
    pub fn file(mut self, file: &web_sys::File, media_type: &str) -> Self {
        self.body = Some(file.into());
        self.header("Content-Type", media_type)
    }
    /// Under a key that makes it safe to send again.
    pub fn once(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }
    /// Only if nobody changed the thing since this version.
    pub fn if_version(self, version: i32) -> Self {
        self.header("If-Match", format!("\"v{version}\""))
    }
    /// Until this says that nobody waits for the answer any more.
    pub fn until(mut self, signal: web_sys::AbortSignal) -> Self {
        self.until = Some(signal);
        self
    }
    /// Without an access token: signing in, and renewing.
    pub fn as_nobody(mut self) -> Self {
        self.as_somebody = false;
        self
    }
}
