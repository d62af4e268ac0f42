//! Rules for uploading and deleting documents.

use super::{response, status};
use crate::kyc::{
    files::SealedFile,
    jobs::DeleteFile,
    query::{self, NewDocumentRow},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::FieldContext,
    jobs,
};
use serde_json::json;
use wire::{
    KycDocumentId, ProblemCode, UserId,
    accounts::{
        kyc::{KycDocument, KycDocumentStatus, KycDocumentType, KycUploadOptions},
        users::UserRole,
    },
    system::audit::AuditAction,
};

/// The maximum number of pending documents of one customer.
const MAX_PENDING: i64 = 10;

/// A document to upload, whose permission is checked.
#[derive(Clone)]
pub struct Submission {
    /// The customer.
    pub user_id: UserId,
    /// The type of the document.
    pub document_type: KycDocumentType,
    /// The name of the file.
    pub file_name: String,
}

/// Checks that the actor may upload a document, before the file is inspected.
pub fn authorize_upload(
    conn: &mut Conn,
    actor: &Actor,
    options: KycUploadOptions,
    hash: &[u8],
) -> Result<Submission> {
    let missing = |field, message| Error::field(field, "required", message);
    let user = options
        .user_id
        .or(actor.id.filter(|_| actor.role == Some(UserRole::Customer)))
        .ok_or_else(|| missing("user_id", "Enter the customer."))?;
    let document_type = options
        .document_type
        .ok_or_else(|| missing("document_type", "Choose the type of the document."))?;
    let file_name = options
        .file_name
        .ok_or_else(|| missing("file_name", "Enter the name of the file."))?;
    let user_id = query::customer(conn, actor, user)?.ok_or_else(Error::not_found)?;
    ensure_accepted(conn, user_id, hash)?;
    Ok(Submission {
        user_id,
        document_type,
        file_name,
    })
}

/// Rejects a file that the customer has uploaded already, and a customer with too many pending documents.
fn ensure_accepted(conn: &mut Conn, user: UserId, hash: &[u8]) -> Result<()> {
    if query::has_same_file(conn, user, hash)? {
        return Err(Error::with_detail(
            ProblemCode::Conflict,
            "This file was uploaded already.",
        ));
    }
    if query::count_pending(conn, user)? >= MAX_PENDING {
        return Err(Error::with_detail(
            ProblemCode::Conflict,
            format!(
                "{MAX_PENDING} documents are pending review already. Wait for the decisions, or delete one."
            ),
        ));
    }
    Ok(())
}

/// Inserts a document whose file is in the store.
pub fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    submission: &Submission,
    file: &SealedFile,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    let before = query::lock_customer(tx, submission.user_id)?;
    // Checked again under the lock of the customer.
    ensure_accepted(tx.conn(), submission.user_id, &file.hash)?;
    let context = FieldContext::new("kyc_documents", "file_name", file.id.0);
    let row = query::insert(
        tx,
        &NewDocumentRow {
            id: file.id,
            user_id: submission.user_id,
            document_type: submission.document_type,
            document_url: &file.key,
            file_name: actor.keys.seal(context, &submission.file_name)?,
            content_type: file.content_type,
            byte_size: file.byte_size,
            content_hash: &file.hash,
            uploaded_by: actor.id,
            uploaded_at: now,
        },
    )?;
    let change = json!({ "document_type": row.document_type, "content_type": row.content_type, "byte_size": row.byte_size });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::KycUpload, row.id).with_change(change),
    )?;
    status::update(tx, actor, row.user_id, before)?;
    response::build(tx.conn(), actor, row)
}

/// Deletes a document; a job deletes its file. Only staff delete an approved document.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = query::find(tx.conn(), actor, id)?;
    let before = query::lock_customer(tx, row.user_id)?;
    let row = query::lock(tx, id)?;
    if actor.owner_filter().is_some() && row.status == KycDocumentStatus::Approved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "An approved document cannot be deleted. Contact support.",
        ));
    }
    if query::remove(tx, id, version, now)? == 0 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    jobs::enqueue(tx, &DeleteFile { document: id })?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::KycDelete, id))?;
    status::update(tx, actor, row.user_id, before).map(drop)
}
