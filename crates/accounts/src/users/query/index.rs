//! SQL of rebuilding search tokens.

use super::{Sealed, UserRow};
use crate::users::rules::Which;
use diesel::{
    Connection, connection::SimpleConnection, pg::Pg, prelude::*, result::DatabaseErrorKind,
    result::Error as Sql,
};
use platform::{Result, Tx};
use schema::users;
use wire::UserId;

/// The format version of the tokens that this release writes.
const VERSION: i16 = 1;

/// A person with the index columns of their row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct Indexed {
    #[diesel(embed)]
    pub user: UserRow,
    pub email_hash: Vec<u8>,
    pub search_tokens: Vec<i64>,
}

/// Keeps the time stamps of rows until the end of the transaction: rebuilding tokens is no change of the data.
pub fn leave_times(tx: &mut Tx<'_>) -> Result<()> {
    Ok(tx
        .conn()
        .batch_execute("SET LOCAL esim_admin.resealing = 'on'")?)
}

/// Locks and returns the next people after this one, deleted or not.
pub fn lock_next(
    tx: &mut Tx<'_>,
    which: Which,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<Indexed>> {
    let rows = users::table
        .order_by(users::id)
        .limit(limit)
        .for_update()
        .select(Indexed::as_select());
    let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
    Ok(match which {
        Which::All => rows.filter(users::id.gt(after)).load(tx.conn()),
        // The literal that the partial index has; PostgreSQL does not use it for a parameter.
        Which::Outdated => rows
            .filter(users::id.gt(after))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "search_version < 1",
            ))
            .load(tx.conn()),
    }?)
}

/// Marks a row as indexed by this release.
pub fn mark_indexed(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    let outdated = users::table
        .find(id)
        .filter(users::search_version.lt(VERSION));
    diesel::update(outdated)
        .set(users::search_version.eq(VERSION))
        .execute(tx.conn())?;
    Ok(())
}

/// Replaces the sealed columns of a locked row; false when another account already has its address.
pub fn replace_sealed(tx: &mut Tx<'_>, id: UserId, fresh: &Sealed) -> Result<bool> {
    let replaced = tx.conn().transaction(|conn| {
        diesel::update(users::table.find(id))
            .set((fresh, users::search_version.eq(VERSION)))
            .execute(conn)
    });
    match replaced {
        Ok(_) => Ok(true),
        Err(Sql::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
