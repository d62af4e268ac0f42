//! Sessions, passwords and two-factor authentication. A session has a short-lived access token and a refresh cookie
//! that changes with every use.

use crate::{ApiClientId, Check, FieldErrors, SessionId, accounts::users::User};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Minimum length of a password. Eight characters would be enough with a second factor and fifteen without one; twelve
/// that are hard to guess are enough for both, and users need not know which rule applies to them.
pub const MIN_PASSWORD_LENGTH: usize = 12;
/// Maximum length of a password. Passwords are never truncated.
pub const MAX_PASSWORD_LENGTH: usize = 256;

/// Credentials to sign in.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewSession {
    /// Email address of the account.
    #[cfg_attr(feature = "server", schema(example = "admin@example.com"))]
    pub email: String,
    /// Password of the account.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
    /// Code of the second factor, if the account has one: the six digits of the authenticator app, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: Option<String>,
    /// The API client that created the customer, if customers of several API clients use the email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ApiClientId>,
}

/// A new or refreshed session. The refresh token is sent in a cookie only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// The access token. Send it as `Authorization: Bearer ...`.
    pub access_token: String,
    /// Lifetime of the access token in seconds; refresh the session before it expires.
    pub expires_in: i64,
    /// Whether the session allows nothing but setting up two-factor authentication, which staff must have.
    pub is_limited: bool,
    /// The signed-in user.
    pub user: User,
    /// Time zone of the business, such as `Europe/Berlin`. Days in lists, prices and reports are days in this time
    /// zone.
    #[serde(default = "utc")]
    #[cfg_attr(feature = "server", schema(example = "Europe/Berlin"))]
    pub time_zone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A session of a signed-in browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// ID of the session.
    pub id: SessionId,
    /// Browser and operating system, as far as the user agent identifies them.
    #[cfg_attr(feature = "server", schema(example = "Firefox on Linux"))]
    pub device: String,
    /// User agent of the browser.
    pub user_agent: Option<String>,
    /// IP address of the browser.
    pub ip: Option<String>,
    /// When the user signed in.
    pub created_at: DateTime<Utc>,
    /// When the session was last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// Whether this is the session that makes the request.
    pub is_current: bool,
}

/// The sessions of a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// The sessions, the newest first.
    pub data: Vec<Session>,
}

/// Proof of the caller's identity: the password, or a code of the second factor.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ConfirmIdentity {
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// The six digits of the authenticator app, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: Option<String>,
}

/// Status of the caller's two-factor authentication.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MfaStatus {
    /// When two-factor authentication was set up; null when it is off.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// Number of unused recovery codes.
    pub recovery_codes: i64,
    /// Whether the caller's role requires two-factor authentication.
    pub is_required: bool,
}

/// The secret of a new second factor for an authenticator app. It takes effect once a code has confirmed it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MfaEnrolment {
    /// The secret, to be typed where no QR code can be scanned.
    pub secret: String,
    /// The secret as an `otpauth://` URI for authenticator apps.
    pub uri: String,
    /// The URI as a QR code in SVG.
    pub qr_svg: String,
}

/// A code of the second factor.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MfaCode {
    /// The six digits of the authenticator app.
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: String,
}

/// Password and code, which are both required to turn off two-factor authentication.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DisableMfa {
    /// The password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
    /// The six digits of the authenticator app, or a recovery code.
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: String,
}

/// Recovery codes, each of which replaces the second factor once. The API returns them only in this response.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<String>,
}

/// A change of the caller's own password.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    /// The current password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub current: String,
    /// The new password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub new: String,
}

/// A request for a link to reset a password.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ForgottenPassword {
    /// Email address of the account.
    #[cfg_attr(feature = "server", schema(example = "ada@example.com"))]
    pub email: String,
    /// The API client that created the customer, if customers of several API clients use the email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ApiClientId>,
}

/// A link with which a user sets a password. The API returns it only in this response.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct InvitationLink {
    /// The link; it can be used once.
    pub url: String,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
}

/// The token of a password link that was sent by email.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PasswordLink {
    /// The part of the link after the `#`.
    pub token: String,
}

/// The account of a password link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PasswordAccount {
    /// Email address of the account.
    pub email: String,
    /// Whether the user may use the panel.
    pub is_staff: bool,
    /// Whether the account has never had a password.
    pub is_new: bool,
}

/// A new password, set with a password link.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SetPassword {
    /// The part of the link after the `#`.
    pub token: String,
    /// The new password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
}

