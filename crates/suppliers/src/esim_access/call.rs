//! Signed calls. The provider answers failures with status 200.

use super::{
    EsimAccess, SECRET_KEY,
    failure::{self, Effect, Failure},
};
use crate::{Account, Json, Refusal, SupplierError, http::Reply, signature, text};
use serde_json::Value;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// The largest answer: the catalog has thousands of packages on one page.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// An operation of the API.
pub(super) struct Operation {
    name: &'static str,
    path: &'static [&'static str],
    effect: Effect,
}

impl Operation {
    const fn new(name: &'static str, path: &'static [&'static str], effect: Effect) -> Self {
        Self { name, path, effect }
    }
}

pub(super) const BALANCE: Operation =
    Operation::new("balance", &["balance", "query"], Effect::None);
pub(super) const PACKAGES: Operation =
    Operation::new("catalog", &["package", "list"], Effect::None);
pub(super) const ORDER: Operation = Operation::new("order", &["esim", "order"], Effect::Charge);
pub(super) const QUERY: Operation = Operation::new("state", &["esim", "query"], Effect::None);
pub(super) const USAGE: Operation =
    Operation::new("usage", &["esim", "usage", "query"], Effect::None);
pub(super) const TOP_UP: Operation = Operation::new("top_up", &["esim", "topup"], Effect::Charge);
pub(super) const SUSPEND: Operation =
    Operation::new("suspend", &["esim", "suspend"], Effect::Change);
pub(super) const RESUME: Operation =
    Operation::new("resume", &["esim", "unsuspend"], Effect::Change);
pub(super) const CANCEL: Operation = Operation::new("cancel", &["esim", "cancel"], Effect::Change);
pub(super) const REVOKE: Operation = Operation::new("revoke", &["esim", "revoke"], Effect::Change);

impl EsimAccess {
    /// Calls an operation and returns the `obj` of its answer.
    pub(super) async fn call(
        &self,
        account: &Account,
        operation: &Operation,
        body: &Value,
    ) -> Result<Json, Failure> {
        let counts_seconds = self.counts_seconds.load(Ordering::Relaxed);
        let first = self.send(account, operation, body, Timestamp::new(counts_seconds));
        match first.await {
            Err(failure) if failure.is_wrong_time() => {}
            result => return result,
        }
        let other = Timestamp::new(!counts_seconds);
        let second = self.send(account, operation, body, other).await;
        if !matches!(&second, Err(failure) if failure.is_wrong_time()) {
            self.counts_seconds
                .store(!counts_seconds, Ordering::Relaxed);
        }
        second
    }

    async fn send(
        &self,
        account: &Account,
        operation: &Operation,
        body: &Value,
        timestamp: Timestamp,
    ) -> Result<Json, Failure> {
        let now = self.http.now();
        let timestamp = match timestamp {
            Timestamp::Millis => now.timestamp_millis(),
            Timestamp::Seconds => now.timestamp(),
        }
        .to_string();
        let request_id = Uuid::new_v4().simple().to_string();
        let body = body.to_string();
        let signature = sign(account, &timestamp, &request_id, &body).ok_or_else(|| {
            SupplierError::refused(Refusal::BadRequest, "the request cannot be signed")
        })?;
        let segments: Vec<&str> = ["api", "v1", "open"]
            .iter()
            .chain(operation.path)
            .copied()
            .collect();
        let reply = self
            .http
            .post(account, operation.name, &segments)
            .header("rt-accesscode", &account.api_key)
            .header("rt-timestamp", &timestamp)
            .header("rt-requestid", &request_id)
            .header("rt-signature", &signature)
            .body("application/json", body.into_bytes())
            .largest_body(LARGEST_BODY)
            .send()
            .await
            .map_err(SupplierError::from)?;
        read(account, operation.effect, &reply)
    }
}

/// The unit of the timestamp in a signature.
#[derive(Debug, Clone, Copy)]
enum Timestamp {
    Millis,
    Seconds,
}

impl Timestamp {
    const fn new(counts_seconds: bool) -> Self {
        if counts_seconds {
            Self::Seconds
        } else {
            Self::Millis
        }
    }
}

/// Returns the signature of a request: the HMAC-SHA256 of timestamp, request ID, access code and body.
fn sign(account: &Account, timestamp: &str, request_id: &str, body: &str) -> Option<String> {
    let message = zeroize::Zeroizing::new(format!(
        "{timestamp}{request_id}{}{body}",
        account.api_key.as_str()
    ));
    let key = account.credential(SECRET_KEY);
    let mac = signature::hmac_sha256(key.as_bytes(), message.as_bytes())?;
    Some(signature::to_hex(&mac))
}

/// Reads an answer.
fn read(account: &Account, effect: Effect, reply: &Reply) -> Result<Json, Failure> {
    match reply.status {
        200..=299 => {}
        401 | 403 => {
            return Err(SupplierError::Unauthorized {
                message: format!("HTTP {}", reply.status),
            }
            .into());
        }
        400..=499 if failure::code(&reply.error_body()).is_none() => {
            return Err(SupplierError::refused(
                Refusal::BadRequest,
                format!("HTTP {}", reply.status),
            )
            .into());
        }
        400..=499 => {}
        _ => return Err(reply.unexpected().into()),
    }
    let answer = reply.json()?;
    let Some(code) = failure::code(&answer) else {
        return Ok(answer.get("obj").clone());
    };
    let message = ["errorMsg", "errorMessage"]
        .iter()
        .find_map(|name| answer.get(name).text())
        .unwrap_or_default();
    Err(Failure::Code {
        code,
        message: text::quote(account, message),
        effect,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::ProviderId;

    #[test]
    fn signature_covers_timestamp_request_access_code_and_body() {
        let account = Account {
            provider: ProviderId(uuid::Uuid::nil()),
            endpoint: String::new(),
            api_key: "access-7".to_owned().into(),
            credentials: [(SECRET_KEY.to_owned(), "secret-7".to_owned().into())].into(),
        };
        // Computed with Python's hmac module.
        assert_eq!(
            sign(
                &account,
                "1795953600000",
                "0123456789abcdef",
                r#"{"orderNo":"B1"}"#
            )
            .as_deref(),
            Some("8fe09a3536e5d82a2a5b8533c68614fed65e9201291fa06c1f35abd93c80a9de")
        );
    }
}
