//! Calls and what the error codes say about their outcome.

use super::{SuperSim, auth::Mode};
use crate::{
    Account, Json, Refusal, Secret, SupplierError,
    http::{Call, Reply},
    text,
};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;

/// The wait after an answer of too many calls without a time.
const WAIT: TimeDelta = TimeDelta::seconds(10);

/// A request.
pub(super) struct Request<'a> {
    operation: &'static str,
    method: Method,
    path: Vec<&'a str>,
    query: Vec<(&'a str, &'a str)>,
    form: Vec<(&'a str, &'a str)>,
}

impl<'a> Request<'a> {
    /// Creates a request that reads.
    pub(super) fn get(operation: &'static str, path: &[&'a str]) -> Self {
        Self::new(operation, Method::GET, path)
    }

    /// Creates a request that changes.
    pub(super) fn post(operation: &'static str, path: &[&'a str]) -> Self {
        Self::new(operation, Method::POST, path)
    }

    fn new(operation: &'static str, method: Method, path: &[&'a str]) -> Self {
        Self {
            operation,
            method,
            path: std::iter::once(&"v1").chain(path).copied().collect(),
            query: Vec::new(),
            form: Vec::new(),
        }
    }

    /// Adds a parameter to the query.
    pub(super) fn query(mut self, name: &'a str, value: &'a str) -> Self {
        self.query.push((name, value));
        self
    }

    /// Adds a field to the form.
    pub(super) fn field(mut self, name: &'a str, value: &'a str) -> Self {
        self.form.push((name, value));
        self
    }
}

/// An answer.
pub(super) struct Answer {
    /// The body.
    pub(super) body: Json,
    /// How far the provider's clock is ahead of ours.
    pub(super) clock_shift: TimeDelta,
    /// The time of the provider's clock.
    pub(super) now: DateTime<Utc>,
}

/// A call without a result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    status: u16,
    code: Option<i64>,
    error: SupplierError,
}

impl Failure {
    /// Returns whether the resource does not exist.
    pub(super) fn is_missing(&self) -> bool {
        self.status == 404 || matches!(self.code, Some(20_404 | 83_005))
    }

    /// Returns whether the last change of the Sim is not complete.
    pub(super) fn is_scheduled(&self) -> bool {
        self.code == Some(83_009)
    }

    /// Returns whether another Sim has the unique name.
    pub(super) fn is_name_taken(&self) -> bool {
        self.code == Some(83_011)
    }

    /// Returns whether the provider refused a change because of the state.
    pub(super) fn is_refused(&self) -> bool {
        matches!(&self.error, SupplierError::Refused { reason, .. } if *reason != Refusal::Unreachable)
    }

    /// Returns the error of a look-up. A look-up that fails says nothing about the order.
    pub(super) fn of_look_up(self, order_ref: Option<&str>) -> SupplierError {
        match self.error {
            SupplierError::Refused { message, .. } => SupplierError::Unknown {
                message,
                order_ref: order_ref.map(ToOwned::to_owned),
            },
            error => error,
        }
    }
}

impl From<SupplierError> for Failure {
    fn from(error: SupplierError) -> Self {
        Self {
            status: 0,
            code: None,
            error,
        }
    }
}

impl From<Failure> for SupplierError {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

impl SuperSim {
    /// Sends a request. A token that the provider does not accept any more is replaced once.
    pub(super) async fn call(
        &self,
        account: &Account,
        request: &Request<'_>,
    ) -> Result<Answer, Failure> {
        let call = self.prepare(account, request);
        let reply = match Mode::of(account) {
            Mode::Basic => send(Self::basic(account, call)).await?,
            Mode::ClientCredentials => {
                let token = self.token(account, None).await?;
                let reply = send(call.bearer(&token)).await?;
                if matches!(reply.status, 401 | 403) {
                    self.send_with_new_token(account, request, &token).await?
                } else {
                    reply
                }
            }
        };
        read(account, &reply)
    }

    async fn send_with_new_token(
        &self,
        account: &Account,
        request: &Request<'_>,
        rejected: &Secret,
    ) -> Result<Reply, SupplierError> {
        let token = self.token(account, Some(rejected)).await?;
        send(self.prepare(account, request).bearer(&token)).await
    }

