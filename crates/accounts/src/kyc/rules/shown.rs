//! Documents as their readers may see them, and links to their files.

use crate::kyc::{
    links::Link,
    query::{self, DocumentRow, Twin},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, RequestInfo, Result, Tx,
    audit::{self, Act},
    auth::Confirmee,
    crypto::{Keyring, Place},
    people,
};
use std::collections::HashMap;
use wire::{
    KycDocumentId, Page, Paging, Permission, ProblemCode, Resource, UserId,
    accounts::kyc::{KycDocument, KycDocumentStatus, KycDuplicate, KycFilter, KycLink, KycSort},
};

/// One page of what the actor sees.
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
    query::page(conn, (filter, tokens.as_deref(), actor), paging)?
        .try_all(|rows| complete_all(conn, actor, rows))
}

/// One document.
pub fn show(conn: &mut Conn, actor: &Actor, id: KycDocumentId) -> Result<KycDocument> {
    let row = query::find(conn, actor, id)?;
    complete(conn, actor, row)
}

/// Makes a link to a document's file, for its customer or a reviewer, and leaves word of it in both logs.
pub fn link(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    now: DateTime<Utc>,
) -> Result<KycLink> {
    if actor.only().is_none() && !actor.can(Permission::KycReview) {
        return Err(Error::refuse(ProblemCode::Forbidden));
    }
    let row = query::find(tx.conn(), actor, id)?;
    if row.document_url.is_empty() {
        return Err(Error::because(
            ProblemCode::WrongState,
            "The file is no longer kept.",
        ));
    }
    let link = Link::new(id, actor.caller()?, now);
    audit::record(tx, actor, Act::new("kyc.view", "kyc_document", id.0))?;
    Ok(KycLink {
        url: format!("{}/files/{}", KycDocument::PATH, link.token(&actor.keys)?),
        expires_at: link.expires_at,
    })
}

/// Records that a link was opened, under the person or client that it was made for.
pub fn opened(tx: &mut Tx<'_>, (keys, request): (Keyring, RequestInfo), link: Link) -> Result<()> {
    let viewer = query::viewer(tx.conn(), link.viewer)?;
    let who = Confirmee {
        person: viewer.is_none().then_some(UserId(link.viewer)),
        client: viewer,
        role: None,
    };
    let actor = Actor::on_record(who, request, keys);
    audit::accessed(tx, &actor, "kyc_document", link.document.0, "file", None)
}

/// A row with what its reader may know beside it.
pub fn complete(conn: &mut Conn, actor: &Actor, row: DocumentRow) -> Result<KycDocument> {
    complete_all(conn, actor, vec![row])?
        .pop()
        .ok_or_else(|| Error::internal("a document was lost on its way"))
}

fn complete_all(
    conn: &mut Conn,
    actor: &Actor,
    rows: Vec<DocumentRow>,
) -> Result<Vec<KycDocument>> {
    let hashes: Vec<&[u8]> = rows
        .iter()
        .filter_map(|row| row.content_hash.as_deref())
        .collect();
    let twins = match actor.only() {
        // Whom else a file was uploaded for is nobody's business but a reviewer's.
        Some(_) => Vec::new(),
        None => query::twins(conn, &hashes)?,
    };
    let ids: Vec<UserId> = rows
        .iter()
        .flat_map(|row| [Some(row.user_id), row.claimed_by, row.verified_by])
        .flatten()
        .chain(twins.iter().map(|twin| twin.user_id))
        .collect();
    let masked = people::is_masked_for(actor.role);
    let names = people::names(conn, &actor.keys, &ids, masked)?;
    let mut documents = Vec::with_capacity(rows.len());
    for row in rows {
        let place = Place::new("kyc_documents", "file_name", row.id.0);
        let opened = row
            .file_name
            .as_deref()
            .map(|sealed| people::readable(conn, &actor.keys, actor.keys.open(place, sealed)))
            .transpose()?;
        let file_name = opened.map(|name| name.unwrap_or_else(|| people::UNREADABLE.to_owned()));
        documents.push(told(actor, (row, file_name), &twins, &names));
    }
    Ok(documents)
}

fn told(
    actor: &Actor,
    (row, file_name): (DocumentRow, Option<String>),
    twins: &[Twin],
    names: &HashMap<UserId, String>,
) -> KycDocument {
    let insider = actor.only().is_none();
    let name = |id: Option<UserId>| id.and_then(|id| names.get(&id).cloned());
    let only = |id: Option<UserId>| id.filter(|_| insider);
    KycDocument {
        customer: name(Some(row.user_id)).unwrap_or_default(),
        file_name,
        has_file: !row.document_url.is_empty(),
        reviewer: name(only(row.verified_by)),
        claimant: name(only(row.claimed_by)),
        is_resubmitted: insider.then(|| is_resubmitted(&row, twins)),
        duplicates: insider.then(|| duplicates(&row, twins, names)),
        verified_by: only(row.verified_by),
        claimed_by: only(row.claimed_by),
        claimed_until: row.claimed_until.filter(|_| insider),
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

fn same<'a>(row: &DocumentRow, twins: &'a [Twin]) -> impl Iterator<Item = &'a Twin> {
    let (id, hash) = (row.id, row.content_hash.clone());
    twins
        .iter()
        .filter(move |twin| hash.is_some() && twin.content_hash == hash && twin.id != id)
}

fn is_resubmitted(row: &DocumentRow, twins: &[Twin]) -> bool {
    same(row, twins).any(|twin| {
        twin.user_id == row.user_id
            && twin.status == KycDocumentStatus::Rejected
            && twin.uploaded_at < row.uploaded_at
    })
}

fn duplicates(
    row: &DocumentRow,
    twins: &[Twin],
    names: &HashMap<UserId, String>,
) -> Vec<KycDuplicate> {
    same(row, twins)
        .filter(|twin| twin.user_id != row.user_id)
        .map(|twin| KycDuplicate {
            id: twin.id,
            user_id: twin.user_id,
            customer: names.get(&twin.user_id).cloned().unwrap_or_default(),
            status: twin.status,
        })
        .collect()
}
