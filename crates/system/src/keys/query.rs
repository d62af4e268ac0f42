//! SQL over sealed columns, whichever they are.

use super::columns::Column;
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_types::{Array, BigInt, Binary, Nullable, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use uuid::Uuid;

/// How many values are sealed with a key; without a key, how many are no sealed values.
#[derive(QueryableByName)]
pub struct Count {
    #[diesel(sql_type = Nullable<BigInt>)]
    pub key: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub values: i64,
}

/// A sealed value in its row.
#[derive(Debug, Clone, QueryableByName)]
pub struct Found {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Binary)]
    pub value: Vec<u8>,
}

/// A value and what takes its place.
pub struct Fresh {
    pub row: Uuid,
    pub old: Vec<u8>,
    pub new: Vec<u8>,
}

/// The four bytes of a key's id as a number.
const NUMBER: &str = "(get_byte(k, 0)::bigint << 24) + (get_byte(k, 1) << 16) + (get_byte(k, 2) << 8) + get_byte(k, 3)";

/// What a column's values are sealed with.
pub fn counts(conn: &mut Conn, of: &Column) -> Result<Vec<Count>> {
    let (table, column, key) = (of.table, of.column, of.key());
    let query = format!(
        "SELECT {NUMBER} AS key, n AS values FROM (SELECT {key} AS k, count(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY 1) t ORDER BY 1"
    );
    Ok(diesel::sql_query(query).load(conn)?)
}

/// What the files of documents are sealed with, as their names say.
pub fn counts_of_files(conn: &mut Conn) -> Result<Vec<Count>> {
    let query = "SELECT substring(document_url from '\\.k([0-9]+)$')::bigint AS key, count(*) AS values \
        FROM kyc_documents WHERE document_url <> '' GROUP BY 1 ORDER BY 1";
    Ok(diesel::sql_query(query).load(conn)?)
}

/// The next values after a place that are not sealed with this key, or all of them.
pub fn next(
    conn: &mut Conn,
    of: &Column,
    but: Option<u32>,
    after: Option<&Found>,
    limit: i64,
) -> Result<Vec<Found>> {
    let (table, column, row, value) = (of.table, of.column, of.row, of.value());
    let key = of.key();
    let query = format!(
        "SELECT {row} AS id, {value} AS value FROM {table} WHERE {column} IS NOT NULL \
           AND ($1 IS NULL OR ({key}) IS DISTINCT FROM $1) AND ($2 IS NULL OR ({row}, {value}) > ($2, $3)) \
         ORDER BY 1, 2 LIMIT $4"
    );
    Ok(diesel::sql_query(query)
        .bind::<Nullable<Binary>, _>(but.map(|key| key.to_be_bytes().to_vec()))
        .bind::<Nullable<SqlUuid>, _>(after.map(|found| found.id))
        .bind::<Nullable<Binary>, _>(after.map(|found| found.value.clone()))
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Puts new values in the place of old ones, where those still stand: whoever wrote meanwhile has won. What rows
/// say stays the same, so their times and revisions do.
pub fn replace(tx: &mut Tx<'_>, of: &Column, fresh: Vec<Fresh>) -> Result<usize> {
    let (table, column, row, value) = (of.table, of.column, of.row, of.value());
    let new = of.read_as("fresh.new");
    tx.conn()
        .batch_execute("SET LOCAL esim_admin.resealing = 'on'")?;
    let query = format!(
        "UPDATE {table} SET {column} = {new} \
         FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS fresh (row, old, new) \
         WHERE {row} = fresh.row AND {value} = fresh.old"
    );
    let (mut rows, mut olds, mut news) = (Vec::new(), Vec::new(), Vec::new());
    for one in fresh {
        rows.push(one.row);
        olds.push(one.old);
        news.push(one.new);
    }
    Ok(diesel::sql_query(query)
        .bind::<Array<SqlUuid>, _>(rows)
        .bind::<Array<Binary>, _>(olds)
        .bind::<Array<Binary>, _>(news)
        .execute(tx.conn())?)
}
