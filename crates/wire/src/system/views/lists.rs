//! The lists that a view can be of.

/// The lists of the panel, by their addresses there.
pub const LISTS: &[&str] = &[
    "/accounts/api-clients",
    "/accounts/kyc",
    "/accounts/users",
    "/billing/claims",
    "/billing/credit-notes",
    "/billing/disputes",
    "/billing/invoices",
    "/billing/orders",
    "/billing/reconciliation",
    "/billing/refunds",
    "/billing/transactions",
    "/catalog/plans",
    "/catalog/price-changes",
    "/catalog/price-lists",
    "/catalog/pricing",
    "/catalog/promotions",
    "/esims/inventory",
    "/integrations/offers",
    "/integrations/providers",
    "/integrations/provisioning",
    "/messaging/notifications",
    "/system/access",
    "/system/audit",
];
