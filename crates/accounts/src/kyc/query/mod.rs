//! All SQL of documents.

mod files;

pub use files::{
    EXPORT, change_file_key, deletable_file, erase, file_keys, sealed_with_other_key,
    with_deletable_file, with_stored_file,
};

use chrono::{DateTime, Utc};
use diesel::{
    dsl,
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{Actor, Conn, Error, Result, Tx, page, people};
use schema::{api_clients, kyc_documents as documents, users};
use wire::{
    ApiClientId, KycDocumentId, Page, Paging, UserId,
    accounts::{
        kyc::{ClaimedBy, KycDocumentStatus, KycDocumentType, KycFilter, KycSort},
        users::{KycStatus, UserRole},
    },
};

/// The maximum number of duplicates that are loaded for a page.
const MAX_DUPLICATES: i64 = 500;

/// A document as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = documents, check_for_backend(Pg))]
pub struct DocumentRow {
    pub id: KycDocumentId,
    pub user_id: UserId,
    pub document_type: KycDocumentType,
    pub document_url: String,
    pub status: KycDocumentStatus,
    pub verified_by: Option<UserId>,
    pub verified_at: Option<DateTime<Utc>>,
    pub rejection_reason: Option<String>,
    pub uploaded_at: DateTime<Utc>,
    pub file_name: Option<Vec<u8>>,
    pub content_type: String,
    pub byte_size: i64,
    pub content_hash: Option<Vec<u8>>,
    pub uploaded_by: Option<UserId>,
    pub claimed_by: Option<UserId>,
    pub claimed_until: Option<DateTime<Utc>>,
    pub version: i32,
}

/// A new document, whose file is in the store.
#[derive(Insertable)]
#[diesel(table_name = documents)]
pub struct NewDocumentRow<'a> {
    pub id: KycDocumentId,
    pub user_id: UserId,
    pub document_type: KycDocumentType,
    pub document_url: &'a str,
    pub file_name: Vec<u8>,
    pub content_type: &'a str,
    pub byte_size: i64,
    pub content_hash: &'a [u8],
    pub uploaded_by: Option<UserId>,
    pub uploaded_at: DateTime<Utc>,
}

/// Another document with the same file.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = documents, check_for_backend(Pg))]
pub struct DuplicateRow {
    pub id: KycDocumentId,
    pub user_id: UserId,
    pub status: KycDocumentStatus,
    pub content_hash: Option<Vec<u8>>,
    pub uploaded_at: DateTime<Utc>,
}

/// A query of a list of documents.
#[derive(Clone, Copy)]
pub struct ListQuery<'a> {
    /// The filter of the request.
    pub filter: &'a KycFilter,
    /// The blind tokens of the search text, if any.
    pub tokens: Option<&'a [i64]>,
    /// The actor of the request.
    pub actor: &'a Actor,
}

/// Selects the documents that the actor sees and that, like their customers, are not deleted.
fn visible<'a>(actor: &Actor) -> documents::BoxedQuery<'a, Pg> {
    let customers = users::table
        .filter(users::deleted_at.is_null())
        .select(users::id);
    let rows = documents::table
        .filter(documents::deleted_at.is_null())
        .filter(documents::user_id.eq_any(customers))
        .into_boxed();
    match actor.owner_filter() {
        Some(owner) => rows.filter(documents::user_id.eq_any(people::customers_of(owner))),
        None => rows,
    }
}

