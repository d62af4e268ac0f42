//! The lists of the panel by path, and the parameters of each.

use crate::{
    Filter, Paging, Resource,
    accounts::{api_clients::ApiClient, kyc::KycDocument, users::User},
    billing::{
        disputes::Dispute,
        invoices::{CreditNote, Invoice},
        orders::Order,
        reconciliation::Case,
        refunds::{Refund, SupplierClaim},
        transactions::Transaction,
    },
    catalog::{
        plans::Plan,
        price_lists::PriceList,
        pricing::{Price, PriceChange},
        promotions::Promotion,
    },
    esims::{
        active::ActiveEsim, inventory::Esim, operations::EsimOperation, stock::StockThreshold,
        usage::MonitoredEsim,
    },
    integrations::{
        allocations::Provisioning,
        providers::{Offer, Provider},
    },
    messaging::notifications::Notification,
    support::{
        articles::{Article, ArticleSearch},
        inbound::InboundEmail,
        macros::{TicketMacro, TicketRule},
        tickets::Ticket,
    },
    system::audit::{AccessEntry, AuditEntry},
};

/// Parses one parameter of a list. Returns `false` when the list does not know the key.
type Read = fn(&str, &str) -> Result<bool, &'static str>;

/// The parameter that names the columns.
const COLUMNS: &str = "cols";

/// All lists of which views can be saved.
const LISTS: &[(&str, Read)] = &[
    ("/accounts/api-clients", read::<ApiClient>),
    ("/accounts/kyc", read::<KycDocument>),
    ("/accounts/users", read::<User>),
    ("/billing/claims", read::<SupplierClaim>),
    ("/billing/credit-notes", read::<CreditNote>),
    ("/billing/disputes", read::<Dispute>),
    ("/billing/invoices", read::<Invoice>),
    ("/billing/orders", read::<Order>),
    ("/billing/reconciliation", read::<Case>),
    ("/billing/refunds", read::<Refund>),
    ("/billing/transactions", read::<Transaction>),
    ("/catalog/plans", read::<Plan>),
    ("/catalog/price-changes", read::<PriceChange>),
    ("/catalog/price-lists", read::<PriceList>),
    ("/catalog/pricing", read::<Price>),
    ("/catalog/promotions", read::<Promotion>),
    ("/esims/active", read::<ActiveEsim>),
    ("/esims/inventory", read::<Esim>),
    ("/esims/operations", read::<EsimOperation>),
    ("/esims/stock", read::<StockThreshold>),
    ("/esims/usage", read::<MonitoredEsim>),
    ("/integrations/offers", read::<Offer>),
    ("/integrations/providers", read::<Provider>),
    ("/integrations/provisioning", read::<Provisioning>),
    ("/messaging/notifications", read::<Notification>),
    ("/support/articles", read::<Article>),
    ("/support/emails", read::<InboundEmail>),
    ("/support/macros", read::<TicketMacro>),
    ("/support/rules", read::<TicketRule>),
    ("/support/searches", read::<ArticleSearch>),
    ("/support/tickets", read::<Ticket>),
    ("/system/access", read::<AccessEntry>),
    ("/system/audit", read::<AuditEntry>),
];

fn read<R: Resource>(key: &str, value: &str) -> Result<bool, &'static str> {
    Ok(R::Filter::default().set(key, value)? || Paging::<R::Sort>::default().set(key, value)?)
}

/// Returns the panel paths of the lists.
pub fn lists() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|(address, _)| *address)
}

/// Returns whether a path is that of a list in the panel.
pub(super) fn is_known(address: &str) -> bool {
    LISTS.iter().any(|(known, _)| *known == address)
}

/// Returns why a list rejects this parameter, as an error message. For an unknown list all parameters are accepted,
/// because they cannot be validated.
pub(super) fn refusal(list: &str, key: &str, value: &str) -> Option<String> {
    let (_, read) = LISTS.iter().find(|(known, _)| *known == list)?;
    if key == COLUMNS || value.is_empty() {
        return None;
    }
    match read(key, value) {
        Ok(true) => None,
        Ok(false) => Some(format!("`{key}` is not a filter of this list.")),
        Err(why) => Some(format!("`{key}` {why}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_rejects_unknown_filters() {
        for (list, key, value) in [
            ("/billing/orders", "statuss", "paid"),
            ("/billing/orders", "status", "payed"),
            ("/billing/orders", "is_active", "true"),
            ("/billing/orders", "created_at_from", "yesterday"),
            ("/billing/orders", "sort", "customer"),
            ("/catalog/plans", "status", "paid"),
            ("/accounts/users", "role", "boss"),
        ] {
            assert!(refusal(list, key, value).is_some(), "{list}?{key}={value}");
        }
        for (list, key, value) in [
            ("/billing/orders", "status", "paid,failed"),
            ("/billing/orders", "sort", "-created_at"),
            ("/billing/orders", "limit", "100"),
            ("/billing/orders", "cols", "order,status"),
            ("/accounts/users", "is_deleted", "true"),
            ("/not/known", "anything", "goes"),
        ] {
            assert_eq!(refusal(list, key, value), None, "{list}?{key}={value}");
        }
    }
}
