//! The names of those who act, for the lists that tell of them.

mod query;

use platform::{Actor, Conn, Result, people};
use std::collections::HashMap;
use wire::{ApiClientId, UserId};

/// Names of people and of integrators' clients.
pub struct Names {
    people: HashMap<UserId, String>,
    clients: HashMap<ApiClientId, String>,
}

impl Names {
    /// Of all of these, by one question each.
    pub fn of(
        conn: &mut Conn,
        actor: &Actor,
        who: impl Iterator<Item = (Option<UserId>, Option<ApiClientId>)>,
    ) -> Result<Self> {
        let (people, clients): (Vec<_>, Vec<_>) = who.unzip();
        let mut people: Vec<UserId> = people.into_iter().flatten().collect();
        people.sort_unstable();
        people.dedup();
        let clients: Vec<ApiClientId> = clients.into_iter().flatten().collect();
        Ok(Self {
            people: people::names(conn, &actor.keys, &people, false)?,
            clients: query::clients(conn, &clients)?,
        })
    }

    /// A person's.
    pub fn person(&self, id: Option<UserId>) -> Option<String> {
        self.people.get(&id?).cloned()
    }
    /// A client's.
    pub fn client(&self, id: Option<ApiClientId>) -> Option<String> {
        self.clients.get(&id?).cloned()
    }
}
