//! Search across users, eSIMs, orders and other records.

use crate::{Param, Permission};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Minimum length of a search text.
pub const MIN_LENGTH: usize = 2;
/// Maximum number of results per kind of record.
pub const MAX_PER_KIND: i64 = 5;
/// Maximum number of records that one request may name.
pub const MAX_RECORDS: usize = 20;

text_enum! {
    /// Kinds of records that the search finds, in the order of the results.
    RecordKind: text {
        User = "user", Esim = "esim", Order = "order", Transaction = "transaction",
        Plan = "plan", Provider = "provider", ApiClient = "api_client",
    }
}

impl RecordKind {
    /// Returns the panel path of the records' list.
    pub const fn path(self) -> &'static str {
        match self {
            Self::User => "/accounts/users",
            Self::Esim => "/esims/inventory",
            Self::Order => "/billing/orders",
            Self::Transaction => "/billing/transactions",
            Self::Plan => "/catalog/plans",
            Self::Provider => "/integrations/providers",
            Self::ApiClient => "/accounts/api-clients",
        }
    }
    /// Returns the permission that finding the records requires.
    pub const fn needs(self) -> Permission {
        match self {
            Self::User => Permission::UsersRead,
            Self::Esim => Permission::EsimsRead,
            Self::Order => Permission::OrdersRead,
            Self::Transaction => Permission::TransactionsRead,
            Self::Plan => Permission::PlansRead,
            Self::Provider => Permission::ProvidersRead,
            Self::ApiClient => Permission::ApiClientsRead,
        }
    }
}

/// A reference to a record by kind and ID, in a query as `order:01930000-0000-7000-8000-000000000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRef {
    /// Kind of the record.
    pub kind: RecordKind,
    /// ID of the record.
    pub id: Uuid,
}

impl RecordRef {
    /// Returns the panel path of the record.
    pub fn panel_path(self) -> String {
        format!("{}/{}", self.kind.path(), self.id)
    }
    /// Returns the record at a panel path, if the path is that of a record.
    pub fn from_panel_path(path: &str) -> Option<Self> {
        let (list, id) = path.rsplit_once('/')?;
        let kind = RecordKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.path() == list)?;
        Some(Self {
            kind,
            id: Uuid::try_parse(id).ok()?,
        })
    }
}

impl Param for RecordRef {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (kind, id) = text.split_once(':').ok_or(
            "must be a kind and an ID, such as order:01930000-0000-7000-8000-000000000001",
        )?;
        Ok(Self {
            kind: RecordKind::parse(kind)?,
            id: Uuid::try_parse(id).map_err(|_| "must end with a UUID")?,
        })
    }
    fn show(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }
}

/// References to records, in a query separated by commas.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct RecordRefs(pub Vec<RecordRef>);

impl Param for RecordRefs {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let records: Vec<RecordRef> = text
            .split(',')
            .map(RecordRef::parse)
            .collect::<Result<_, _>>()?;
        if records.len() > MAX_RECORDS {
            return Err("must name 20 records at most");
        }
        Ok(Self(records))
    }
    fn show(&self) -> String {
        let all: Vec<String> = self.0.iter().map(Param::show).collect();
        all.join(",")
    }
}

filter! {
    /// Search text, or references to known records.
    SearchQuery {
        /// Search text: a name, an email address, a phone number, an ICCID, an order number or an ID.
        q: String,
        /// References to records instead of a search text: `order:<id>,user:<id>`, 20 at most. The results have the
        /// same order.
        records: RecordRefs,
    }
}

/// A record that the search has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// Kind of the record.
    pub kind: RecordKind,
    /// ID of the record.
    pub id: Uuid,
    /// Display name of the record; a user's name is masked for support.
    pub title: String,
    /// Text that distinguishes the record from others with the same name, masked likewise.
    pub subtitle: String,
    /// Panel path of the record.
    pub address: String,
    /// Whether the search text is exactly the record's number, address or ID.
    pub is_exact: bool,
}

/// Search results: exact matches first, then by kind, at most five of each kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SearchResults {
    /// The results, the best first.
    pub data: Vec<SearchResult>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_ref_round_trips_panel_path_and_param() {
        let id = "01930000-0000-7000-8000-000000000001";
        for &kind in RecordKind::ALL {
            let record = RecordRef::from_panel_path(&format!("{}/{id}", kind.path()));
            assert_eq!(record.map(|record| record.kind), Some(kind));
            assert_eq!(
                record.map(RecordRef::panel_path),
                Some(format!("{}/{id}", kind.path()))
            );
            assert_eq!(
                record.and_then(|record| RecordRef::parse(&record.show()).ok()),
                record
            );
        }
        for other in [
            "/billing/orders",
            "/billing/orders/new",
            "/system/audit/01930000-0000-7000-8000-000000000001",
        ] {
            assert_eq!(RecordRef::from_panel_path(other), None, "{other}");
        }
        assert!(RecordRef::parse("order").is_err() && RecordRef::parse("order:1").is_err());
    }
}
