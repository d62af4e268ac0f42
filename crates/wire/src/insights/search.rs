//! One field that finds anything: people, eSIMs, orders and the rest, each where the panel shows it.

use crate::{Param, Permission};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Fewer characters than this find nothing.
pub const SHORTEST: usize = 2;
/// The most hits of each kind.
pub const MOST: i64 = 5;
/// The most things that may be asked for by name at once.
pub const SEVERAL: usize = 20;

text_enum! {
    /// What can be found, in the order in which people look for it.
    Kind: text {
        User = "user", Esim = "esim", Order = "order", Transaction = "transaction",
        Plan = "plan", Provider = "provider", ApiClient = "api_client",
    }
}

impl Kind {
    /// Where the panel lists them; one of them is a step further down.
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
    /// What one must be allowed to find them.
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

/// Something by its kind and its id, in an address as `order:01930000-0000-7000-8000-000000000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
}

impl Thing {
    /// Where the panel shows it.
    pub fn address(self) -> String {
        format!("{}/{}", self.kind.path(), self.id)
    }
    /// What the panel shows at an address, if it is one of these.
    pub fn at(address: &str) -> Option<Self> {
        let (list, id) = address.rsplit_once('/')?;
        let kind = Kind::ALL.iter().copied().find(|kind| kind.path() == list)?;
        Some(Self {
            kind,
            id: Uuid::try_parse(id).ok()?,
        })
    }
}

impl Param for Thing {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (kind, id) = text.split_once(':').ok_or(
            "must be a kind and an id, such as order:01930000-0000-7000-8000-000000000001",
        )?;
        Ok(Self {
            kind: Kind::parse(kind)?,
            id: Uuid::try_parse(id).map_err(|_| "must end with a UUID")?,
        })
    }
    fn show(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }
}

/// Several of them, in an address separated by commas.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Things(pub Vec<Thing>);

impl Param for Things {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let things: Vec<Thing> = text
            .split(',')
            .map(Thing::parse)
            .collect::<Result<_, _>>()?;
        if things.len() > SEVERAL {
            return Err("must name 20 things at most");
        }
        Ok(Self(things))
    }
    fn show(&self) -> String {
        let all: Vec<String> = self.0.iter().map(Param::show).collect();
        all.join(",")
    }
}

filter! {
    /// What is looked for: words, or things that are known already.
    SearchFor {
        /// A name, an e-mail address, a phone number, an ICCID, the number of an order, an id.
        q: String,
        /// Instead, things seen before: `order:<id>,user:<id>`, 20 at most, answered in that order.
        things: Things,
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Which one.
    pub id: Uuid,
    /// What it is called; a person's name is masked for support.
    pub title: String,
    /// What tells it from others of that name, masked likewise.
    pub subtitle: String,
    /// Where the panel shows it.
    pub address: String,
    /// Whether what was typed is its number, its address or its id, to the letter.
    pub is_exact: bool,
}

/// What was found: exact hits first, then kind by kind, five of each at most.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Found {
    /// The hits, the best first.
    pub data: Vec<Hit>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_known_by_its_address_and_by_its_name() {
        let id = "01930000-0000-7000-8000-000000000001";
        for &kind in Kind::ALL {
            let thing = Thing::at(&format!("{}/{id}", kind.path()));
            assert_eq!(thing.map(|thing| thing.kind), Some(kind));
            assert_eq!(
                thing.map(Thing::address),
                Some(format!("{}/{id}", kind.path()))
            );
            assert_eq!(
                thing.and_then(|thing| Thing::parse(&thing.show()).ok()),
                thing
            );
        }
        for other in [
            "/billing/orders",
            "/billing/orders/new",
            "/system/audit/01930000-0000-7000-8000-000000000001",
        ] {
            assert_eq!(Thing::at(other), None, "{other}");
        }
        assert!(Thing::parse("order").is_err() && Thing::parse("order:1").is_err());
    }
}
