//! The names of actors, for the lists of the logs.

mod query;

use platform::{Actor, Conn, Result, people};
use std::collections::HashMap;
use wire::{ApiClientId, UserId};

/// The names of users and of API clients.
pub struct Names {
    people: HashMap<UserId, String>,
    clients: HashMap<ApiClientId, String>,
}

impl Names {
    /// Loads the names of these actors, with one query for users and one for clients.
    pub fn load(
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

    /// Returns the name of a user.
    pub fn person(&self, id: Option<UserId>) -> Option<String> {
        self.people.get(&id?).cloned()
    }
    /// Returns the name of an API client.
    pub fn client(&self, id: Option<ApiClientId>) -> Option<String> {
        self.clients.get(&id?).cloned()
    }
}
