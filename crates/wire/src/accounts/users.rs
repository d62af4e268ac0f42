//! Customers and staff. Personal data is encrypted in the database and decrypted only for callers who may see it.

mod actions;
mod blocked;
mod timeline;

pub use actions::{BulkUserAction, NewRole, OptionalReason, RequiredReason};
pub use blocked::BlockedUser;
pub use timeline::{
    TimelineEvent, TimelineEventKind, TimelineFilter, TimelineSubject, TimelineSubjectKind,
    UserTimeline,
};

use crate::{AnyOf, ApiClientId, Check, FieldErrors, Resource, UserId, check::edit_field};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

text_enum! {
    /// Whether a user may sign in.
    UserStatus: UserStatus, "user_status" { Active = "active", Inactive = "inactive", Suspended = "suspended", Banned = "banned" }
}
text_enum! {
    /// The role of a user.
    UserRole: UserRole, "user_role" { Customer = "customer", Admin = "admin", SuperAdmin = "super_admin", Support = "support" }
}
text_enum! {
    /// Status of a customer's identity verification.
    KycStatus: KycStatus, "kyc_status" { Pending = "pending", Verified = "verified", Rejected = "rejected" }
}

/// Replaces the hidden characters of a masked text.
pub const MASK: &str = "•••";

impl UserStatus {
    /// Returns whether the status can change to `next`. Activating lifts a ban. A suspended user cannot become
    /// inactive, because inactive is the status of users who leave on their own.
    pub const fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (
                Self::Active,
                Self::Inactive | Self::Suspended | Self::Banned
            ) | (
                Self::Inactive,
                Self::Active | Self::Suspended | Self::Banned
            ) | (Self::Suspended, Self::Active | Self::Banned)
                | (Self::Banned, Self::Active)
        )
    }
}

impl UserRole {
    /// Returns whether the role may use the panel.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Customer)
    }
    /// Returns the rank of the role, for comparisons.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Customer => 0,
            Self::Support => 1,
            Self::Admin => 2,
            Self::SuperAdmin => 3,
        }
    }
}

/// A user. For support, the email address, the names and the phone number are masked until revealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct User {
    /// ID of the user.
    pub id: UserId,
    /// Email address, also used to sign in.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Phone number with country code.
    pub phone: Option<String>,
    /// True when the personal data above is masked.
    pub is_masked: bool,
    /// True when some of the personal data above cannot be decrypted, because it was changed outside the program or its
    /// key is missing. Such a value reads `(unreadable)`, and the audit log records it.
    #[serde(default)]
    pub is_unreadable: bool,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// Role of the user.
    pub role: UserRole,
    /// Status of the identity verification.
    pub kyc_status: KycStatus,
    /// When the user was created.
    pub created_at: DateTime<Utc>,
    /// When the user was last changed.
    pub updated_at: DateTime<Utc>,
    /// When the user last signed in.
    pub last_login: Option<DateTime<Utc>>,
    /// The API client that created the user; null for direct customers and staff.
    pub client_id: Option<ApiClientId>,
    /// When the user was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When the user's personal data was permanently erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// Version of the user, as sent in the `ETag`.
    pub version: i32,
}

/// A customer or staff member to create. The user receives an email with a link to set a password, and can then sign
/// in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// Email address, also used to sign in. It must be unique among users that are not deleted.
    #[cfg_attr(feature = "server", schema(example = "ada@example.com"))]
    pub email: String,
    /// Given name.
    #[cfg_attr(feature = "server", schema(example = "Ada"))]
    pub first_name: String,
    /// Family name; empty for people with a single name.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "Lovelace"))]
    pub last_name: String,
    /// Phone number in any usual notation. A number without a country code belongs to the country of the business.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "+44 20 7946 0000"))]
    pub phone: Option<String>,
    /// Role of the user; customer when absent. Only super administrators can create staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UserRole>,
}

/// A change of a user; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditUser {
    /// Email address, also used to sign in.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub email: Option<String>,
    /// Given name.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub last_name: Option<String>,
    /// Phone number; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub phone: Option<Option<String>>,
}

/// A change of the caller's own profile; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditProfile {
    /// Given name.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub first_name: Option<String>,
    /// Family name; empty for people with a single name.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub last_name: Option<String>,
    /// Phone number; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub phone: Option<Option<String>>,
}