    fn prepare<'a>(&'a self, account: &'a Account, request: &Request<'_>) -> Call<'a> {
        let method = request.method.clone();
        let is_read = method == Method::GET;
        let mut call = self
            .http
            .call(account, request.operation, method, &request.path);
        if is_read {
            call = call.repeatable();
        } else {
            call = call.form(&request.form);
        }
        for (name, value) in &request.query {
            call = call.query(name, value);
        }
        call
    }
}

async fn send(call: Call<'_>) -> Result<Reply, SupplierError> {
    Ok(call.send().await?)
}

fn read(account: &Account, reply: &Reply) -> Result<Answer, Failure> {
    if !reply.is_success() {
        let body = reply.error_body();
        let code = body.get("code").whole();
        let message = text::quote(account, body.get("message").text().unwrap_or_default());
        return Err(Failure {
            status: reply.status,
            code,
            error: outcome(reply.status, code, &message),
        });
    }
    let now = reply.provider_time().unwrap_or(reply.received_at);
    Ok(Answer {
        body: reply.json()?,
        clock_shift: now - reply.received_at,
        now,
    })
}

/// Returns what an answer that is no success says about the outcome.
fn outcome(status: u16, code: Option<i64>, message: &str) -> SupplierError {
    let message = match code {
        Some(code) => format!("{code} {message}"),
        None => format!("HTTP {status} {message}"),
    };
    let reason = match (code, status) {
        (Some(20_003 | 20_006 | 40_401 | 40_403), _) | (_, 401 | 403) => {
            return SupplierError::Unauthorized { message };
        }
        (Some(20_429), _) => return SupplierError::RateLimited { retry_after: WAIT },
        (Some(20_500 | 20_503 | 40_500 | 40_502..=40_504 | 83_000 | 83_004), _)
        | (_, 0..=399 | 500..) => return SupplierError::unknown(message),
        (Some(83_500), _) => Refusal::OutOfStock,
        (Some(20_404 | 83_005), _) | (_, 404) => Refusal::UnknownEsim,
        (Some(83_006 | 83_007), _) => Refusal::UnknownSku,
        (Some(83_009..=83_011), _) => Refusal::NotAllowed,
        _ => Refusal::BadRequest,
    };
    SupplierError::Refused {
        reason,
        code: code.map(|code| code.to_string()),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_the_outcome() {
        for (status, code, reason) in [
            (400, Some(83_500), Refusal::OutOfStock),
            (400, Some(20_001), Refusal::BadRequest),
            (400, Some(20_002), Refusal::BadRequest),
            (400, Some(83_600), Refusal::BadRequest),
            (400, Some(83_601), Refusal::BadRequest),
            (400, Some(83_006), Refusal::UnknownSku),
            (400, Some(83_007), Refusal::UnknownSku),
            (409, Some(83_009), Refusal::NotAllowed),
            (409, Some(83_010), Refusal::NotAllowed),
            (409, Some(83_011), Refusal::NotAllowed),
            (404, Some(20_404), Refusal::UnknownEsim),
            (400, Some(83_005), Refusal::UnknownEsim),
            (404, None, Refusal::UnknownEsim),
            (422, None, Refusal::BadRequest),
        ] {
            let found = match outcome(status, code, "no") {
                SupplierError::Refused { reason, .. } => Some(reason),
                _ => None,
            };
            assert_eq!(found, Some(reason), "{status} {code:?}");
        }
        for (status, code) in [
            (500, None),
            (503, Some(20_503)),
            (400, Some(83_000)),
            (400, Some(83_004)),
            (400, Some(40_503)),
            (302, None),
        ] {
            let error = outcome(status, code, "no");
            assert!(!error.is_without_effect(), "{status} {code:?}");
        }
        for (status, code) in [(401, Some(20_003)), (400, Some(20_006)), (403, None)] {
            let error = outcome(status, code, "no");
            assert!(matches!(error, SupplierError::Unauthorized { .. }));
        }
        assert_eq!(
            outcome(400, Some(20_429), "no"),
            SupplierError::RateLimited { retry_after: WAIT }
        );
    }
}
