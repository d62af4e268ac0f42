//! Who may do what: one table, enforced by the server and used by the panel to hide what would be refused.

use crate::accounts::users::UserRole;

text_enum! {
    /// How far a permission reaches.
    Reach: text {
        /// Not at all.
        None = "none",
        /// To what is one's own.
        Own = "own",
        /// To everything.
        All = "all",
    }
}

/// A permission as a type, so that a handler's signature says what it needs.
pub trait Needs: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[$meta:meta])* $variant:ident = $text:tt: $super_admin:ident $admin:ident $support:ident $customer:ident;)+) => {
        text_enum! {
            /// Something that a caller may or may not do.
            Permission: text { $($(#[$meta])* $variant = $text),+ }
        }
        impl Permission {
            /// How far a role carries this permission.
            pub const fn reach(self, role: UserRole) -> Reach {
                match (self, role) {$(
                    (Self::$variant, UserRole::SuperAdmin) => Reach::$super_admin,
                    (Self::$variant, UserRole::Admin) => Reach::$admin,
                    (Self::$variant, UserRole::Support) => Reach::$support,
                    (Self::$variant, UserRole::Customer) => Reach::$customer,
                )+}
            }
        }
        /// The permissions as types.
        pub mod needs {
            use super::{Needs, Permission};
            $($(#[$meta])* pub struct $variant; impl Needs for $variant { const PERMISSION: Permission = Permission::$variant; })+
        }
    };
}

permissions! {
    //                                    super admin  support  customer
    /// See and end one's own sessions.
    SessionsOwn = "sessions:own":         Own Own Own Own;
    /// See people.
    UsersRead = "users:read":             All All All Own;
    /// Create and edit customers.
    UsersWrite = "users:write":           All All None None;
    /// Open the personal data that a list masks; every opening is logged.
    UsersReveal = "users:reveal":         All All All None;
    /// See plans; a customer sees those on sale.
    PlansRead = "plans:read":             All All All Own;
    /// Create, edit, withdraw, restore and import plans.
    PlansWrite = "plans:write":           All All None None;
    /// See prices; a customer sees those in force.
    PricingRead = "pricing:read":         All All All Own;
    /// Set and end prices.
    PricingWrite = "pricing:write":       All All None None;
    /// See what things cost us.
    CostsRead = "costs:read":             All All None None;
    /// See eSIMs, their codes masked.
    EsimsRead = "esims:read":             All All All Own;
    /// Import and edit eSIMs.
    EsimsWrite = "esims:write":           All All None None;
    /// Open an activation code; every opening is logged.
    EsimsReveal = "esims:reveal":         All All All Own;
    /// See orders.
    OrdersRead = "orders:read":           All All All Own;
    /// Place and cancel orders.
    OrdersWrite = "orders:write":         All All None Own;
    /// Send a delivery again.
    OrdersResend = "orders:resend":       All All All None;
    /// Take a stuck order up again.
    OrdersRetry = "orders:retry":         All All None None;
    /// See payments.
    TransactionsRead = "transactions:read": All All All Own;
    /// Tell the payment simulator what to do.
    PaymentsSimulate = "payments:simulate": All All None None;
    /// See providers and what they offer.
    ProvidersRead = "providers:read":     All All None None;
    /// Create and edit providers.
    ProvidersWrite = "providers:write":   All All None None;
    /// See what was sent to whom.
    NotificationsRead = "notifications:read": All All All None;
    /// Read the audit log.
    AuditRead = "audit:read":             All All None None;
    /// Take a whole list away as a file.
    ListsExport = "lists:export":         All All None None;
}
