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
    ($($(#[doc = $about:literal])+ $variant:ident = $text:tt: $super_admin:ident $admin:ident $support:ident $customer:ident $client:ident;)+) => {
        text_enum! {
            /// Something that a caller may or may not do.
            Permission: text { $($(#[doc = $about])+ $variant = $text),+ }
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
        impl Permission {
            /// How far an integrator's client carries this permission, where its scopes name it.
            pub const fn reach_of_clients(self) -> Reach {
                match self { $(Self::$variant => Reach::$client),+ }
            }
        }
        impl Permission {
            /// What it lets somebody do, as a sentence.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($about),+).trim_ascii()),+ }
            }
        }
        /// The permissions as types.
        pub mod needs {
            use super::{Needs, Permission};
            $($(#[doc = $about])+ pub struct $variant; impl Needs for $variant { const PERMISSION: Permission = Permission::$variant; })+
        }
    };
}

permissions! {
    //                                        super admin  support  customer integrator
    /// See and end one's own sessions, and change how one signs in.
    SessionsOwn = "sessions:own":             Own Own Own Own None;
    /// See and end other people's sessions.
    SessionsManage = "sessions:manage":       All All None None None;
    /// See people.
    UsersRead = "users:read":                 All All All Own Own;
    /// Create customers.
    UsersCreate = "users:create":             All All None None Own;
    /// Edit customers' names and addresses.
    UsersWrite = "users:write":               All All All None Own;
    /// Activate, suspend and ban people.
    UsersStatus = "users:status":             All All None None None;
    /// Give and take roles.
    UsersRoles = "users:roles":               All None None None None;
    /// Create links with which people choose a password.
    UsersInvite = "users:invite":             All None None None None;
    /// Edit one's own name and phone number.
    ProfileWrite = "profile:write":           None None None Own None;
    /// Delete and restore people.
    UsersDelete = "users:delete":             All All None None None;
    /// Take away everything that is known of a person, as a file.
    UsersExport = "users:export":             All All None Own None;
    /// Erase a person's data for good.
    UsersErase = "users:erase":               All None None None None;
    /// Open the personal data that a list masks; every opening is logged.
    UsersReveal = "users:reveal":             All All All None None;
    /// See what documents a customer has sent, and what was decided.
    KycRead = "kyc:read":                     All All None Own Own;
    /// Send documents.
    KycUpload = "kyc:upload":                 All All None Own Own;
    /// Open documents, approve and reject them; every opening is logged.
    KycReview = "kyc:review":                 All All None None None;
    /// See integrators' clients.
    ApiClientsRead = "api-clients:read":      All All None None None;
    /// Create, edit and revoke integrators' clients.
    ApiClientsWrite = "api-clients:write":    All All None None None;
    /// Give an integrator's client a new key.
    ApiClientsRotate = "api-clients:rotate":  All None None None None;
    /// See plans; a customer sees those on sale.
    PlansRead = "plans:read":                 All All All Own Own;
    /// Create, edit, withdraw, restore and import plans.
    PlansWrite = "plans:write":               All All None None None;
    /// See prices; a customer sees those in force.
    PricingRead = "pricing:read":             All All All Own Own;
    /// Set and end prices.
    PricingWrite = "pricing:write":           All All None None None;
    /// See promotions and who has used them.
    PromotionsRead = "promotions:read":       All All All None None;
    /// Create, edit and end promotions.
    PromotionsWrite = "promotions:write":     All All None None None;
    /// See what things cost us.
    CostsRead = "costs:read":                 All All None None None;
    /// See eSIMs, their codes masked.
    EsimsRead = "esims:read":                 All All All Own Own;
    /// Import and edit eSIMs.
    EsimsWrite = "esims:write":               All All None None None;
    /// Open an activation code; every opening is logged.
    EsimsReveal = "esims:reveal":             All All All Own Own;
    /// See orders.
    OrdersRead = "orders:read":               All All All Own Own;
    /// Place and cancel orders.
    OrdersWrite = "orders:write":             All All None Own Own;
    /// Send a delivery again.
    OrdersResend = "orders:resend":           All All All None None;
    /// Take a stuck order up again.
    OrdersRetry = "orders:retry":             All All None None None;
    /// See payments.
    TransactionsRead = "transactions:read":   All All All Own Own;
    /// See the sums of what came in and what went back.
    PaymentsOverview = "payments:overview":   All All None None None;
    /// Confirm a payment that came in beside the gateway.
    PaymentsRecord = "payments:record":       All All None None None;
    /// Tell the payment simulator what to do.
    PaymentsSimulate = "payments:simulate":   All All None None None;
    /// See payments that a customer's bank takes back.
    DisputesRead = "disputes:read":           All All All None None;
    /// See invoices and credit notes.
    InvoicesRead = "invoices:read":           All All All Own Own;
    /// See refunds.
    RefundsRead = "refunds:read":             All All All Own Own;
    /// Ask for a refund.
    RefundsRequest = "refunds:request":       All All All None Own;
    /// Approve, reject and retry refunds, and settle claims on providers.
    RefundsDecide = "refunds:decide":         All All None None None;
    /// See what does not add up.
    CasesRead = "cases:read":                 All All All None None;
    /// Claim, escalate and resolve what does not add up.
    CasesWrite = "cases:write":               All All None None None;
    /// See providers and what they offer.
    ProvidersRead = "providers:read":         All All None None None;
    /// Create and edit providers.
    ProvidersWrite = "providers:write":       All All None None None;
    /// Replace a provider's key.
    ProvidersRotate = "providers:rotate":     All None None None None;
    /// See what was sent to whom.
    NotificationsRead = "notifications:read": All All All None None;
    /// Find pages, people and records from one field.
    SearchUse = "search:use":                 All All All None None;
    /// See the settings.
    SettingsRead = "settings:read":           All All None None None;
    /// Change the settings.
    SettingsWrite = "settings:write":         All All None None None;
    /// Read the audit log, and check that it is whole.
    AuditRead = "audit:read":                 All All None None None;
    /// Read who has seen personal data.
    AccessRead = "access:read":               All All None None None;
    /// See what is sealed with which key.
    KeysRead = "keys:read":                   All None None None None;
    /// Save views of lists for oneself.
    ViewsOwn = "views:own":                   Own Own Own None None;
    /// Share views of lists with a role or with everyone.
    ViewsShare = "views:share":               All All None None None;
    /// Take a whole list away as a file.
    ListsExport = "lists:export":             All All None None None;
}
