//! Sending a call: with the access token, renewed once when it has ended.

use super::{Call, Fault, renew};
use crate::{session, ui::confirmation};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};
use wire::{Problem, ProblemCode};

/// An answer that is a success.
#[derive(Debug, Clone)]
pub struct Answer {
    response: Response,
    request_id: String,
}

impl Answer {
    /// Its body as text.
    pub async fn text(&self) -> Result<String, Fault> {
        let text = JsFuture::from(self.response.text().map_err(|_| self.unreadable())?).await;
        text.ok()
            .and_then(|text| text.as_string())
            .ok_or_else(|| self.unreadable())
    }
    /// Its body, read as JSON.
    pub async fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let text = self.text().await?;
        serde_json::from_str(&text).map_err(|_| self.unreadable())
    }
    /// Its body as bytes that the browser keeps.
    pub async fn blob(&self) -> Result<web_sys::Blob, Fault> {
        let blob = JsFuture::from(self.response.blob().map_err(|_| self.unreadable())?).await;
        blob.ok()
            .and_then(|blob| blob.dyn_into().ok())
            .ok_or_else(|| self.unreadable())
    }
    /// One of its headers.
    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }
    fn unreadable(&self) -> Fault {
        Fault::Unreadable {
            request_id: self.request_id.clone(),
        }
    }
}

/// Sends a call and brings its answer.
///
/// An ended access token is renewed and the call sent once more. When that fails too, the session is over:
/// the panel shows the sign-in and comes back to the same address afterwards. What asks who one is anew asks in a
/// window, and is sent once more when that was answered.
pub async fn send(call: Call) -> Result<Answer, Fault> {
    if !call.as_somebody {
        return deliver(&call, None).await;
    }
    let outcome = send_renewed(&call).await;
    match outcome.as_ref().err().and_then(Fault::code) {
        Some(ProblemCode::ConfirmationRequired) if confirmation::ask().await => {
            send_renewed(&call).await
        }
        Some(ProblemCode::EnrolmentRequired) => {
            session::limit();
            outcome
        }
        _ => outcome,
    }
}

async fn send_renewed(call: &Call) -> Result<Answer, Fault> {
    let token = session::token();
    match deliver(call, token.as_deref()).await {
        Err(fault) if fault.code() == Some(ProblemCode::Unauthenticated) => {
            // Another call may have renewed it while this one was under way.
            if session::token() == token {
                renew().await?;
            }
            deliver(call, session::token().as_deref())
                .await
                .inspect_err(|fault| {
                    if fault.code() == Some(ProblemCode::Unauthenticated) {
                        session::lapse();
                    }
                })
        }
        answer => answer,
    }
}

async fn deliver(call: &Call, token: Option<&str>) -> Result<Answer, Fault> {
    let response = fetch(call, token).await.map_err(|_| Fault::Offline)?;
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
        Err(refusal(&answer).await)
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
    init.set_signal(call.until.as_ref());
    if let Some(body) = &call.body {
        init.set_body(body);
    }
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    JsFuture::from(window.fetch_with_str_and_init(&call.url, &init))
        .await?
        .dyn_into()
}

/// What the server says about its refusal; a proxy's page or an empty body becomes the nearest kind.
async fn refusal(answer: &Answer) -> Fault {
    let status = answer.response.status();
    match answer.json::<Problem>().await {
        Ok(mut problem) => {
            if problem.request_id.is_empty() {
                problem.request_id.clone_from(&answer.request_id);
            }
            Fault::Refused(Box::new(problem))
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
            Fault::made(code, answer.request_id.clone())
        }
    }
}
