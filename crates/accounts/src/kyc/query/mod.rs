//! All SQL of documents.

mod kept;

pub use kept::{
    KEPT, all_served, erase, kept_of, kept_under, moved, sealed_otherwise, served_file,
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
        kyc::{KycClaim, KycDocumentStatus, KycDocumentType, KycFilter, KycSort},
        users::{KycStatus, UserRole},
    },
};

/// Documents that a page's files may be shared with; more tell nothing new.
const TWINS: i64 = 500;

/// A document as the table keeps it.
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
pub struct Fresh<'a> {
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
pub struct Twin {
    pub id: KycDocumentId,
    pub user_id: UserId,
    pub status: KycDocumentStatus,
    pub content_hash: Option<Vec<u8>>,
    pub uploaded_at: DateTime<Utc>,
}

/// What a list asks for: the filter, the tokens of its search, and who asks.
pub type Asked<'a> = (&'a KycFilter, Option<&'a [i64]>, &'a Actor);

/// Living documents of living customers, as far as the actor sees them.
fn visible<'a>(actor: &Actor) -> documents::BoxedQuery<'a, Pg> {
    let living = users::table
        .filter(users::deleted_at.is_null())
        .select(users::id);
    let rows = documents::table
        .filter(documents::deleted_at.is_null())
        .filter(documents::user_id.eq_any(living))
        .into_boxed();
    match actor.only() {
        Some(owner) => rows.filter(documents::user_id.eq_any(people::customers_of(owner))),
        None => rows,
    }
}

fn matching<'a>((filter, tokens, actor): Asked<'a>) -> documents::BoxedQuery<'a, Pg> {
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
        Some(KycClaim::Me) => rows
            .filter(documents::claimed_by.is_not_distinct_from(actor.id))
            .filter(documents::claimed_until.gt(now)),
        Some(KycClaim::Nobody) => rows.filter(
            documents::claimed_until
                .is_null()
                .or(documents::claimed_until.le(now)),
        ),
        None => rows,
    }
}

/// One page.
pub fn page(
    conn: &mut Conn,
    asked: Asked<'_>,
    paging: &Paging<KycSort>,
) -> Result<Page<DocumentRow>> {
    page!(conn, paging, matching(asked) => DocumentRow, tie documents::id, {
        KycSort::UploadedAt => documents::uploaded_at,
        KycSort::VerifiedAt => nullable documents::verified_at,
    })
}

/// A document that the actor sees.
pub fn find(conn: &mut Conn, actor: &Actor, id: KycDocumentId) -> Result<DocumentRow> {
    Ok(visible(actor)
        .filter(documents::id.eq(id))
        .select(DocumentRow::as_select())
        .first(conn)?)
}

