//! The SQL of what is kept: the files behind the documents, and what is left when a customer is erased.

use super::DocumentRow;
use chrono::{DateTime, Utc};
use diesel::{
    dsl,
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz},
};
use platform::{Conn, Result, Tx};
use schema::kyc_documents as documents;
use wire::{KycDocumentId, UserId, accounts::kyc::KycDocumentStatus};

/// What a customer is given of their documents.
pub const KEPT: &str = "SELECT id, document_type, file_name, content_type, byte_size, status, rejection_reason, \
    uploaded_at, verified_at, deleted_at FROM kyc_documents WHERE user_id = $1 ORDER BY uploaded_at, id";

/// Takes all of a customer's documents away and blanks what is personal in them; those whose file is still kept.
pub fn erase(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<KycDocumentId>> {
    let changed = diesel::update(documents::table.filter(documents::user_id.eq(user))).set((
        documents::deleted_at.eq(dsl::sql::<Nullable<Timestamptz>>(
            "coalesce(deleted_at, now())",
        )),
        documents::file_name.eq(None::<Vec<u8>>),
        documents::content_hash.eq(None::<Vec<u8>>),
        documents::rejection_reason.eq(dsl::sql::<Nullable<Text>>(
            "CASE WHEN rejection_reason IS NOT NULL THEN 'Erased.' END",
        )),
        documents::claimed_by.eq(None::<UserId>),
        documents::claimed_until.eq(None::<DateTime<Utc>>),
        documents::version.eq(documents::version + 1),
    ));
    let rows: Vec<(KycDocumentId, String)> = changed
        .returning((documents::id, documents::document_url))
        .get_results(tx.conn())?;
    Ok(rows
        .into_iter()
        .filter(|(_, key)| !key.is_empty())
        .map(|(id, _)| id)
        .collect())
}

/// Returns a customer's documents whose file is still stored, the oldest first, without those that the customer removed.
pub fn kept_of(conn: &mut Conn, user: UserId) -> Result<Vec<DocumentRow>> {
    Ok(documents::table
        .filter(documents::user_id.eq(user))
        .filter(documents::document_url.ne(""))
        .filter(documents::deleted_at.is_null())
        .order_by((documents::uploaded_at, documents::id))
        .select(DocumentRow::as_select())
        .load(conn)?)
}

/// Documents whose file has served: those taken away, and those rejected before a time.
fn served<'a>(before: DateTime<Utc>) -> documents::BoxedQuery<'a, Pg> {
    let rejected = documents::status
        .eq(KycDocumentStatus::Rejected)
        .and(documents::verified_at.is_not_null())
        .and(documents::verified_at.assume_not_null().lt(before));
    documents::table
        .filter(documents::document_url.ne(""))
        .filter(documents::deleted_at.is_not_null().or(rejected))
        .into_boxed()
}

/// All of them.
pub fn all_served(conn: &mut Conn, before: DateTime<Utc>) -> Result<Vec<KycDocumentId>> {
    Ok(served(before).select(documents::id).load(conn)?)
}

/// The key of such a document's file.
pub fn served_file(
    conn: &mut Conn,
    id: KycDocumentId,
    before: DateTime<Utc>,
) -> Result<Option<String>> {
    Ok(served(before)
        .filter(documents::id.eq(id))
        .select(documents::document_url)
        .first(conn)
        .optional()?)
}

/// Notes that a document's file has another key, or none; nothing when it was not kept under the first.
pub fn moved(tx: &mut Tx<'_>, id: KycDocumentId, (from, to): (&str, &str)) -> Result<usize> {
    let there = documents::table
        .find(id)
        .filter(documents::document_url.eq(from));
    Ok(diesel::update(there)
        .set(documents::document_url.eq(to))
        .execute(tx.conn())?)
}

/// The keys that these documents' files are kept under.
pub fn kept_under(conn: &mut Conn, ids: &[KycDocumentId]) -> Result<Vec<String>> {
    Ok(documents::table
        .filter(documents::id.eq_any(ids))
        .select(documents::document_url)
        .load(conn)?)
}

/// Documents whose file's key has another ending, with that key; so many of them.
pub fn sealed_otherwise(
    conn: &mut Conn,
    ending: &str,
    count: i64,
) -> Result<Vec<(KycDocumentId, String)>> {
    Ok(documents::table
        .filter(documents::document_url.ne(""))
        .filter(documents::document_url.not_like(format!("%{ending}")))
        .order_by(documents::id)
        .limit(count)
        .select((documents::id, documents::document_url))
        .load(conn)?)
}