fn matching(query: ListQuery<'_>) -> documents::BoxedQuery<'_, Pg> {
    let ListQuery {
        filter,
        tokens,
        actor,
    } = query;
    let mut rows = visible(actor);
    if let Some(tokens) = tokens {
        let found = users::table
            .filter(users::search_tokens.contains(tokens))
            .select(users::id);
        rows = rows.filter(documents::user_id.eq_any(found));
    }
    if let Some(any) = &filter.status {
        rows = rows.filter(documents::status.eq_any(&any.0));
    }
    if let Some(any) = &filter.document_type {
        rows = rows.filter(documents::document_type.eq_any(&any.0));
    }
    if let Some(user) = filter.user_id {
        rows = rows.filter(documents::user_id.eq(user));
    }
    if let Some(from) = filter.uploaded_at_from {
        rows = rows.filter(documents::uploaded_at.ge(from));
    }
    if let Some(to) = filter.uploaded_at_to {
        rows = rows.filter(documents::uploaded_at.lt(to));
    }
    let now = dsl::now.into_sql::<Nullable<Timestamptz>>();
    match filter.claimed_by {
        Some(ClaimedBy::Me) => rows
            .filter(documents::claimed_by.is_not_distinct_from(actor.id))
            .filter(documents::claimed_until.gt(now)),
        Some(ClaimedBy::Unclaimed) => rows.filter(
            documents::claimed_until
                .is_null()
                .or(documents::claimed_until.le(now)),
        ),
        None => rows,
    }
}

/// Returns one page of documents.
pub fn page(
    conn: &mut Conn,
    query: ListQuery<'_>,
    paging: &Paging<KycSort>,
) -> Result<Page<DocumentRow>> {
    page!(conn, paging, matching(query) => DocumentRow, tie documents::id, {
        KycSort::UploadedAt => documents::uploaded_at,
        KycSort::VerifiedAt => nullable documents::verified_at,
    })
}

/// Returns a document that the actor sees.
pub fn find(conn: &mut Conn, actor: &Actor, id: KycDocumentId) -> Result<DocumentRow> {
    Ok(visible(actor)
        .filter(documents::id.eq(id))
        .select(DocumentRow::as_select())
        .first(conn)?)
}

/// Returns a document for any viewer, unless the document or its customer is deleted.
pub fn find_not_deleted(conn: &mut Conn, id: KycDocumentId) -> Result<Option<DocumentRow>> {
    Ok(documents::table
        .inner_join(users::table.on(users::id.eq(documents::user_id)))
        .filter(documents::id.eq(id))
        .filter(documents::deleted_at.is_null())
        .filter(users::deleted_at.is_null())
        .select(DocumentRow::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the API client for which a link was created; nothing when it was created for a person.
pub fn viewer_client(conn: &mut Conn, id: uuid::Uuid) -> Result<Option<ApiClientId>> {
    Ok(api_clients::table
        .find(id)
        .select(api_clients::id)
        .first(conn)
        .optional()?)
}

/// Returns a customer that the actor sees; nothing when there is none, the customer is deleted, or the user is a staff member.
pub fn customer(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<Option<UserId>> {
    let mut rows = users::table
        .filter(users::id.eq(id))
        .filter(users::deleted_at.is_null())
        .filter(users::role.eq(UserRole::Customer))
        .select(users::id)
        .into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(users::id.eq_any(people::customers_of(owner)));
    }
    Ok(rows.first(conn).optional()?)
}

/// Locks a customer until the end of the transaction, so that concurrent changes of the customer's documents wait, and returns
/// the KYC status.
pub fn lock_customer(tx: &mut Tx<'_>, id: UserId) -> Result<KycStatus> {
    lock_customer_if_exists(tx, id)?.ok_or_else(Error::not_found)
}

/// Locks a customer like [`lock_customer`]; returns nothing when the customer has been deleted.
pub fn lock_customer_if_exists(tx: &mut Tx<'_>, id: UserId) -> Result<Option<KycStatus>> {
    Ok(users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .select(users::kyc_status)
        .for_no_key_update()
        .first(tx.conn())
        .optional()?)
}

/// Returns the next customers, in the order of their ids, who have documents or a KYC status other than pending.
pub fn with_documents(conn: &mut Conn, after: Option<UserId>, limit: i64) -> Result<Vec<UserId>> {
    let uploaded = documents::table
        .filter(documents::user_id.eq(users::id))
        .filter(documents::deleted_at.is_null());
    let mut rows = users::table
        .filter(users::deleted_at.is_null())
        .filter(
            users::kyc_status
                .ne(KycStatus::Pending)
                .or(dsl::exists(uploaded)),
        )
        .order_by(users::id)
        .limit(limit)
        .select(users::id)
        .into_boxed();
    if let Some(after) = after {
        rows = rows.filter(users::id.gt(after));
    }
    Ok(rows.load(conn)?)
}

/// Locks a document that is not deleted, until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: KycDocumentId) -> Result<DocumentRow> {
    Ok(documents::table
        .find(id)
        .filter(documents::deleted_at.is_null())
        .select(DocumentRow::as_select())
        .for_update()
        .first(tx.conn())?)
}

diesel::define_sql_function! {
    /// Returns the first time, or the second when the first is null.
    fn coalesce(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

/// Returns the documents of a customer that are not deleted, ordered by the latest event, which is an upload or a decision.
pub fn documents_by_latest_event(
    conn: &mut Conn,
    user: UserId,
) -> Result<Vec<(KycDocumentType, KycDocumentStatus)>> {
    let at = coalesce(documents::verified_at, documents::uploaded_at);
    Ok(documents::table
        .filter(documents::user_id.eq(user))
        .filter(documents::deleted_at.is_null())
        .order_by((at.desc(), documents::id.desc()))
        .select((documents::document_type, documents::status))
        .load(conn)?)
}

/// Sets the KYC status of a customer. The status follows from the documents alone, so only this module writes the column.
pub fn set_kyc_status(tx: &mut Tx<'_>, user: UserId, status: KycStatus) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((
            users::kyc_status.eq(status),
            users::version.eq(users::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the number of pending documents of a customer.
pub fn count_pending(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(documents::table
        .filter(documents::user_id.eq(user))
        .filter(documents::status.eq(KycDocumentStatus::Pending))
        .filter(documents::deleted_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Returns every document with one of these files, including deleted ones, because deleting a document does not undo the upload.
pub fn find_duplicates(conn: &mut Conn, hashes: &[&[u8]]) -> Result<Vec<DuplicateRow>> {
    Ok(documents::table
        .filter(documents::content_hash.eq_any(hashes))
        .order_by((documents::uploaded_at, documents::id))
        .limit(MAX_DUPLICATES)
        .select(DuplicateRow::as_select())
        .load(conn)?)
}

/// Returns whether a customer has a document with this file that is neither deleted nor rejected.
pub fn has_same_file(conn: &mut Conn, user: UserId, hash: &[u8]) -> Result<bool> {
    let same = documents::table
        .filter(documents::content_hash.eq(hash))
        .filter(documents::user_id.eq(user))
        .filter(documents::deleted_at.is_null())
        .filter(documents::status.ne(KycDocumentStatus::Rejected));
    Ok(diesel::select(dsl::exists(same)).get_result(conn)?)
}

/// Inserts a pending document.
pub fn insert(tx: &mut Tx<'_>, new: &NewDocumentRow<'_>) -> Result<DocumentRow> {
    Ok(diesel::insert_into(documents::table)
        .values(new)
        .returning(DocumentRow::as_returning())
        .get_result(tx.conn())?)
}

/// Sets or clears the claim of a locked document: the reviewer and the end of the claim.
pub fn set_claim(
    tx: &mut Tx<'_>,
    id: KycDocumentId,
    claim: Option<(UserId, DateTime<Utc>)>,
) -> Result<DocumentRow> {
    Ok(diesel::update(documents::table.find(id))
        .set((
            documents::claimed_by.eq(claim.map(|(reviewer, _)| reviewer)),
            documents::claimed_until.eq(claim.map(|(_, until)| until)),
            documents::version.eq(documents::version + 1),
        ))
        .returning(DocumentRow::as_returning())
        .get_result(tx.conn())?)
}

/// The decision of a reviewer.
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    /// Approved or rejected.
    pub status: KycDocumentStatus,
    /// The reviewer.
    pub by: UserId,
    /// The time of the decision.
    pub at: DateTime<Utc>,
    /// The reason of a rejection.
    pub reason: Option<&'a str>,
}

/// Decides about a pending document at this version; returns nothing when the document has another version or status.
pub fn decide(
    tx: &mut Tx<'_>,
    id: KycDocumentId,
    version: i32,
    decision: Decision<'_>,
) -> Result<Option<DocumentRow>> {
    let pending = documents::table
        .find(id)
        .filter(documents::version.eq(version))
        .filter(documents::status.eq(KycDocumentStatus::Pending))
        .filter(documents::deleted_at.is_null());
    Ok(diesel::update(pending)
        .set((
            documents::status.eq(decision.status),
            documents::verified_by.eq(decision.by),
            documents::verified_at.eq(decision.at),
            documents::rejection_reason.eq(decision.reason),
            documents::claimed_by.eq(None::<UserId>),
            documents::claimed_until.eq(None::<DateTime<Utc>>),
            documents::version.eq(documents::version + 1),
        ))
        .returning(DocumentRow::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Deletes a document at this version; returns the number of rows changed.
pub fn remove(
    tx: &mut Tx<'_>,
    id: KycDocumentId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<usize> {
    let current = documents::table
        .find(id)
        .filter(documents::version.eq(version))
        .filter(documents::deleted_at.is_null());
    Ok(diesel::update(current)
        .set((
            documents::deleted_at.eq(now),
            documents::claimed_by.eq(None::<UserId>),
            documents::claimed_until.eq(None::<DateTime<Utc>>),
            documents::version.eq(documents::version + 1),
        ))
        .execute(tx.conn())?)
}