/// A document whoever asks, while it and its customer live.
pub fn living(conn: &mut Conn, id: KycDocumentId) -> Result<Option<DocumentRow>> {
    Ok(documents::table
        .inner_join(users::table.on(users::id.eq(documents::user_id)))
        .filter(documents::id.eq(id))
        .filter(documents::deleted_at.is_null())
        .filter(users::deleted_at.is_null())
        .select(DocumentRow::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the API client that a link was made for; nothing when it was made for a person.
pub fn viewer(conn: &mut Conn, id: uuid::Uuid) -> Result<Option<ApiClientId>> {
    Ok(api_clients::table
        .find(id)
        .select(api_clients::id)
        .first(conn)
        .optional()?)
}

/// A living customer that the actor sees; nothing when there is none, or it is a member of the staff.
pub fn customer(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<Option<UserId>> {
    let mut rows = users::table
        .filter(users::id.eq(id))
        .filter(users::deleted_at.is_null())
        .filter(users::role.eq(UserRole::Customer))
        .select(users::id)
        .into_boxed();
    if let Some(owner) = actor.only() {
        rows = rows.filter(users::id.eq_any(people::customers_of(owner)));
    }
    Ok(rows.first(conn).optional()?)
}

/// Holds a customer until the end of the transaction, so that their documents are decided one after the other.
pub fn hold_customer(tx: &mut Tx<'_>, id: UserId) -> Result<KycStatus> {
    hold_living_customer(tx, id)?.ok_or_else(Error::not_found)
}

/// Locks a customer like [`hold_customer`]; returns nothing when the customer has been deleted.
pub fn hold_living_customer(tx: &mut Tx<'_>, id: UserId) -> Result<Option<KycStatus>> {
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
    let sent = documents::table
        .filter(documents::user_id.eq(users::id))
        .filter(documents::deleted_at.is_null());
    let mut rows = users::table
        .filter(users::deleted_at.is_null())
        .filter(
            users::kyc_status
                .ne(KycStatus::Pending)
                .or(dsl::exists(sent)),
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

/// A living document, held until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: KycDocumentId) -> Result<DocumentRow> {
    Ok(documents::table
        .find(id)
        .filter(documents::deleted_at.is_null())
        .select(DocumentRow::as_select())
        .for_update()
        .first(tx.conn())?)
}

diesel::define_sql_function! {
    /// The first time, or else the second.
    fn coalesce(first: Nullable<Timestamptz>, second: Timestamptz) -> Timestamptz;
}

/// A customer's living documents, what happened last first: an upload, or a decision.
pub fn happenings(
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

/// Writes how far a customer's identity is proven. The column is of `users`, this section's own; what it says follows
/// from the documents alone, so nobody else writes it.
pub fn set_standing(tx: &mut Tx<'_>, user: UserId, status: KycStatus) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((
            users::kyc_status.eq(status),
            users::version.eq(users::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// How many of a customer's documents wait to be reviewed.
pub fn waiting(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(documents::table
        .filter(documents::user_id.eq(user))
        .filter(documents::status.eq(KycDocumentStatus::Pending))
        .filter(documents::deleted_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Every document with one of these files, deleted ones among them: who deletes a document does not undo the upload.
pub fn twins(conn: &mut Conn, hashes: &[&[u8]]) -> Result<Vec<Twin>> {
    Ok(documents::table
        .filter(documents::content_hash.eq_any(hashes))
        .order_by((documents::uploaded_at, documents::id))
        .limit(TWINS)
        .select(Twin::as_select())
        .load(conn)?)
}

/// Whether a customer has a living document with this file that was not rejected.
pub fn has_same(conn: &mut Conn, user: UserId, hash: &[u8]) -> Result<bool> {
    let same = documents::table
        .filter(documents::content_hash.eq(hash))
        .filter(documents::user_id.eq(user))
        .filter(documents::deleted_at.is_null())
        .filter(documents::status.ne(KycDocumentStatus::Rejected));
    Ok(diesel::select(dsl::exists(same)).get_result(conn)?)
}

/// Adds a document, to be reviewed.
pub fn insert(tx: &mut Tx<'_>, fresh: &Fresh<'_>) -> Result<DocumentRow> {
    Ok(diesel::insert_into(documents::table)
        .values(fresh)
        .returning(DocumentRow::as_returning())
        .get_result(tx.conn())?)
}

/// Gives a document that is held to a reviewer, or to nobody.
pub fn claim(
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

/// What a reviewer decided.
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    /// Approved or rejected.
    pub status: KycDocumentStatus,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it was rejected.
    pub reason: Option<&'a str>,
}

/// Decides a document that waits at this revision; nothing comes back when it is at another.
pub fn decide(
    tx: &mut Tx<'_>,
    (id, version): (KycDocumentId, i32),
    decision: Decision<'_>,
) -> Result<Option<DocumentRow>> {
    let waiting = documents::table
        .find(id)
        .filter(documents::version.eq(version))
        .filter(documents::status.eq(KycDocumentStatus::Pending))
        .filter(documents::deleted_at.is_null());
    Ok(diesel::update(waiting)
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

/// Takes a document away at this revision; the number of rows changed.
pub fn remove(
    tx: &mut Tx<'_>,
    (id, version): (KycDocumentId, i32),
    now: DateTime<Utc>,
) -> Result<usize> {
    let living = documents::table
        .find(id)
        .filter(documents::version.eq(version))
        .filter(documents::deleted_at.is_null());
    Ok(diesel::update(living)
        .set((
            documents::deleted_at.eq(now),
            documents::claimed_by.eq(None::<UserId>),
            documents::claimed_until.eq(None::<DateTime<Utc>>),
            documents::version.eq(documents::version + 1),
        ))
        .execute(tx.conn())?)
}
