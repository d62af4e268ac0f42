//! SQL of the stored files of documents, and of exporting and erasing documents.

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

/// Selects the documents of a customer for an export.
pub const EXPORT: &str = "SELECT id, document_type, file_name, content_type, byte_size, status, rejection_reason, \
    uploaded_at, verified_at, deleted_at FROM kyc_documents WHERE user_id = $1 ORDER BY uploaded_at, id";

/// Deletes all documents of a customer and blanks their personal data. Returns the documents whose file is still stored.
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
pub fn with_stored_file(conn: &mut Conn, user: UserId) -> Result<Vec<DocumentRow>> {
    Ok(documents::table
        .filter(documents::user_id.eq(user))
        .filter(documents::document_url.ne(""))
        .filter(documents::deleted_at.is_null())
        .order_by((documents::uploaded_at, documents::id))
        .select(DocumentRow::as_select())
        .load(conn)?)
}

/// Selects documents whose file may be deleted: deleted documents, and documents rejected before a time.
fn deletable<'a>(before: DateTime<Utc>) -> documents::BoxedQuery<'a, Pg> {
    let rejected = documents::status
        .eq(KycDocumentStatus::Rejected)
        .and(documents::verified_at.is_not_null())
        .and(documents::verified_at.assume_not_null().lt(before));
    documents::table
        .filter(documents::document_url.ne(""))
        .filter(documents::deleted_at.is_not_null().or(rejected))
        .into_boxed()
}

/// Returns the documents whose file may be deleted.
pub fn with_deletable_file(conn: &mut Conn, before: DateTime<Utc>) -> Result<Vec<KycDocumentId>> {
    Ok(deletable(before).select(documents::id).load(conn)?)
}

/// Returns the storage key of a document's file, if the file may be deleted.
pub fn deletable_file(
    conn: &mut Conn,
    id: KycDocumentId,
    before: DateTime<Utc>,
) -> Result<Option<String>> {
    Ok(deletable(before)
        .filter(documents::id.eq(id))
        .select(documents::document_url)
        .first(conn)
        .optional()?)
}

/// Changes the storage key of a document's file, or clears it. Returns the number of rows changed: none when the key was not
/// `from`.
pub fn change_file_key(tx: &mut Tx<'_>, id: KycDocumentId, from: &str, to: &str) -> Result<usize> {
    let unchanged = documents::table
        .find(id)
        .filter(documents::document_url.eq(from));
    Ok(diesel::update(unchanged)
        .set(documents::document_url.eq(to))
        .execute(tx.conn())?)
}

/// Returns the storage keys of the files of these documents.
pub fn file_keys(conn: &mut Conn, ids: &[KycDocumentId]) -> Result<Vec<String>> {
    Ok(documents::table
        .filter(documents::id.eq_any(ids))
        .select(documents::document_url)
        .load(conn)?)
}

/// Returns up to `limit` documents whose storage key does not end with `suffix`, with that key.
pub fn sealed_with_other_key(
    conn: &mut Conn,
    suffix: &str,
    limit: i64,
) -> Result<Vec<(KycDocumentId, String)>> {
    Ok(documents::table
        .filter(documents::document_url.ne(""))
        .filter(documents::document_url.not_like(format!("%{suffix}")))
        .order_by(documents::id)
        .limit(limit)
        .select((documents::id, documents::document_url))
        .load(conn)?)
}
