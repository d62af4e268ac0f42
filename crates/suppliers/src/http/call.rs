//! One call of a provider's API.

use super::{
    AdapterClient, Reply, Shared,
    address::{InvalidEndpoint, check_host},
    budget::Scope,
    observe::{CallOutcome, CallRecord},
};
use crate::{Account, Refusal, SupplierError};
use chrono::TimeDelta;
use reqwest::{
    Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use std::{error::Error, time::Duration};
use tokio::time::{Instant, sleep};
use tracing::Instrument;
use url::Url;

/// The largest answer, unless the adapter allows more.
const LARGEST_BODY: usize = 2 * 1024 * 1024;

/// How often a call that may be repeated is sent.
const ATTEMPTS: u32 = 3;

/// The wait after an answer with status 429 without `Retry-After`.
const DEFAULT_WAIT: TimeDelta = TimeDelta::seconds(10);

/// Why there is no answer. The texts contain no address and no secret.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The request was not sent: the provider has done nothing.
    #[error("the request was not sent: {0}")]
    NotSent(String),
    /// The request was sent, or may have been sent.
    #[error("no complete answer: {0}")]
    NoAnswer(String),
    /// The provider, or the budget of the account, accepts no call now.
    #[error("too many calls")]
    RateLimited {
        /// When to call again.
        retry_after: TimeDelta,
    },
}

impl From<CallError> for SupplierError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NotSent(message) => Self::refused(Refusal::Unreachable, message),
            CallError::NoAnswer(message) => Self::unknown(message),
            CallError::RateLimited { retry_after } => Self::RateLimited { retry_after },
        }
    }
}

