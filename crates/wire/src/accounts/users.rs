//! Customers and staff. What names a person is sealed in the database and opened only for who may see it.

use crate::{AnyOf, Check, FieldErrors, Resource, UserId, check::maybe};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

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

impl UserRole {
    /// Whether the panel is for them.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::Customer)
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
    /// Revision, as the ETag carries it.
    pub version: i32,
}

/// A customer to be created. They sign in once they have set a password through the mail they get.
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
    /// Family name.
    #[cfg_attr(feature = "server", schema(example = "Lovelace"))]
    pub last_name: String,
    /// Phone number with country code.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "+44 20 7946 0000"))]
    pub phone: Option<String>,
}

/// A change of a person; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditUser {
    /// The address to write to and to sign in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Phone number; null removes it.
    #[serde(
        default,
        deserialize_with = "maybe::given",
        skip_serializing_if = "Option::is_none"
    )]
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
    }
}
sort_keys!(/** What the list of people can be ordered by. */ UserSort { CreatedAt = "created_at" desc, LastLogin = "last_login", UpdatedAt = "updated_at" });

impl User {
    /// Both names, as people say them.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

impl Resource for User {
    const PATH: &'static str = "/v1/users";
    const ONE: &'static str = "user";
    const MANY: &'static str = "users";
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
        bad.email("email", &self.email);
        bad.length("first_name", &self.first_name, 1, 100);
        bad.length("last_name", &self.last_name, 1, 100);
        if let Some(phone) = &self.phone {
            bad.phone("phone", phone);
        }
    }
}
impl Check for EditUser {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(email) = &self.email {
            bad.email("email", email);
        }
        if let Some(name) = &self.first_name {
            bad.length("first_name", name, 1, 100);
        }
        if let Some(name) = &self.last_name {
            bad.length("last_name", name, 1, 100);
        }
        if let Some(Some(phone)) = &self.phone {
            bad.phone("phone", phone);
        }
    }
}
