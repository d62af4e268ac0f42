//! SQL of making search tokens anew.

use super::{Sealed, UserRow};
use crate::users::rules::Which;
use diesel::{
    Connection, connection::SimpleConnection, pg::Pg, prelude::*, result::DatabaseErrorKind,
    result::Error as Sql,
};
use platform::{Result, Tx};
use schema::users;
use wire::UserId;

/// The version of the tokens that are made today.
const VERSION: i16 = 1;

/// A person with what they are found by.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct Indexed {
    #[diesel(embed)]
    pub user: UserRow,
    pub email_hash: Vec<u8>,
    pub search_tokens: Vec<i64>,
}

/// Leaves the times of rows as they are until the end of the transaction: what rows say does not change.
pub fn leave_times(tx: &mut Tx<'_>) -> Result<()> {
    Ok(tx
        .conn()
        .batch_execute("SET LOCAL esim_admin.resealing = 'on'")?)
}

/// The next people after this one, deleted or not, held until the end of the transaction.
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
        // As the index has it: a number in the place of the parameter.
        Which::Outdated => rows
            .filter(users::id.gt(after))
            .filter(diesel::dsl::sql::<diesel::sql_types::Bool>(
                "search_version < 1",
            ))
            .load(tx.conn()),
    }?)
}

/// Notes that a row is as it should be.
pub fn mark_indexed(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    let outdated = users::table
        .find(id)
        .filter(users::search_version.lt(VERSION));
    diesel::update(outdated)
        .set(users::search_version.eq(VERSION))
        .execute(tx.conn())?;
    Ok(())
}

/// Replaces what a row that is held has sealed; false when another account has its address already.
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