filter! {
    /// Filter of the list of users.
    UserFilter {
        /// Search text: an email address, words or word prefixes of the name, or a phone number.
        q: String,
        /// Users with any of these statuses.
        status: AnyOf<UserStatus>,
        /// Users with any of these roles.
        role: AnyOf<UserRole>,
        /// Users with any of these KYC statuses.
        kyc_status: AnyOf<KycStatus>,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
        /// Last signed in at or after.
        last_login_from: DateTime<Utc>,
        /// Last signed in before.
        last_login_to: DateTime<Utc>,
        /// Users created by this API client.
        client_id: ApiClientId,
        /// Deleted users instead of the others, for callers who may restore them.
        is_deleted: bool,
    }
}
sort_keys!(
    /// Sort keys of the list of people.
    UserSort { CreatedAt = "created_at" desc, LastLogin = "last_login", UpdatedAt = "updated_at" });

impl User {
    /// Returns the first and last name as one text.
    pub fn full_name(&self) -> String {
        full_name(&self.first_name, &self.last_name)
    }
}

/// Joins a first name with a last name that may be empty.
pub fn full_name(first_name: &str, last_name: &str) -> String {
    [first_name, last_name]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Resource for User {
    const PATH: &'static str = "/v1/users";
    const ONE: &'static str = "user";
    const MANY: &'static str = "users";
    const NAMES_PEOPLE: bool = true;
    type Id = UserId;
    type Filter = UserFilter;
    type Sort = UserSort;
    fn id(&self) -> UserId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.full_name()
    }
}

impl Check for NewUser {
    fn check(&self, bad: &mut FieldErrors) {
        email(bad, &self.email);
        name(bad, "first_name", &self.first_name);
        last_name(bad, &self.last_name);
        if let Some(number) = &self.phone {
            phone(bad, number);
        }
    }
}
impl Check for EditProfile {
    fn check(&self, bad: &mut FieldErrors) {
        let edit = EditUser {
            email: None,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            phone: self.phone.clone(),
        };
        edit.check(bad);
    }
}
impl Check for EditUser {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(text) = &self.email {
            email(bad, text);
        }
        if let Some(text) = &self.first_name {
            name(bad, "first_name", text);
        }
        if let Some(text) = &self.last_name {
            last_name(bad, text);
        }
        if let Some(Some(number)) = &self.phone {
            phone(bad, number);
        }
    }
}

fn email(bad: &mut FieldErrors, text: &str) {
    if is_plain(bad, "email", text) {
        bad.email("email", text);
    }
}
fn name(bad: &mut FieldErrors, field: &str, text: &str) {
    if is_plain(bad, field, text) {
        bad.name(field, text, 100);
    }
}
/// Validates a last name. A user with a single name has it as the first name.
fn last_name(bad: &mut FieldErrors, text: &str) {
    if !text.trim().is_empty() {
        name(bad, "last_name", text);
    }
}
fn phone(bad: &mut FieldErrors, text: &str) {
    if is_plain(bad, "phone", text) {
        bad.phone("phone", text);
    }
}

/// Rejects masked values, so that a masked value never replaces the real one.
fn is_plain(bad: &mut FieldErrors, field: &str, text: &str) -> bool {
    let is_masked = text.contains(MASK);
    if is_masked {
        bad.add(
            field,
            "masked",
            "This value is masked. Reveal it first, or leave the field out.",
        );
    }
    !is_masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn can_become_allows_listed_transitions() {
        use UserStatus::{Active, Banned, Inactive, Suspended};
        let allowed: Vec<(UserStatus, UserStatus)> = UserStatus::ALL
            .iter()
            .flat_map(|from| UserStatus::ALL.iter().map(|to| (*from, *to)))
            .filter(|(from, to)| from.can_become(*to))
            .collect();
        assert_eq!(
            allowed,
            [
                (Active, Inactive),
                (Active, Suspended),
                (Active, Banned),
                (Inactive, Active),
                (Inactive, Suspended),
                (Inactive, Banned),
                (Suspended, Active),
                (Suspended, Banned),
                (Banned, Active),
            ]
        );
    }

    #[test]
    fn masked_values_are_rejected() {
        let edit = EditUser {
            email: Some("a•••@e•••.com".into()),
            first_name: Some("A•••".into()),
            phone: Some(Some("•••12".into())),
            ..EditUser::default()
        };
        let errors = edit.field_errors();
        assert_eq!(errors.len(), 3);
        assert!(errors.iter().all(|error| error.code == "masked"));
    }
}
