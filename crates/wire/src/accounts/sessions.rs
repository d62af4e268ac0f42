//! Signing in: a short-lived access token, and a refresh cookie that changes with every use. Beside it, what one
//! proves with who one is: a password and a second factor.

use crate::{ApiClientId, Check, FieldErrors, SessionId, accounts::users::User};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The shortest password that is taken. Eight characters would do beside a second factor and fifteen without one;
/// twelve that are hard to guess serve both, and nobody has to know which of the two they are.
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password that is taken; none of it is cut off.
pub const LONGEST_PASSWORD: usize = 256;

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
    /// Where the account has a second factor: the six digits that the authenticator shows, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: Option<String>,
    /// The API client whose customer signs in, where the address belongs to customers of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ApiClientId>,
}

/// A session that has begun or was prolonged. The refresh token travels in a cookie only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Granted {
    /// Send it as `Authorization: Bearer ...`.
    pub access_token: String,
    /// When the access token ends; refresh before.
    pub expires_in: i64,
    /// Whether nothing can be done but set up a second factor, which members of the staff need.
    pub is_limited: bool,
    /// Who signed in.
    pub user: User,
    /// The time zone of the business, such as `Europe/Berlin`: its days are the days of lists, prices and reports.
    #[serde(default = "utc")]
    #[cfg_attr(feature = "server", schema(example = "Europe/Berlin"))]
    pub time_zone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// The browser and its system, as far as they can be told.
    #[cfg_attr(feature = "server", schema(example = "Firefox on Linux"))]
    pub device: String,
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

/// Somebody's sessions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Sessions {
    /// The sessions, the newest first.
    pub data: Vec<Session>,
}

/// Proof that it is still them: their password, or a code of their second factor.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Confirm {
    /// The password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// The six digits that the authenticator shows, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: Option<String>,
}

/// Whether one has a second factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Factor {
    /// Since when, if there is one.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// Recovery codes that have not served yet.
    pub recovery_codes: i64,
    /// Whether one may not be without.
    pub is_required: bool,
}

/// A second factor to be entered into an authenticator. It counts once a code has confirmed it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewFactor {
    /// The secret, to be typed where no picture can be scanned.
    pub secret: String,
    /// The same as authenticators read it.
    pub uri: String,
    /// The same as a picture, in SVG.
    pub qr_svg: String,
}

/// A code of the second factor.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FactorCode {
    /// The six digits that the authenticator shows.
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: String,
}

/// Both proofs at once, for taking the second factor away.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DisableFactor {
    /// The password.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
    /// The six digits that the authenticator shows, or a recovery code.
    #[cfg_attr(feature = "server", schema(example = "123456"))]
    pub code: String,
}

/// Codes that stand in for the second factor, once each. They are shown now and never again.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<String>,
}

/// A change of one's own password.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangePassword {
    /// The one in force.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub current: String,
    /// The one to come.
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub new: String,
}

/// Whose password was forgotten.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ForgottenPassword {
    /// The address of the account.
    #[cfg_attr(feature = "server", schema(example = "ada@example.com"))]
    pub email: String,
    /// The API client whose customer it is, where the address belongs to customers of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ApiClientId>,
}

/// A link with which a person chooses a password. It is shown once.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct InvitationLink {
    /// The link; it works once.
    pub url: String,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// What came with a mail.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PasswordLink {
    /// What stands behind the `#` of the link.
    pub token: String,
}

/// Where such a link leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PasswordAccount {
    /// The address of the account.
    pub email: String,
    /// Whether the panel is for them.
    pub is_staff: bool,
    /// Whether they have never had a password before.
    pub is_new: bool,
}

/// A password that replaces whatever was there before.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SetPassword {
    /// What stands behind the `#` of the link.
    pub token: String,
    /// The password to come.
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
impl Check for Confirm {
    fn check(&self, bad: &mut FieldErrors) {
        match (&self.password, &self.code) {
            (None, None) => bad.add("password", "required", "Enter your password or a code."),
            (Some(_), Some(_)) => bad.add("code", "too_many", "Enter one of the two."),
            (Some(password), None) => known_password(bad, "password", password),
            (None, Some(code)) => known_code(bad, code),
        }
    }
}
impl Check for FactorCode {
    fn check(&self, bad: &mut FieldErrors) {
        known_code(bad, &self.code);
    }
}
impl Check for DisableFactor {
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
            bad.add("new", "unchanged", "Choose another one than before.");
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

/// A password that is only compared: whatever may have been set before the rules of today.
fn known_password(bad: &mut FieldErrors, field: &str, password: &str) {
    if password.is_empty() {
        bad.add(field, "required", "Enter your password.");
    }
    if password.len() > LONGEST_PASSWORD * 4 {
        bad.add(field, "too_long", "Use 1024 bytes at most.");
    }
}

/// A password to come: long enough, and of any characters that can be typed. Whether it is easily guessed, the
/// server says.
fn new_password(bad: &mut FieldErrors, field: &str, password: &str) {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        bad.add(
            field,
            "too_short",
            format!("Use {SHORTEST_PASSWORD} characters or more."),
        );
    }
    if length > LONGEST_PASSWORD {
        bad.add(
            field,
            "too_long",
            format!("Use {LONGEST_PASSWORD} characters at most."),
        );
    }
    if password.chars().any(char::is_control) {
        bad.add(
            field,
            "control_character",
            "Remove the characters that cannot be typed.",
        );
    }
}

fn known_code(bad: &mut FieldErrors, code: &str) {
    if code.trim().is_empty() {
        bad.add(
            "code",
            "required",
            "Enter the six digits that your authenticator shows.",
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
            "The link is not whole. Open it from the mail again.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_long_enough_and_of_any_characters() {
        let faults = |password: &str| {
            let mut bad = FieldErrors::default();
            new_password(&mut bad, "new", password);
            bad.0
                .into_iter()
                .map(|fault| fault.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(faults("eleven char"), ["too_short"]);
        assert_eq!(faults("nul\0 in the middle"), ["control_character"]);
        assert_eq!(faults(&"x".repeat(257)), ["too_long"]);
        for taken in ["twelve chars", "пароль из слов", &"é".repeat(256)] {
            assert_eq!(faults(taken), Vec::<String>::new(), "{taken}");
        }
    }

    #[test]
    fn one_proof_is_enough_and_two_are_too_many() {
        let some = || Some("x".to_owned());
        let faults = |password, code| Confirm { password, code }.faults().len();
        assert_eq!(
            [
                (some(), None),
                (None, some()),
                (None, None),
                (some(), some())
            ]
            .map(|(password, code)| faults(password, code)),
            [0, 0, 1, 1]
        );
    }
}
