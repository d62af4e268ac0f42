//! One request, before it is sent. The kit may send it twice: a second time after it has renewed the access token.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// The HTTP method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or runs an action.
    Post,
    /// Changes.
    Patch,
    /// Sets.
    Put,
    /// Deletes.
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
    pub(super) is_authenticated: bool,
    pub(super) abort_signal: Option<web_sys::AbortSignal>,
}

impl Call {
    fn new(method: Method, url: impl Into<String>) -> Self {
        // A custom header: a form of another site cannot send it, so a stolen cookie alone is not accepted.
        let headers = vec![
            ("Accept", "application/json".to_owned()),
            ("X-Requested-With", "esim-admin".to_owned()),
        ];
        Self {
            method,
            url: url.into(),
            headers,
            body: None,
            is_authenticated: true,
            abort_signal: None,
        }
    }
    /// Makes a GET request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }
    /// Makes a POST request.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::Post, url)
    }
    /// Makes a PATCH request.
    pub fn patch(url: impl Into<String>) -> Self {
        Self::new(Method::Patch, url)
    }
    /// Makes a PUT request.
    pub fn put(url: impl Into<String>) -> Self {
        Self::new(Method::Put, url)
    }
    /// Makes a DELETE request.
    pub fn delete(url: impl Into<String>) -> Self {
        Self::new(Method::Delete, url)
    }
    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    /// Sets a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        let text = serde_json::to_string(body).unwrap_or_default();
        self.body = Some(JsValue::from_str(&text));
        self.header("Content-Type", "application/json")
    }
    /// Sets the bytes of a file as the body, unchanged.
    pub fn file(mut self, file: &web_sys::File, media_type: &str) -> Self {
        self.body = Some(file.into());
        self.header("Content-Type", media_type)
    }
    /// Adds an idempotency key, so that the request can be repeated safely.
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }
    /// Makes the server reject the request if the record has changed since this version.
    pub fn if_version(self, version: i32) -> Self {
        self.header("If-Match", format!("\"v{version}\""))
    }
    /// Sets the signal that aborts the request when its answer is no longer needed.
    pub fn abort_signal(mut self, signal: web_sys::AbortSignal) -> Self {
        self.abort_signal = Some(signal);
        self
    }
    /// Sends the request without an access token, as for the sign-in and the token refresh.
    pub fn anonymous(mut self) -> Self {
        self.is_authenticated = false;
        self
    }
}
