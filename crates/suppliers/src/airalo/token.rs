//! The access token: one per pair of credentials, shared by all calls, and requested by one of them at a time, because the
//! provider accepts three requests a minute.

use super::CLIENT_ID;
use crate::{
    Account, Refusal, Secret, SupplierError,
    http::{AdapterClient, CallError, Reply},
    signature::sha256_hex,
    text::quote,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync, time::Instant};

/// The longest time for which a token is used; the provider recommends a day.
const LONGEST_USE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long before its end a token is replaced.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The time for the request of a token, so that time remains for the call that needs it.
const TIMEOUT: Duration = Duration::from_secs(8);

/// A token and when it is replaced.
pub(super) struct Token {
    pub(super) value: Secret,
    renew_at: Instant,
}

type Slot = Arc<sync::Mutex<Option<Arc<Token>>>>;

/// The tokens of all accounts.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Slot>>);

impl Tokens {
    /// Returns the token of an account. A failure means that the actual request was not sent.
    pub(super) async fn get(
        &self,
        http: &AdapterClient,
        account: &Account,
    ) -> Result<Arc<Token>, SupplierError> {
        let slot = self.slot(account);
        let mut held = slot.lock().await;
        if let Some(token) = held
            .as_ref()
            .filter(|token| Instant::now() < token.renew_at)
        {
            return Ok(Arc::clone(token));
        }
        let token = Arc::new(request(http, account).await?);
        *held = Some(Arc::clone(&token));
        Ok(token)
    }

    /// Discards a token that the provider does not accept, unless another call has replaced it.
    pub(super) async fn discard(&self, account: &Account, rejected: &Arc<Token>) {
        let slot = self.slot(account);
        let mut held = slot.lock().await;
        if held
            .as_ref()
            .is_some_and(|token| Arc::ptr_eq(token, rejected))
        {
            *held = None;
        }
    }

    fn slot(&self, account: &Account) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(key(account)).or_default())
    }
}

/// Returns the identity of the credentials: other ones need another token.
fn key(account: &Account) -> String {
    let parts = [
        account.endpoint.as_str(),
        account.credential(CLIENT_ID),
        account.api_key.as_str(),
    ];
    sha256_hex(zeroize::Zeroizing::new(parts.join("\n")).as_bytes())
}

async fn request(http: &AdapterClient, account: &Account) -> Result<Token, SupplierError> {
    let reply = http
        .post(account, "token", &["v2", "token"])
        .form(&[
            ("client_id", account.credential(CLIENT_ID)),
            ("client_secret", &account.api_key),
            ("grant_type", "client_credentials"),
        ])
        .timeout(TIMEOUT)
        .send()
        .await
        .map_err(|error| match error {
            CallError::RateLimited { retry_after } => SupplierError::RateLimited { retry_after },
            other => SupplierError::refused(Refusal::Unreachable, format!("token: {other}")),
        })?;
    read(&reply, account)
}

fn read(reply: &Reply, account: &Account) -> Result<Token, SupplierError> {
    let body = reply.error_body();
    if let (true, Some(value)) = (
        reply.is_success(),
        body.path(&["data", "access_token"]).text(),
    ) {
        let expires_in = body.path(&["data", "expires_in"]).whole().unwrap_or(0);
        let lifetime = Duration::from_secs(u64::try_from(expires_in).unwrap_or(0));
        return Ok(Token {
            value: value.to_owned().into(),
            renew_at: Instant::now() + lifetime.min(LONGEST_USE).saturating_sub(MARGIN),
        });
    }
    if matches!(reply.status, 400 | 401 | 403 | 422) {
        let message = body
            .path(&["data", "client_id"])
            .text()
            .or_else(|| body.path(&["meta", "message"]).text())
            .or_else(|| body.get("reason").text())
            .unwrap_or("the provider issues no token");
        return Err(SupplierError::Unauthorized {
            message: quote(account, message),
        });
    }
    Err(SupplierError::refused(
        Refusal::Unreachable,
        format!("token: HTTP {}", reply.status),
    ))
}