impl Check for NewSession {
    fn check(&self, bad: &mut FieldErrors) {
        known_email(bad, &self.email);
        known_password(bad, "password", &self.password);
        if let Some(code) = &self.code {
            known_code(bad, code);
        }
    }
}
impl Check for ConfirmIdentity {
    fn check(&self, bad: &mut FieldErrors) {
        match (&self.password, &self.code) {
            (None, None) => bad.add("password", "required", "Enter your password or a code."),
            (Some(_), Some(_)) => {
                bad.add("code", "too_many", "Enter a password or a code, not both.")
            }
            (Some(password), None) => known_password(bad, "password", password),
            (None, Some(code)) => known_code(bad, code),
        }
    }
}
impl Check for MfaCode {
    fn check(&self, bad: &mut FieldErrors) {
        known_code(bad, &self.code);
    }
}
impl Check for DisableMfa {
    fn check(&self, bad: &mut FieldErrors) {
        known_password(bad, "password", &self.password);
        known_code(bad, &self.code);
    }
}
impl Check for ChangePassword {
    fn check(&self, bad: &mut FieldErrors) {
        known_password(bad, "current", &self.current);
        new_password(bad, "new", &self.new);
        if !self.new.is_empty() && self.new == self.current {
            bad.add(
                "new",
                "unchanged",
                "Choose a password that differs from the current one.",
            );
        }
    }
}
impl Check for ForgottenPassword {
    fn check(&self, bad: &mut FieldErrors) {
        bad.email("email", self.email.trim());
    }
}
impl Check for PasswordLink {
    fn check(&self, bad: &mut FieldErrors) {
        token(bad, &self.token);
    }
}
impl Check for SetPassword {
    fn check(&self, bad: &mut FieldErrors) {
        token(bad, &self.token);
        new_password(bad, "password", &self.password);
    }
}

fn known_email(bad: &mut FieldErrors, email: &str) {
    if email.trim().is_empty() {
        bad.add("email", "required", "Enter your e-mail address.");
    }
    if email.len() > 255 {
        bad.add("email", "too_long", "Use 255 characters at most.");
    }
}

/// Validates a password that is only compared. It may have been set under older rules.
fn known_password(bad: &mut FieldErrors, field: &str, password: &str) {
    if password.is_empty() {
        bad.add(field, "required", "Enter your password.");
    }
    if password.len() > MAX_PASSWORD_LENGTH * 4 {
        bad.add(field, "too_long", "Use 1024 bytes at most.");
    }
}

/// Validates the length and the characters of a new password. The server also rejects passwords that are easy to guess.
fn new_password(bad: &mut FieldErrors, field: &str, password: &str) {
    let length = password.chars().count();
    if length < MIN_PASSWORD_LENGTH {
        bad.add(
            field,
            "too_short",
            format!("Use {MIN_PASSWORD_LENGTH} characters or more."),
        );
    }
    if length > MAX_PASSWORD_LENGTH {
        bad.add(
            field,
            "too_long",
            format!("Use {MAX_PASSWORD_LENGTH} characters at most."),
        );
    }
    if password.chars().any(char::is_control) {
        bad.add(field, "control_character", "Remove the control characters.");
    }
}

fn known_code(bad: &mut FieldErrors, code: &str) {
    if code.trim().is_empty() {
        bad.add(
            "code",
            "required",
            "Enter the six digits of your authenticator app.",
        );
    }
    if code.len() > 40 {
        bad.add("code", "too_long", "Use 40 characters at most.");
    }
}

fn token(bad: &mut FieldErrors, token: &str) {
    if token.is_empty() || token.len() > 100 {
        bad.add(
            "token",
            "ended",
            "The link is incomplete. Open the link in the email again.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_password_checks_length_and_control_characters() {
        let errors = |password: &str| {
            let mut bad = FieldErrors::default();
            new_password(&mut bad, "new", password);
            bad.0
                .into_iter()
                .map(|error| error.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(errors("eleven char"), ["too_short"]);
        assert_eq!(errors("nul\0 in the middle"), ["control_character"]);
        assert_eq!(errors(&"x".repeat(257)), ["too_long"]);
        for taken in ["twelve chars", "пароль из слов", &"é".repeat(256)] {
            assert_eq!(errors(taken), Vec::<String>::new(), "{taken}");
        }
    }

    #[test]
    fn confirm_identity_accepts_exactly_one_proof() {
        let some = || Some("x".to_owned());
        let errors = |password, code| ConfirmIdentity { password, code }.field_errors().len();
        assert_eq!(
            [
                (some(), None),
                (None, some()),
                (None, None),
                (some(), some())
            ]
            .map(|(password, code)| errors(password, code)),
            [0, 0, 1, 1]
        );
    }
}
