//! Sends requests with the access token, and renews an expired token once.

use super::{ApiError, Call, Method, renew};
use crate::{query, session, ui::step_up};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};
use wire::{Problem, ProblemCode};

/// A successful response.
#[derive(Debug, Clone)]
pub struct Answer {
    response: Response,
    request_id: String,
}

impl Answer {
    /// Returns the body as text.
    pub async fn text(&self) -> Result<String, ApiError> {
        let text = JsFuture::from(self.response.text().map_err(|_| self.unreadable())?).await;
        text.ok()
            .and_then(|text| text.as_string())
            .ok_or_else(|| self.unreadable())
    }
    /// Reads the body as JSON.
    pub async fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let text = self.text().await?;
        serde_json::from_str(&text).map_err(|_| self.unreadable())
    }
    /// Reads the body as JSON without a type.
    pub(crate) async fn value(&self) -> Result<serde_json::Value, ApiError> {
        self.json().await
    }
    /// Returns the id of the request.
    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }
    /// Returns the body as bytes in the browser's memory.
    pub async fn blob(&self) -> Result<web_sys::Blob, ApiError> {
        let blob = JsFuture::from(self.response.blob().map_err(|_| self.unreadable())?).await;
        blob.ok()
            .and_then(|blob| blob.dyn_into().ok())
            .ok_or_else(|| self.unreadable())
    }
    /// Returns one header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }
    fn unreadable(&self) -> ApiError {
        ApiError::Unreadable {
            request_id: self.request_id.clone(),
        }
    }
}

/// Sends a request and returns its response.
///
/// When the access token has expired, the panel renews it and sends the request once more. When that fails too, the
/// session is over: the panel shows the sign-in page and returns to the same address afterwards. When the server
/// requires step-up authentication, a dialog asks the user for it, and the panel then sends the request once more.
pub async fn send(call: Call) -> Result<Answer, ApiError> {
    if query::is_peeking() {
        return std::future::pending().await;
    }
    if !call.is_authenticated {
        return send_once(&call, None).await;
    }
    let outcome = send_confirmed(&call).await;
    if call.method != Method::Get {
        // Also after a failure: the server may have written before the connection broke.
        query::expire();
    }
    outcome
}

async fn send_confirmed(call: &Call) -> Result<Answer, ApiError> {
    let outcome = send_renewed(call).await;
    match outcome.as_ref().err().and_then(ApiError::code) {
        Some(ProblemCode::ConfirmationRequired) if step_up::ask().await => send_renewed(call).await,
        Some(ProblemCode::EnrolmentRequired) => {
            session::require_enrolment();
            outcome
        }
        _ => outcome,
    }
}

async fn send_renewed(call: &Call) -> Result<Answer, ApiError> {
    let token = session::token();
    match send_once(call, token.as_deref()).await {
        Err(error) if error.code() == Some(ProblemCode::Unauthenticated) => {
            // Another request may have renewed the token while this one was under way.
            if session::token() == token {
                renew().await?;
            }
            send_once(call, session::token().as_deref())
                .await
                .inspect_err(|error| {
                    if error.code() == Some(ProblemCode::Unauthenticated) {
                        session::expire();
                    }
                })
        }
        answer => answer,
    }
}

async fn send_once(call: &Call, token: Option<&str>) -> Result<Answer, ApiError> {
    receive(fetch(call, token).await).await
}

/// Turns a response of the browser into an answer or an error.
pub(crate) async fn receive(response: Result<Response, JsValue>) -> Result<Answer, ApiError> {
    let response = response.map_err(|_| ApiError::Offline)?;
    let request_id = response
        .headers()
        .get("X-Request-Id")
        .ok()
        .flatten()
        .unwrap_or_default();
    let answer = Answer {
        response,
        request_id,
    };
    if answer.response.ok() {
        Ok(answer)
    } else {
        Err(response_error(&answer).await)
    }
}

async fn fetch(call: &Call, token: Option<&str>) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &call.headers {
        headers.set(name, value)?;
    }
    if let Some(token) = token {
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    let init = RequestInit::new();
    init.set_method(call.method.as_str());
    init.set_headers(&headers);
    init.set_signal(call.abort_signal.as_ref());
    if let Some(body) = &call.body {
        init.set_body(body);
    }
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    JsFuture::from(window.fetch_with_str_and_init(&call.url, &init))
        .await?
        .dyn_into()
}

/// Reads the problem of a rejected request. A proxy's page or an empty body becomes the problem code with the
/// nearest status.
async fn response_error(answer: &Answer) -> ApiError {
    let status = answer.response.status();
    match answer.json::<Problem>().await {
        Ok(mut problem) => {
            if problem.request_id.is_empty() {
                problem.request_id.clone_from(&answer.request_id);
            }
            ApiError::Problem(Box::new(problem))
        }
        Err(_) => {
            let like = ProblemCode::ALL
                .iter()
                .copied()
                .find(|code| code.status() == status);
            let code = like.unwrap_or(if status >= 500 {
                ProblemCode::Unavailable
            } else {
                ProblemCode::Malformed
            });
            ApiError::from_code(code, answer.request_id.clone())
        }
    }
}
