//! Customers and staff. What names a person is sealed in the database and opened only for who may see it.

mod acts;
mod closed;
mod happenings;

pub use acts::{Because, NewRole, Remark, UserAct};
pub use closed::ClosedUser;
pub use happenings::{Happening, HappeningFilter, HappeningKind, Happenings, Subject, SubjectKind};

use crate::{AnyOf, ApiClientId, Check, FieldErrors, Resource, UserId, check::maybe};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

text_enum! {
    /// Whether a person may use the system.
    UserStatus: UserStatus, "user_status" { Active = "active", Inactive = "inactive", Suspended = "suspended", Banned = "banned" }
}
text_enum! {
    /// What a person is here.
    UserRole: UserRole, "user_role" { Customer = "customer", Admin = "admin", SuperAdmin = "super_admin", Support = "support" }
}
text_enum! {
    /// How far a customer's identity is proven.
    KycStatus: KycStatus, "kyc_status" { Pending = "pending", Verified = "verified", Rejected = "rejected" }
}

/// What stands for the letters of a masked text.
pub const HIDDEN: &str = "•••";

impl UserStatus {
    /// Whether a person may be moved from this state to that one. A ban is lifted by activating, and a suspension is
    /// not turned into rest, which people leave by themselves.
    pub const fn may_become(self, next: Self) -> bool {
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
    /// Whether the panel is for them.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Customer)
    }
    /// How much a role may do, compared with the others.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Customer => 0,
            Self::Support => 1,
            Self::Admin => 2,
            Self::SuperAdmin => 3,
        }
    }
}

/// A person. For support, the e-mail address, the names and the phone number are masked until they are opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct User {
    /// Which person.
    pub id: UserId,
    /// The address to write to and to sign in with.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Phone number with country code.
    pub phone: Option<String>,
    /// True when the personal data above is masked.
    pub is_masked: bool,
    /// True when some of the personal data above cannot be read any more: it was changed outside the program, or its key
    /// is missing. Such a value reads `(unreadable)`, and the audit log records it.
    #[serde(default)]
    pub is_unreadable: bool,
    /// Whether they may use the system.
    pub status: UserStatus,
    /// What they are here.
    pub role: UserRole,
    /// How far their identity is proven.
    pub kyc_status: KycStatus,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
    /// When they were last changed.
    pub updated_at: DateTime<Utc>,
    /// When they last signed in.
    pub last_login: Option<DateTime<Utc>>,
    /// The integrator's client that has brought them; null for the house's own.
    pub client_id: Option<ApiClientId>,
    /// When they were deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When their personal data was erased for good.
    pub erased_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
}

/// A customer or a member of the staff to be created. They sign in once they have set a password through the mail they get.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// The address to write to and to sign in with; unique among the living.
    #[cfg_attr(feature = "server", schema(example = "ada@example.com"))]
    pub email: String,
    /// Given name.
    #[cfg_attr(feature = "server", schema(example = "Ada"))]
    pub first_name: String,
    /// Family name; empty for people with a single name.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "Lovelace"))]
    pub last_name: String,
    /// Phone number in any usual notation; without a country code it belongs to the country of the business.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "+44 20 7946 0000"))]
    pub phone: Option<String>,
    /// What they are here; a customer when absent. Staff are created by super administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UserRole>,
}

/// A change of a person; what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditUser {
    /// The address to write to and to sign in with.
    #[serde(default, deserialize_with = "maybe::value")]
    pub email: Option<String>,
    /// Given name.
    #[serde(default, deserialize_with = "maybe::value")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "maybe::value")]
    pub last_name: Option<String>,
    /// Phone number; null removes it.
    #[serde(default, deserialize_with = "maybe::given")]
    pub phone: Option<Option<String>>,
}

/// A change of one's own profile; what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditProfile {
    /// Given name.
    #[serde(default, deserialize_with = "maybe::value")]
    pub first_name: Option<String>,
    /// Family name; empty for people with a single name.
    #[serde(default, deserialize_with = "maybe::value")]
    pub last_name: Option<String>,
    /// Phone number; null removes it.
    #[serde(default, deserialize_with = "maybe::given")]
    pub phone: Option<Option<String>>,
}

filter! {
    /// What the list of people can be narrowed by.
    UserFilter {
        /// An e-mail address, words or word beginnings of the name, or a phone number.
        q: String,
        /// Any of these states.
        status: AnyOf<UserStatus>,
        /// Any of these roles.
        role: AnyOf<UserRole>,
        /// Any of these KYC states.
        kyc_status: AnyOf<KycStatus>,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
        /// Last signed in at or after.
        last_login_from: DateTime<Utc>,
        /// Last signed in before.
        last_login_to: DateTime<Utc>,
        /// Brought by this integrator's client.
        client_id: ApiClientId,
        /// The deleted ones instead of the living, for who may restore them.
        is_deleted: bool,
    }
}
sort_keys!(/** What the list of people can be ordered by. */ UserSort { CreatedAt = "created_at" desc, LastLogin = "last_login", UpdatedAt = "updated_at" });

impl User {
    /// Both names, as people say them.
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
/// People with a single name have it as their first name.
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

/// What was shown masked must not come back as the thing itself.
fn is_plain(bad: &mut FieldErrors, field: &str, text: &str) -> bool {
    let is_masked = text.contains(HIDDEN);
    if is_masked {
        bad.add(
            field,
            "masked",
            "This is the masked form. Reveal it first, or leave the field out.",
        );
    }
    !is_masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_follow_each_other_as_they_should() {
        use UserStatus::{Active, Banned, Inactive, Suspended};
        let allowed: Vec<(UserStatus, UserStatus)> = UserStatus::ALL
            .iter()
            .flat_map(|from| UserStatus::ALL.iter().map(|to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
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
    fn a_mask_is_not_a_value() {
        let edit = EditUser {
            email: Some("a•••@e•••.com".into()),
            first_name: Some("A•••".into()),
            phone: Some(Some("•••12".into())),
            ..EditUser::default()
        };
        let faults = edit.faults();
        assert_eq!(faults.len(), 3);
        assert!(faults.iter().all(|fault| fault.code == "masked"));
    }
}
