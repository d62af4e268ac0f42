//! SQL of sealed columns, generated for each column.

use super::columns::Column;
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, BigInt, Binary, Nullable, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use uuid::Uuid;

/// The number of values that are sealed with a key; without a key, the number of values that are not sealed.
#[derive(QueryableByName)]
pub struct Count {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub key: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub values: i64,
}

/// A sealed value in its row.
#[derive(Debug, Clone, QueryableByName)]
pub struct SealedValue {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Binary)]
    pub value: Vec<u8>,
}

/// A value and its replacement.
pub struct ResealedValue {
    pub row: Uuid,
    pub old: Vec<u8>,
    pub new: Vec<u8>,
}

/// The four bytes of a key's id as a number.
const NUMBER: &str = "(get_byte(k, 0)::bigint << 24) + (get_byte(k, 1) << 16) + (get_byte(k, 2) << 8) + get_byte(k, 3)";

/// Counts the values of a column by key.
pub fn counts(conn: &mut Conn, target: &Column) -> Result<Vec<Count>> {
    let (table, column, key) = (target.table, target.column, target.key());
    let query = format!(
        "SELECT {NUMBER} AS key, n AS values FROM (SELECT {key} AS k, count(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY 1) t ORDER BY 1"
    );
    Ok(diesel::sql_query(query).load(conn)?)
}

/// Counts the files of documents and tickets by key. The name of a file contains the id of its key.
pub fn file_counts(conn: &mut Conn) -> Result<Vec<Count>> {
    let query = "SELECT substring(name from '\\.k([0-9]+)$')::bigint AS key, count(*) AS values \
        FROM (SELECT document_url AS name FROM kyc_documents UNION ALL SELECT storage_key FROM ticket_attachments) AS files \
        WHERE name <> '' GROUP BY 1 ORDER BY 1";
    Ok(diesel::sql_query(query).load(conn)?)
}

/// Returns the next values after a position: those that are not sealed with the excluded key, or all values.
pub fn next(
    conn: &mut Conn,
    target: &Column,
    excluded_key: Option<u32>,
    after: Option<&SealedValue>,
    limit: i64,
) -> Result<Vec<SealedValue>> {
    let (table, column, row, value) = (target.table, target.column, target.row, target.value());
    let key = target.key();
    let query = format!(
        "SELECT {row} AS id, {value} AS value FROM {table} WHERE {column} IS NOT NULL \
           AND ($1 IS NULL OR ({key}) IS DISTINCT FROM $1) AND ($2 IS NULL OR ({row}, {value}) > ($2, $3)) \
         ORDER BY 1, 2 LIMIT $4"
    );
    Ok(diesel::sql_query(query)
        .bind::<Nullable<Binary>, _>(excluded_key.map(|key| key.to_be_bytes().to_vec()))
        .bind::<Nullable<SqlUuid>, _>(after.map(|last| last.id))
        .bind::<Nullable<Binary>, _>(after.map(|last| last.value.clone()))
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Replaces values that were not changed in the meantime, and returns their number. The content of the rows stays the same,
/// so their times and versions do not change.
pub fn replace(tx: &mut Tx<'_>, target: &Column, values: Vec<ResealedValue>) -> Result<usize> {
    let (table, column, row, value) = (target.table, target.column, target.row, target.value());
    let new = target.column_value("fresh.new");
    tx.conn()
        .batch_execute("SET LOCAL esim_admin.resealing = 'on'")?;
    let query = format!(
        "UPDATE {table} SET {column} = {new} \
         FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS fresh (row, old, new) \
         WHERE {row} = fresh.row AND {value} = fresh.old"
    );
    let (mut rows, mut olds, mut news) = (Vec::new(), Vec::new(), Vec::new());
    for value in values {
        rows.push(value.row);
        olds.push(value.old);
        news.push(value.new);
    }
    Ok(diesel::sql_query(query)
        .bind::<Array<SqlUuid>, _>(rows)
        .bind::<Array<Binary>, _>(olds)
        .bind::<Array<Binary>, _>(news)
        .execute(tx.conn())?)
}
