//! Signing in: a short-lived access token, and a refresh cookie that changes with every use.

use crate::{Check, FieldErrors, SessionId, accounts::users::User};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What one signs in with.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewSession {
    /// The address of the account.
    #[cfg_attr(feature = "server", schema(example = "admin@example.com"))]
    pub email: String,
    /// Its password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
}

/// A session that has begun or was prolonged. The refresh token travels in a cookie only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Granted {
    /// Send it as `Authorization: Bearer ...`.
    pub access_token: String,
    /// When the access token ends; refresh before.
    pub expires_in: i64,
    /// Who signed in.
    pub user: User,
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// The browser, as it names itself.
    pub user_agent: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last prolonged.
    pub last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// The sessions of whoever asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Sessions {
    /// The sessions, the newest first.
    pub data: Vec<Session>,
}

impl Check for NewSession {
    fn check(&self, bad: &mut FieldErrors) {
        if self.email.trim().is_empty() {
            bad.add("email", "required", "Enter your e-mail address.");
        }
        if self.password.is_empty() {
            bad.add("password", "required", "Enter your password.");
        }
        if self.email.len() > 255 {
            bad.add("email", "too_long", "Use 255 characters at most.");
        }
        if self.password.len() > 1024 {
            bad.add("password", "too_long", "Use 1024 bytes at most.");
        }
    }
}