/// A call before it is sent.
pub struct Call<'a> {
    client: &'a AdapterClient,
    account: &'a Account,
    scope: Scope,
    method: Method,
    url: Result<Url, CallError>,
    headers: HeaderMap,
    body: Vec<u8>,
    is_repeatable: bool,
    largest_body: usize,
    timeout: Duration,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        client: &'a AdapterClient,
        account: &'a Account,
        operation: &'static str,
        method: Method,
        path: &[&str],
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            client,
            account,
            scope: Scope {
                operation,
                subject: None,
            },
            method,
            url: join(&account.endpoint, path),
            headers,
            body: Vec::new(),
            is_repeatable: false,
            largest_body: LARGEST_BODY,
            timeout: client.client.0.settings.timeout,
        }
    }

    /// Uses another base URL than that of the account.
    pub fn at(mut self, endpoint: &str, path: &[&str]) -> Self {
        self.url = join(endpoint, path);
        self
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if let Ok(url) = &mut self.url {
            url.query_pairs_mut().append_pair(name, value);
        }
        self
    }

    /// Sets a header. A value that cannot be sent is an error of the call.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.insert(HeaderName::from_static(name), value);
            }
            Err(_) => {
                self.url = Err(CallError::NotSent(format!(
                    "the value of the header {name} has characters that cannot be sent"
                )));
            }
        }
        self
    }

    /// Sets the token.
    pub fn bearer(self, token: &str) -> Self {
        let value = zeroize::Zeroizing::new(format!("Bearer {token}"));
        self.header("authorization", &value)
    }

    /// Sends a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.body("application/x-www-form-urlencoded", body.into_bytes())
    }

    /// Sends a value as JSON.
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.body("application/json", value.to_string().into_bytes())
    }

    /// Sends a body.
    pub fn body(mut self, content_type: &'static str, body: Vec<u8>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self.body = body;
        self
    }

    /// States that a repetition is safe: the call changes nothing, or the provider recognizes the repetition.
    pub fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// States that the call is sent once.
    pub fn once(mut self) -> Self {
        self.is_repeatable = false;
        self
    }

    /// Names the subject, such as an ICCID, to which the provider's limit for this operation applies.
    pub fn limited_per(mut self, subject: &str) -> Self {
        self.scope.subject = Some(subject.to_owned());
        self
    }

    /// Waits less long than usual, for a step before or after the actual call.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = self.timeout.min(timeout);
        self
    }

    /// Accepts an answer up to a number of bytes.
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.largest_body = bytes;
        self
    }

    /// Sends the call and reads the whole answer. Any status except 429 is an answer.
    pub async fn send(self) -> Result<Reply, CallError> {
        let span = tracing::info_span!(
            "provider_call",
            provider = %self.account.provider,
            adapter = self.client.adapter,
            operation = self.scope.operation,
        );
        async {
            let started = Instant::now();
            let mut attempts = 0;
            let result = self.send_repeatedly(&mut attempts).await;
            self.record(&result, started.elapsed(), attempts);
            result
        }
        .instrument(span)
        .await
    }

    async fn send_repeatedly(&self, attempts: &mut u32) -> Result<Reply, CallError> {
        let settings = &self.shared().settings;
        let deadline = Instant::now() + self.timeout;
        let mut pause = settings.repeat_pause;
        loop {
            *attempts += 1;
            let result = self.send_once(deadline).await;
            let again = match &result {
                Err(CallError::RateLimited { .. }) => false,
                Err(_) => true,
                Ok(reply) => matches!(reply.status, 500 | 502..=504),
            };
            let wait = match &result {
                Ok(reply) => reply.retry_after().and_then(|wait| wait.to_std().ok()),
                Err(_) => None,
            };
            let wait = wait.unwrap_or(pause);
            let is_in_time = Instant::now() + wait < deadline;
            if !(again && self.is_repeatable && *attempts < ATTEMPTS && is_in_time) {
                return result;
            }
            sleep(wait).await;
            pause *= 2;
        }
    }

    async fn send_once(&self, deadline: Instant) -> Result<Reply, CallError> {
        let shared = self.shared();
        let url = self.url.clone()?;
        check_host(&url, shared.settings.network)
            .map_err(|error: InvalidEndpoint| CallError::NotSent(error.to_string()))?;
        let budget = shared.budgets.of(self.account.provider);
        let _permit = budget
            .admit(
                &self.scope,
                self.client.calls_per_second,
                shared.settings.longest_wait,
            )
            .await?;
        let request = shared
            .http
            .request(self.method.clone(), url)
            .headers(self.headers.clone())
            .timeout(deadline.saturating_duration_since(Instant::now()))
            .body(self.body.clone());
        let mut response = request.send().await.map_err(|error| describe(&error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| describe(&error))? {
            if body.len() + chunk.len() > self.largest_body {
                return Err(CallError::NoAnswer(format!(
                    "HTTP {}: the answer is longer than {} bytes",
                    status.as_u16(),
                    self.largest_body
                )));
            }
            body.extend_from_slice(&chunk);
        }
        let reply = Reply {
            status: status.as_u16(),
            headers,
            body,
            received_at: self.client.now(),
        };
        if status == StatusCode::TOO_MANY_REQUESTS {
            let retry_after = reply.retry_after().unwrap_or(DEFAULT_WAIT);
            budget.close(self.scope.clone(), retry_after.to_std().unwrap_or_default());
            return Err(CallError::RateLimited { retry_after });
        }
        Ok(reply)
    }

    fn record(&self, result: &Result<Reply, CallError>, duration: Duration, attempts: u32) {
        let outcome = match result {
            Ok(reply) if reply.status < 400 => CallOutcome::Success,
            Ok(reply) if reply.status < 500 => CallOutcome::Rejected,
            Ok(_) => CallOutcome::Failed,
            Err(CallError::RateLimited { .. }) => CallOutcome::RateLimited,
            Err(CallError::NotSent(_)) => CallOutcome::NotSent,
            Err(CallError::NoAnswer(_)) => CallOutcome::NoAnswer,
        };
        match result {
            Ok(reply) => tracing::debug!(
                status = reply.status,
                attempts,
                millis = duration.as_millis(),
                "Provider call answered"
            ),
            Err(error) => tracing::warn!(
                %error,
                attempts,
                millis = duration.as_millis(),
                "Provider call failed"
            ),
        }
        self.shared().settings.observer.record(&CallRecord {
            provider: self.account.provider,
            adapter: self.client.adapter,
            operation: self.scope.operation,
            outcome,
            duration,
            attempts,
        });
    }

    fn shared(&self) -> &Shared {
        &self.client.client.0
    }
}

/// Appends a path to a base URL. Each segment is encoded, so that it cannot change the path.
fn join(endpoint: &str, path: &[&str]) -> Result<Url, CallError> {
    let mut url = Url::parse(endpoint)
        .map_err(|_| CallError::NotSent("the address of the API is not a URL".into()))?;
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    Ok(url)
}

/// Returns the error of a request. A request whose connection failed was not sent; all others may have been.
fn describe(error: &reqwest::Error) -> CallError {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if error.is_builder() {
        CallError::NotSent("the request is not valid".into())
    } else if error.is_connect() {
        CallError::NotSent(cause.to_string())
    } else if error.is_timeout() {
        CallError::NoAnswer("the time is up".into())
    } else {
        CallError::NoAnswer(cause.to_string())
    }
}
