//! Permissions of roles: one table, which the server enforces and the panel uses to hide what the server would reject.

use crate::accounts::users::UserRole;

text_enum! {
    /// The records that a permission covers.
    Reach: text {
        /// No records.
        None = "none",
        /// The caller's own records.
        Own = "own",
        /// All records.
        All = "all",
    }
}

/// A permission as a type, so that a handler's signature states the permission it requires.
pub trait Needs: Send + Sync + 'static {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($(#[doc = $about:literal])+ $variant:ident = $text:tt: $super_admin:ident $admin:ident $support:ident $customer:ident $client:ident;)+) => {
        text_enum! {
            /// A permission of a caller.
            Permission: text { $($(#[doc = $about])+ $variant = $text),+ }
        }
        impl Permission {
            /// Returns the records for which a role has this permission.
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
            /// Returns the records for which an API client has this permission, if its scopes name it.
            pub const fn reach_of_clients(self) -> Reach {
                match self { $(Self::$variant => Reach::$client),+ }
            }
        }
        impl Permission {
            /// Returns what the permission allows, as a sentence.
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
    /// View and end own sessions, and change own password and two-factor authentication.
    SessionsOwn = "sessions:own":             Own Own Own Own None;
    /// View and end sessions of other users.
    SessionsManage = "sessions:manage":       All All None None None;
    /// View users.
    UsersRead = "users:read":                 All All All Own Own;
    /// Create customers.
    UsersCreate = "users:create":             All All None None Own;
    /// Edit names and contact details of customers.
    UsersWrite = "users:write":               All All All None Own;
    /// Activate, suspend and ban users.
    UsersStatus = "users:status":             All All None None None;
    /// Change roles of users.
    UsersRoles = "users:roles":               All None None None None;
    /// Create invitation links with which users set a password.
    UsersInvite = "users:invite":             All None None None None;
    /// Edit own name and phone number.
    ProfileWrite = "profile:write":           None None None Own None;
    /// Delete and restore users.
    UsersDelete = "users:delete":             All All None None None;
    /// Export all personal data of a user as a file.
    UsersExport = "users:export":             All All None Own None;
    /// Erase personal data of users permanently.
    UsersErase = "users:erase":               All None None None None;
    /// Reveal masked contact details; access is logged.
    UsersReveal = "users:reveal":             All All All None None;
    /// View identity documents of customers and their review status.
    KycRead = "kyc:read":                     All All None Own Own;
    /// Upload identity documents.
    KycUpload = "kyc:upload":                 All All None Own Own;
    /// Open, approve and reject identity documents; access is logged.
    KycReview = "kyc:review":                 All All None None None;
    /// View API clients.
    ApiClientsRead = "api-clients:read":      All All None None None;
    /// Create, edit and revoke API clients.
    ApiClientsWrite = "api-clients:write":    All All None None None;
    /// Issue new keys for API clients.
    ApiClientsRotate = "api-clients:rotate":  All None None None None;
    /// View plans; customers see plans on sale only.
    PlansRead = "plans:read":                 All All All Own Own;
    /// Create, edit, archive, restore and import plans.
    PlansWrite = "plans:write":               All All None None None;
    /// View prices; customers see current prices only.
    PricingRead = "pricing:read":             All All All Own Own;
    /// Set and end prices.
    PricingWrite = "pricing:write":           All All None None None;
    /// View promotions and their uses.
    PromotionsRead = "promotions:read":       All All All None None;
    /// Create, edit and end promotions.
    PromotionsWrite = "promotions:write":     All All None None None;
    /// View costs and margins.
    CostsRead = "costs:read":                 All All None None None;
    /// View eSIMs with masked activation codes.
    EsimsRead = "esims:read":                 All All All Own Own;
    /// Import and edit eSIMs.
    EsimsWrite = "esims:write":               All All None None None;
    /// Reveal activation codes; access is logged.
    EsimsReveal = "esims:reveal":             All All All Own Own;
    /// Suspend, resume and refresh eSIMs.
    EsimsOperate = "esims:operate":           All All All None Own;
    /// Cancel eSIMs.
    EsimsCancel = "esims:cancel":             All All None None None;
    /// Assign eSIMs to another customer.
    EsimsReassign = "esims:reassign":         All All None None None;
    /// View the stock by plan and its thresholds.
    StockRead = "stock:read":                 All All All None None;
    /// Set stock thresholds.
    StockWrite = "stock:write":               All All None None None;
    /// Send readings of usage counters.
    UsageWrite = "usage:write":               All All None None Own;
    /// Ask providers for the current usage.
    UsageRefresh = "usage:refresh":           All All All None None;
    /// View orders.
    OrdersRead = "orders:read":               All All All Own Own;
    /// Place and cancel orders.
    OrdersWrite = "orders:write":             All All None Own Own;
    /// Resend delivery emails.
    OrdersResend = "orders:resend":           All All All None None;
    /// Retry stuck orders.
    OrdersRetry = "orders:retry":             All All None None None;
    /// View payments.
    TransactionsRead = "transactions:read":   All All All Own Own;
    /// View totals of payments and refunds.
    PaymentsOverview = "payments:overview":   All All None None None;
    /// Record payments received outside the gateway.
    PaymentsRecord = "payments:record":       All All None None None;
    /// Control the payment simulator.
    PaymentsSimulate = "payments:simulate":   All All None None None;
    /// View payment disputes.
    DisputesRead = "disputes:read":           All All All None None;
    /// View invoices and credit notes.
    InvoicesRead = "invoices:read":           All All All Own Own;
    /// View refunds.
    RefundsRead = "refunds:read":             All All All Own Own;
    /// Request refunds.
    RefundsRequest = "refunds:request":       All All All None Own;
    /// Approve, reject and retry refunds, and close supplier claims.
    RefundsDecide = "refunds:decide":         All All None None None;
    /// View reconciliation cases.
    CasesRead = "cases:read":                 All All All None None;
    /// Claim, escalate and resolve reconciliation cases.
    CasesWrite = "cases:write":               All All None None None;
    /// View providers and their offers.
    ProvidersRead = "providers:read":         All All None None None;
    /// Create and edit providers.
    ProvidersWrite = "providers:write":       All All None None None;
    /// Replace API keys of providers.
    ProvidersRotate = "providers:rotate":     All None None None None;
    /// View sent messages.
    NotificationsRead = "notifications:read": All All All None None;
    /// View own notifications in the panel.
    NotificationsOwn = "notifications:own":  Own Own Own None None;
    /// View support tickets and their messages; customers see their own without internal notes.
    TicketsRead = "tickets:read":             All All All Own Own;
    /// Open support tickets, answer in them and attach files.
    TicketsCreate = "tickets:create":         All All All Own Own;
    /// Rate the support of own tickets.
    TicketsRate = "tickets:rate":             None None None Own Own;
    /// Assign, edit, resolve, merge and split tickets, write internal notes and run macros.
    TicketsWrite = "tickets:write":           All All All None None;
    /// Edit service levels, macros and rules for new tickets.
    TicketsSetup = "tickets:setup":           All All None None None;
    /// View articles of the knowledge base and their drafts.
    ArticlesRead = "articles:read":           All All All None None;
    /// Create, edit and publish articles of the knowledge base.
    ArticlesWrite = "articles:write":         All All All None None;
    /// View the dashboard; amounts require the permission for financial reports.
    DashboardRead = "dashboard:read":         All All All None None;
    /// View financial reports, their entries and exchange rates.
    ReportsRead = "reports:read":             All All None None None;
    /// Generate and lock financial reports, and enter exchange rates.
    ReportsWrite = "reports:write":           All All None None None;
    /// View analytics.
    AnalyticsRead = "analytics:read":         All All None None None;
    /// Send analytics events.
    EventsWrite = "events:write":             All All None None Own;
    /// Search pages, users and records.
    SearchUse = "search:use":                 All All All None None;
    /// View settings.
    SettingsRead = "settings:read":           All All None None None;
    /// Edit settings.
    SettingsWrite = "settings:write":         All All None None None;
    /// View and verify the audit log.
    AuditRead = "audit:read":                 All All None None None;
    /// View the log of access to personal data.
    AccessRead = "access:read":               All All None None None;
    /// View encryption keys and their use.
    KeysRead = "keys:read":                   All None None None None;
    /// Save own views of lists.
    ViewsOwn = "views:own":                   Own Own Own None None;
    /// Share views of lists with a role or with all staff.
    ViewsShare = "views:share":               All All None None None;
    /// Export lists as files.
    ListsExport = "lists:export":             All All None None None;
}
