//! Who may send a document for whom, and how it is taken back.

use super::{shown, standing};
use crate::kyc::{
    files::Sealed,
    jobs::Forget,
    query::{self, Fresh},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    crypto::Place,
    jobs,
};
use serde_json::json;
use wire::{
    KycDocumentId, ProblemCode, UserId,
    accounts::{
        kyc::{KycDocument, KycDocumentStatus, KycDocumentType, KycUploadOptions},
        users::UserRole,
    },
};

/// Documents of one customer that may wait to be reviewed.
const WAITING: i64 = 10;

/// What was sent, and for whom.
pub struct Sent {
    /// Whose document it is.
    pub user_id: UserId,
    /// What it is.
    pub document_type: KycDocumentType,
    /// What the file is called.
    pub file_name: String,
}

/// Whether a document may be sent, before its file is looked into.
pub fn may_send(
    conn: &mut Conn,
    actor: &Actor,
    options: KycUploadOptions,
    hash: &[u8],
) -> Result<Sent> {
    let missing = |field, message| Error::field(field, "required", message);
    let user = options
        .user_id
        .or(actor.id.filter(|_| actor.role == Some(UserRole::Customer)))
        .ok_or_else(|| missing("user_id", "Say whose document it is."))?;
    let document_type = options
        .document_type
        .ok_or_else(|| missing("document_type", "Say what the document is."))?;
    let file_name = options
        .file_name
        .ok_or_else(|| missing("file_name", "Say what the file is called."))?;
    let user_id = query::customer(conn, actor, user)?.ok_or_else(Error::not_found)?;
    has_room(conn, user_id, hash)?;
    Ok(Sent {
        user_id,
        document_type,
        file_name,
    })
}

/// The same file is kept once, and nobody fills the queue alone.
fn has_room(conn: &mut Conn, user: UserId, hash: &[u8]) -> Result<()> {
    if query::has_same(conn, user, hash)? {
        return Err(Error::because(
            ProblemCode::Conflict,
            "This file was uploaded already.",
        ));
    }
    if query::waiting(conn, user)? >= WAITING {
        return Err(Error::because(
            ProblemCode::Conflict,
            format!(
                "{WAITING} documents wait to be reviewed already. Wait for the decisions, or delete one."
            ),
        ));
    }
    Ok(())
}

/// Writes a document down whose file is in the store.
pub fn receive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (sent, file): (&Sent, &Sealed),
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    let before = query::hold_customer(tx, sent.user_id)?;
    // Asked again, now that nothing of theirs can change meanwhile.
    has_room(tx.conn(), sent.user_id, &file.hash)?;
    let place = Place::new("kyc_documents", "file_name", file.id.0);
    let row = query::insert(
        tx,
        &Fresh {
            id: file.id,
            user_id: sent.user_id,
            document_type: sent.document_type,
            document_url: &file.key,
            file_name: actor.keys.seal(place, &sent.file_name)?,
            content_type: file.content_type,
            byte_size: file.byte_size,
            content_hash: &file.hash,
            uploaded_by: actor.id,
            uploaded_at: now,
        },
    )?;
    let told = json!({ "document_type": row.document_type, "content_type": row.content_type, "byte_size": row.byte_size });
    audit::record(
        tx,
        actor,
        Act::new("kyc.upload", "kyc_document", row.id.0).changing(told),
    )?;
    standing::settle(tx, actor, row.user_id, before)?;
    shown::complete(tx.conn(), actor, row)
}

/// Takes a document away; its file goes shortly after. The proof of an identity is taken back by the staff only.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (KycDocumentId, i32),
    now: DateTime<Utc>,
) -> Result<()> {
    let row = query::find(tx.conn(), actor, id)?;
    let before = query::hold_customer(tx, row.user_id)?;
    let row = query::lock(tx, id)?;
    if actor.only().is_some() && row.status == KycDocumentStatus::Approved {
        return Err(Error::because(
            ProblemCode::WrongState,
            "The document was accepted as the proof of an identity, and stays.",
        ));
    }
    if query::remove(tx, (id, version), now)? == 0 {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    jobs::enqueue(tx, &Forget { document: id })?;
    audit::record(tx, actor, Act::new("kyc.delete", "kyc_document", id.0))?;
    standing::settle(tx, actor, row.user_id, before).map(drop)
}
