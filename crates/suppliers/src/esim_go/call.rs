//! Calls and the outcomes of their answers.

use super::EsimGo;
use crate::{
    Account, Json, Refusal, SupplierError,
    http::{Call, Reply},
    text::quote,
};

impl EsimGo {
    /// Sends a call with the API key.
    pub(super) async fn send(
        &self,
        account: &Account,
        call: Call<'_>,
    ) -> Result<Reply, SupplierError> {
        Ok(call.header("x-api-key", &account.api_key).send().await?)
    }

    /// Sends a call and returns the body of a success, or the outcome of an answer that is none. `missing` is the reason of an
    /// answer with status 404.
    pub(super) async fn call(
        &self,
        account: &Account,
        call: Call<'_>,
        missing: Refusal,
    ) -> Result<Json, SupplierError> {
        let reply = self.send(account, call).await?;
        if reply.is_success() {
            return reply.json();
        }
        Err(self.failure(account, &reply, missing).await)
    }

    pub(super) async fn failure(
        &self,
        account: &Account,
        reply: &Reply,
        missing: Refusal,
    ) -> SupplierError {
        let body = reply.error_body();
        let words = body.get("message").text().unwrap_or_default();
        let message = quote(account, &format!("HTTP {}: {words}", reply.status));
        let reason = match reply.status {
            401 => return SupplierError::Unauthorized { message },
            // Three different reasons have this status.
            403 if self.is_key_rejected(account).await => {
                return SupplierError::Unauthorized { message };
            }
            403 => Refusal::NotAllowed,
            404 => missing,
            400 => reason_of_words(&words.to_lowercase()),
            405 | 406 | 413 | 415 | 422 => Refusal::BadRequest,
            _ => return SupplierError::unknown(message),
        };
        SupplierError::Refused {
            reason,
            code: Some(reply.status.to_string()),
            message,
        }
    }

    /// Returns whether the provider rejects the API key for a call that every key may make.
    async fn is_key_rejected(&self, account: &Account) -> bool {
        let call = self.http.get(account, "organisation", &["organisation"]);
        matches!(
            self.send(account, call).await,
            Ok(Reply {
                status: 401 | 403,
                ..
            })
        )
    }

    /// Returns the organisation of the account. The answer contains the API key and personal data of its users.
    pub(super) async fn organisation(&self, account: &Account) -> Result<Json, SupplierError> {
        let call = self.http.get(account, "organisation", &["organisation"]);
        let reply = self.send(account, call).await?;
        match reply.status {
            401 | 403 => Err(SupplierError::Unauthorized {
                message: format!("HTTP {}", reply.status),
            }),
            _ if reply.is_success() => reply.json(),
            _ => Err(self.failure(account, &reply, Refusal::NotAllowed).await),
        }
    }
}

/// Returns the reason that the words of an error suggest. The provider publishes no codes.
fn reason_of_words(words: &str) -> Refusal {
    let has = |list: &[&str]| list.iter().any(|word| words.contains(word));
    if has(&["balance", "credit", "insufficient"]) {
        Refusal::NoBalance
    } else if has(&["stock", "no esims available"]) {
        Refusal::OutOfStock
    } else if has(&["compatible", "not allowed"]) {
        Refusal::NotAllowed
    } else if has(&["iccid"]) {
        Refusal::UnknownEsim
    } else if has(&["bundle", "item"]) {
        Refusal::UnknownSku
    } else {
        Refusal::BadRequest
    }
}
