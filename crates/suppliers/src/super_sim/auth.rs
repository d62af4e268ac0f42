//! Authentication: basic at Twilio, OAuth 2.0 client credentials at KORE.

use super::SuperSim;
use crate::{Account, Refusal, Secret, SupplierError, http::Call, signature, text};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The name of the credential with the account SID at Twilio, which authenticates where no API key is set.
pub const ACCOUNT_SID: &str = "account_sid";

/// The name of the credential with the auth token of the account at Twilio, which also signs webhooks.
pub const AUTH_TOKEN: &str = "auth_token";

/// The name of the credential with the secret of the API key at Twilio, or the client secret at KORE.
pub const API_SECRET: &str = "api_secret";

/// The name of the credential with the secret of webhooks at KORE.
pub const WEBHOOK_SECRET: &str = "webhook_secret";

/// The name of the credential with the authentication method: `basic` or `oauth2_client_credentials`. Without it, the form
/// of the user name decides.
pub const AUTH_MODE: &str = "auth_mode";

/// The base URL of the API at KORE.
pub(super) const KORE: &str = "https://supersim.api.korewireless.com";

/// The server of KORE's tokens, which is not that of the API.
const KORE_TOKENS: &str = "https://api.korewireless.com";

/// The path of the token endpoint.
const TOKEN_PATH: [&str; 4] = ["api-services", "v1", "auth", "token"];

/// The time for the request of a token, so that a call with it takes less than the product waits.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(8);

/// The life of a token whose answer does not state it.
const DEFAULT_LIFE_S: i64 = 300;

/// The authentication method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A user name and a password with each call.
    Basic,
    /// A token that the client credentials buy.
    ClientCredentials,
}

impl Mode {
    /// Returns the method of an account.
    pub(super) fn of(account: &Account) -> Self {
        match account.credential(AUTH_MODE) {
            "basic" => Self::Basic,
            "oauth2_client_credentials" => Self::ClientCredentials,
            _ if is_sid(user(account), &["AC", "SK"]) => Self::Basic,
            _ => Self::ClientCredentials,
        }
    }
}

/// Returns the user name or client ID: the API key if there is one, or the account SID.
fn user(account: &Account) -> &str {
    match account.api_key.as_str() {
        "" => account.credential(ACCOUNT_SID),
        key => key,
    }
}

/// Returns the password or client secret.
fn password(account: &Account) -> &str {
    match account.api_key.as_str() {
        "" => account.credential(AUTH_TOKEN),
        _ => account.credential(API_SECRET),
    }
}

/// Returns whether a text is a SID with one of the prefixes.
pub(super) fn is_sid(text: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// The tokens of all accounts, shared by all calls.
#[derive(Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Token>>>>>);

struct Token {
    value: Secret,
    renew_at: DateTime<Utc>,
}

impl Tokens {
    /// Returns the place of an account's token. Another secret is another place.
    fn place(&self, account: &Account) -> Arc<tokio::sync::Mutex<Option<Token>>> {
        let key = Secret::new(format!(
            "{}\n{}\n{}",
            token_server(account),
            user(account),
            password(account)
        ));
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            places
                .entry(signature::sha256_hex(key.as_bytes()))
                .or_default(),
        )
    }
}

/// Returns the server of an account's tokens. A stand-in for KORE serves both.
fn token_server(account: &Account) -> &str {
    match account.endpoint.as_str() {
        KORE => KORE_TOKENS,
        other => other,
    }
}

impl SuperSim {
    /// Returns the token of an account. Only one call at a time asks for a new one.
    pub(super) async fn token(
        &self,
        account: &Account,
        rejected: Option<&Secret>,
    ) -> Result<Secret, SupplierError> {
        let place = self.tokens.place(account);
        let mut token = place.lock().await;
        if let Some(known) = token.as_ref()
            && self.http.now() < known.renew_at
            && rejected.is_none_or(|rejected| *rejected != known.value)
        {
            return Ok(known.value.clone());
        }
        *token = None;
        let new = self.request_token(account).await?;
        let value = new.value.clone();
        *token = Some(new);
        Ok(value)
    }

