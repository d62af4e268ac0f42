//! Documents as their readers may see them, and links to their files.

use crate::kyc::{
    links::Link,
    query::{self, DocumentRow, DuplicateRow, ListQuery},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, RequestInfo, Result, Tx,
    audit::{self, AuditEvent},
    auth::AuthenticatedCaller,
    crypto::{FieldContext, Keyring},
    people,
};
use std::collections::HashMap;
use wire::{
    KycDocumentId, Page, Paging, Permission, ProblemCode, Resource, UserId,
    accounts::kyc::{KycDocument, KycDocumentStatus, KycDuplicate, KycFilter, KycLink, KycSort},
    system::audit::AuditAction,
};

/// Returns one page of the documents that the actor sees.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &KycFilter,
    paging: &Paging<KycSort>,
) -> Result<Page<KycDocument>> {
    let tokens = filter
        .q
        .as_deref()
        .and_then(|q| people::query_tokens(&actor.keys, q));
    let query = ListQuery {
        filter,
        tokens: tokens.as_deref(),
        actor,
    };
    query::page(conn, query, paging)?.try_all(|rows| build_all(conn, actor, rows))
}

/// Returns a document that the actor sees.
pub fn show(conn: &mut Conn, actor: &Actor, id: KycDocumentId) -> Result<KycDocument> {
    let row = query::find(conn, actor, id)?;
    build(conn, actor, row)
}

/// Creates a link to a document's file, for its customer or a reviewer, and records it in the audit log.
pub fn link(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    now: DateTime<Utc>,
) -> Result<KycLink> {
    if actor.owner_filter().is_none() && !actor.can(Permission::KycReview) {
        return Err(Error::refuse(ProblemCode::Forbidden));
    }
    let row = query::find(tx.conn(), actor, id)?;
    if row.document_url.is_empty() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The file was deleted.",
        ));
    }
    let link = Link::new(id, actor.caller_id()?, now);
    audit::record(tx, actor, AuditEvent::new(AuditAction::KycView, id))?;
    Ok(KycLink {
        url: format!("{}/files/{}", KycDocument::PATH, link.token(&actor.keys)?),
        expires_at: link.expires_at,
    })
}

/// Records in the access log that a link was opened, under the person or API client for which it was created.
pub fn record_access(
    tx: &mut Tx<'_>,
    keys: Keyring,
    request: RequestInfo,
    link: Link,
) -> Result<()> {
    let client = query::viewer_client(tx.conn(), link.viewer)?;
    let viewer = AuthenticatedCaller {
        person: client.is_none().then_some(UserId(link.viewer)),
        client,
        role: None,
    };
    let actor = Actor::for_log(viewer, request, keys);
    audit::record_field_access(tx, &actor, "kyc_document", link.document.0, "file", None)
}

/// Builds the response for a row: adds names and, for staff, duplicates.
pub fn build(conn: &mut Conn, actor: &Actor, row: DocumentRow) -> Result<KycDocument> {
    build_all(conn, actor, vec![row])?
        .pop()
        .ok_or_else(|| Error::internal("the response of a document is missing"))
}

fn build_all(conn: &mut Conn, actor: &Actor, rows: Vec<DocumentRow>) -> Result<Vec<KycDocument>> {
    let hashes: Vec<&[u8]> = rows
        .iter()
        .filter_map(|row| row.content_hash.as_deref())
        .collect();
    let duplicates = match actor.owner_filter() {
        // Only staff may learn for which other customers a file was uploaded.
        Some(_) => Vec::new(),
        None => query::find_duplicates(conn, &hashes)?,
    };
    let ids: Vec<UserId> = rows
        .iter()
        .flat_map(|row| [Some(row.user_id), row.claimed_by, row.verified_by])
        .flatten()
        .chain(duplicates.iter().map(|duplicate| duplicate.user_id))
        .collect();
    let masked = people::is_masked_for(actor.role);
    let names = people::names(conn, &actor.keys, &ids, masked)?;
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows {
        let context = FieldContext::new("kyc_documents", "file_name", row.id.0);
        let opened = row
            .file_name
            .as_deref()
            .map(|sealed| {
                people::value_or_report(conn, &actor.keys, actor.keys.open(context, sealed))
            })
            .transpose()?;
        let file_name = opened.map(|name| name.unwrap_or_else(|| people::UNREADABLE.to_owned()));
        documents.push(to_response(actor, row, file_name, &duplicates, &names));
    }
    Ok(documents)
}

fn to_response(
    actor: &Actor,
    row: DocumentRow,
    file_name: Option<String>,
    duplicates: &[DuplicateRow],
    names: &HashMap<UserId, String>,
) -> KycDocument {
    let is_staff = actor.owner_filter().is_none();
    let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
    let for_staff = |id: Option<UserId>| id.filter(|_| is_staff);
    KycDocument {
        customer: name(Some(row.user_id)).unwrap_or_default(),
        file_name,
        has_file: !row.document_url.is_empty(),
        reviewer: name(for_staff(row.verified_by)),
        claimant: name(for_staff(row.claimed_by)),
        is_resubmitted: is_staff.then(|| is_resubmitted(&row, duplicates)),
        duplicates: is_staff.then(|| other_customers(&row, duplicates, names)),
        verified_by: for_staff(row.verified_by),
        claimed_by: for_staff(row.claimed_by),
        claimed_until: row.claimed_until.filter(|_| is_staff),
        id: row.id,
        user_id: row.user_id,
        document_type: row.document_type,
        status: row.status,
        content_type: row.content_type,
        byte_size: row.byte_size,
        rejection_reason: row.rejection_reason,
        verified_at: row.verified_at,
        uploaded_at: row.uploaded_at,
        uploaded_by: row.uploaded_by,
        version: row.version,
    }
}

/// Returns the other documents with the same file.
fn same_file<'a>(
    row: &DocumentRow,
    duplicates: &'a [DuplicateRow],
) -> impl Iterator<Item = &'a DuplicateRow> {
    let (id, hash) = (row.id, row.content_hash.clone());
    duplicates.iter().filter(move |duplicate| {
        hash.is_some() && duplicate.content_hash == hash && duplicate.id != id
    })
}

/// Returns whether the customer uploaded the file before and it was rejected.
fn is_resubmitted(row: &DocumentRow, duplicates: &[DuplicateRow]) -> bool {
    same_file(row, duplicates).any(|duplicate| {
        duplicate.user_id == row.user_id
            && duplicate.status == KycDocumentStatus::Rejected
            && duplicate.uploaded_at < row.uploaded_at
    })
}

/// Returns the documents of other customers with the same file.
fn other_customers(
    row: &DocumentRow,
    duplicates: &[DuplicateRow],
    names: &HashMap<UserId, String>,
) -> Vec<KycDuplicate> {
    same_file(row, duplicates)
        .filter(|duplicate| duplicate.user_id != row.user_id)
        .map(|duplicate| KycDuplicate {
            id: duplicate.id,
            user_id: duplicate.user_id,
            customer: names.get(&duplicate.user_id).cloned().unwrap_or_default(),
            status: duplicate.status,
        })
        .collect()
}
