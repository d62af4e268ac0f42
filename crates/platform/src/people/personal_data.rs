//! The registry of personal data (GDPR): how each section exports and erases what it stores about a user.
//!
//! A section writes only its own tables, so an export or an erasure calls every section in turn. The server collects the
//! entries of all sections.

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

/// The personal data of one part of the system. Listed in the section's `personal_data()`.
#[derive(Clone, Copy)]
pub struct PersonalData {
    /// The name of the part.
    pub name: &'static str,
    /// Returns everything that the part stores about a user, as an object: the rows of each table under the name of the
    /// table, an empty list where there are none. A test checks that every table with personal data is included.
    pub export: fn(&mut Conn, &Keyring, UserId) -> Result<Value>,
    /// Removes or blanks personal data. Accounting records stay, without a reference to the user.
    pub erase: fn(&mut Tx<'_>, &Keyring, UserId) -> Result<()>,
}

/// How the rows of a user in one table are exported.
pub struct ExportTable {
    /// The table.
    pub table: &'static str,
    /// A SELECT that names its columns, with the user id as `$1`. Amounts are selected as text, so that they stay exact.
    pub select: &'static str,
    /// The sealed columns, which are opened. The `id` of the rows must be selected, too.
    pub sealed: &'static [&'static str],
}

/// Exports the rows of a user in these tables.
pub fn export_tables(
    conn: &mut Conn,
    keys: &Keyring,
    id: UserId,
    tables: &[ExportTable],
) -> Result<Value> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Jsonb)]
        row: Value,
    }
    let mut all = Map::new();
    for ExportTable {
        table,
        select,
        sealed,
    } in tables
    {
        let found: Vec<Row> = diesel::sql_query(format!(
            "SELECT to_jsonb(exported) AS row FROM ({select}) AS exported"
        ))
        .bind::<SqlUuid, _>(id.0)
        .load(conn)?;
        let opened = found
            .into_iter()
            .map(|Row { mut row }| {
                for column in *sealed {
                    open_column(conn, keys, table, column, &mut row)?;
                }
                Ok(row)
            })
            .collect::<Result<Vec<_>>>()?;
        all.insert((*table).to_owned(), Value::Array(opened));
    }
    Ok(Value::Object(all))
}

/// The entries of all sections, as an extractor.
#[derive(Clone)]
pub struct PersonalDataRegistry(pub Data<Vec<PersonalData>>);

impl PersonalDataRegistry {
    /// Exports everything that is stored about a user, by part.
    pub fn export(
        &self,
        conn: &mut Conn,
        keys: &Keyring,
        id: UserId,
    ) -> Result<Map<String, Value>> {
        self.0
            .iter()
            .map(|part| Ok((part.name.to_owned(), (part.export)(conn, keys, id)?)))
            .collect()
    }

    /// Erases a user in every part.
    pub fn erase(&self, tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
        self.0
            .iter()
            .try_for_each(|part| (part.erase)(tx, &actor.keys, id))
    }
}

impl FromRequest for PersonalDataRegistry {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let entries = request.app_data::<Data<Vec<PersonalData>>>().cloned();
        ready(
            entries
                .map(Self)
                .ok_or_else(|| Error::internal("the registry of personal data is missing")),
        )
    }
}