    /// Requests a token. Without a token no call is sent, so every failure is one without an effect.
    async fn request_token(&self, account: &Account) -> Result<Token, SupplierError> {
        let unreachable = |message: String| SupplierError::refused(Refusal::Unreachable, message);
        let reply = self
            .http
            .post(account, "token", &[])
            .at(token_server(account), &TOKEN_PATH)
            .form(&[
                ("grant_type", "client_credentials"),
                ("client_id", user(account)),
                ("client_secret", password(account)),
            ])
            .repeatable()
            .timeout(TOKEN_TIMEOUT)
            .send()
            .await
            .map_err(|error| match SupplierError::from(error) {
                SupplierError::Unknown { message, .. } => unreachable(format!("token: {message}")),
                error => error,
            })?;
        let body = reply.error_body();
        match reply.status {
            200..=299 => {}
            400 | 401 | 403 => {
                let reason = ["error_description", "message", "error"]
                    .iter()
                    .find_map(|name| body.get(name).text())
                    .unwrap_or_default();
                return Err(SupplierError::Unauthorized {
                    message: text::quote(account, reason),
                });
            }
            status => return Err(unreachable(format!("token: HTTP {status}"))),
        }
        let value = body
            .get("access_token")
            .string()
            .ok_or_else(|| unreachable("the answer has no token".into()))?;
        let life = body.get("expires_in").whole().unwrap_or(DEFAULT_LIFE_S);
        // Renewed after four fifths of its life, so that no call begins with a token about to expire.
        let renew_in = TimeDelta::try_seconds(life.clamp(0, 86_400) * 4 / 5).unwrap_or_default();
        Ok(Token {
            value: value.into(),
            renew_at: reply.received_at + renew_in,
        })
    }

    /// Authenticates a call with a user name and a password.
    pub(super) fn basic<'a>(account: &Account, call: Call<'a>) -> Call<'a> {
        let plain = Secret::new(format!("{}:{}", user(account), password(account)));
        let value = Secret::new(format!("Basic {}", STANDARD.encode(plain.as_bytes())));
        call.header("authorization", &value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::ProviderId;

    #[test]
    fn mode_follows_the_setting_and_then_the_user_name() {
        let sid = "AC0123456789abcdef0123456789abcdef";
        let key = sid.replace("AC", "SK");
        for (setting, key, mode) in [
            ("", "", Mode::Basic),
            ("", key.as_str(), Mode::Basic),
            ("", "f3c0a1", Mode::ClientCredentials),
            ("oauth2_client_credentials", "", Mode::ClientCredentials),
            ("basic", "f3c0a1", Mode::Basic),
        ] {
            let credentials = [
                (AUTH_MODE, setting),
                (ACCOUNT_SID, sid),
                (AUTH_TOKEN, "token"),
                (API_SECRET, "secret"),
            ];
            let account = Account {
                provider: ProviderId(uuid::Uuid::nil()),
                endpoint: String::new(),
                api_key: key.to_owned().into(),
                credentials: credentials
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned().into()))
                    .collect(),
            };
            assert_eq!(Mode::of(&account), mode, "{setting} {key}");
            let expected = match key {
                "" => (sid, "token"),
                key => (key, "secret"),
            };
            assert_eq!((user(&account), password(&account)), expected);
        }
    }

    #[test]
    fn tokens_of_kore_come_from_its_own_server() {
        let account = |endpoint: &str| Account {
            provider: ProviderId(uuid::Uuid::nil()),
            endpoint: endpoint.into(),
            api_key: String::new().into(),
            credentials: Default::default(),
        };
        assert_eq!(token_server(&account(KORE)), KORE_TOKENS);
        let other = "http://127.0.0.1:8080";
        assert_eq!(token_server(&account(other)), other);
    }
}
