//! What the sections keep of people: how each takes it away for them, and how each erases it.
//!
//! A section writes only its own tables, so whoever exports or erases a person asks every section's keepers in
//! turn. Which keepers there are is put together where the server is.

use super::open_column;
use crate::{
    auth::Actor,
    crypto::Keyring,
    db::{Conn, Tx},
    error::{Error, Result},
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{Jsonb, Uuid as SqlUuid},
};
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use wire::UserId;

/// What a part of the system keeps of people. Listed in the section's `keepers()`.
#[derive(Clone, Copy)]
pub struct Keeper {
    /// Which part.
    pub name: &'static str,
    /// All that it keeps of a person, as an object: the rows of each table under the table's name, an empty list
    /// where there are none. A test asks that every table which names people is there.
    pub export: fn(&mut Conn, &Keyring, UserId) -> Result<Value>,
    /// Removes or blanks what is personal. What the books need stays, without saying whose it was.
    pub erase: fn(&mut Tx<'_>, &Keyring, UserId) -> Result<()>,
}

/// A person's rows of one table, as an export shows them.
pub struct Rows {
    /// The table.
    pub table: &'static str,
    /// A SELECT that names its columns, with the person as `$1`. Amounts are selected as text, so that they stay exact.
    pub select: &'static str,
    /// Those of its columns that are sealed, to be opened. The rows' `id` must be selected, too.
    pub sealed: &'static [&'static str],
}

/// Reads a person's rows of these tables.
pub fn rows(conn: &mut Conn, keys: &Keyring, id: UserId, tables: &[Rows]) -> Result<Value> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        row: Value,
    }
    let mut all = Map::new();
    for Rows {
        table,
        select,
        sealed,
    } in tables
    {
        let found: Vec<Row> = diesel::sql_query(format!(
            "SELECT to_jsonb(kept) AS row FROM ({select}) AS kept"
        ))
        .bind::<SqlUuid, _>(id.0)
        .load(conn)?;
        let opened = found
            .into_iter()
            .map(|Row { mut row }| {
                for column in *sealed {
                    open_column(conn, keys, (table, column), &mut row)?;
                }
                Ok(row)
            })
            .collect::<Result<Vec<_>>>()?;
        all.insert((*table).to_owned(), Value::Array(opened));
    }
    Ok(Value::Object(all))
}

/// Every section's keepers, as handlers get them.
#[derive(Clone)]
pub struct Keepers(pub Data<Vec<Keeper>>);

impl Keepers {
    /// Everything that is kept of a person, by the part that keeps it.
    pub fn export(
        &self,
        conn: &mut Conn,
        keys: &Keyring,
        id: UserId,
    ) -> Result<Map<String, Value>> {
        self.0
            .iter()
            .map(|keeper| Ok((keeper.name.to_owned(), (keeper.export)(conn, keys, id)?)))
            .collect()
    }

    /// Has every part erase a person.
    pub fn erase(&self, tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
        self.0
            .iter()
            .try_for_each(|keeper| (keeper.erase)(tx, &actor.keys, id))
    }
}

impl FromRequest for Keepers {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let keepers = request.app_data::<Data<Vec<Keeper>>>().cloned();
        ready(
            keepers
                .map(Self)
                .ok_or_else(|| Error::internal("nobody has said who keeps what of people")),
        )
    }
}
