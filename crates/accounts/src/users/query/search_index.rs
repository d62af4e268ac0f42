//! SQL of rebuilding search tokens.

use super::{Sealed, UserRow};
use crate::users::rules::ReindexScope;
use diesel::{
    Connection, connection::SimpleConnection, pg::Pg, prelude::*, result::DatabaseErrorKind,
    result::Error as Sql,
};
use platform::{Result, Tx};
use schema::users;
use wire::UserId;

/// The format version of the tokens that this release writes.
const VERSION: i16 = 1;

/// A user with the index columns of the row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct IndexedUser {
    #[diesel(embed)]
    pub user: UserRow,
    pub email_hash: Vec<u8>,
    pub search_tokens: Vec<i64>,
}

/// Leaves `updated_at` unchanged until the end of the transaction: rebuilding tokens is no change of the data.
pub fn keep_updated_at(tx: &mut Tx<'_>) -> Result<()> {
    Ok(tx
        .conn()
        .batch_execute("SET LOCAL esim_admin.resealing = 'on'")?)
}

/// Locks and returns the next users after this one, deleted or not.
pub fn lock_next(
    tx: &mut Tx<'_>,
    scope: ReindexScope,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<IndexedUser>> {
    let rows = users::table
        .order_by(users::id)
        .limit(limit)
        .for_update()
        .select(IndexedUser::as_select());
    let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
    Ok(match scope {
        ReindexScope::All => rows.filter(users::id.gt(after)).load(tx.conn()),
        // The literal that the partial index has; PostgreSQL does not use it for a parameter.
        ReindexScope::Outdated => rows
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

/// Replaces the sealed columns of a locked row; returns false when another account already has the email address.
pub fn replace_sealed(tx: &mut Tx<'_>, id: UserId, sealed: &Sealed) -> Result<bool> {
    let replaced = tx.conn().transaction(|conn| {
        diesel::update(users::table.find(id))
            .set((sealed, users::search_version.eq(VERSION)))
            .execute(conn)
    });
    match replaced {
        Ok(_) => Ok(true),
        Err(Sql::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
