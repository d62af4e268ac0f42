//! Upload and download of attached files: inspected like identity documents, sealed, and stored under a key that names the
//! ticket, the file and the sealing key, but nothing of the content.
//!
//! The store is never called with a transaction open. A file is stored first, then its row is inserted.

use super::{
    links::Link,
    query::{self, AttachmentRow, NewAttachmentRow},
    rules,
};
use crate::tickets;
use accounts::kyc::inspect::{self, Clean, Kind};
use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::header};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Caller, Conn, Ctx, Error, RequestInfo, Result, Tx, Upload,
    audit::{self, AuditEvent},
    crypto::{FieldContext, Keyring},
};
use serde_json::json;
use tokio::sync::Semaphore;
use uuid::Uuid;
use wire::{
    ProblemCode, TicketAttachmentId, TicketId,
    permission::needs::TicketsCreate,
    support::tickets::{Attachment, TicketRef, TicketStatus},
    system::audit::AuditAction,
};

/// The folder of the files in the store.
pub const FOLDER: &str = "tickets";
/// The maximum number of files of a ticket that no message has taken.
const MOST_UNUSED: i64 = 20;
/// Limits the files that are inspected at the same time: decoding an image may take some hundred megabytes.
static INSPECTIONS: Semaphore = Semaphore::const_new(2);

/// A file, before it is inspected.
pub struct NewFile {
    /// The media type.
    pub content_type: String,
    /// The file name.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A file, sealed for its row.
#[derive(Clone)]
pub struct SealedFile {
    /// The ID of the row.
    pub id: TicketAttachmentId,
    /// The key of the file in the store.
    pub storage_key: String,
    /// The sealed name.
    pub name: Vec<u8>,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// The size of the content before sealing, in bytes.
    pub byte_size: i64,
    /// The sealed content.
    pub bytes: Vec<u8>,
}

impl SealedFile {
    /// Returns the row of the file, which the actor uploads to a ticket.
    pub fn into_row(self, ticket: TicketId, actor: &Actor, now: DateTime<Utc>) -> NewAttachmentRow {
        NewAttachmentRow {
            id: self.id,
            ticket_id: ticket,
            message_id: None,
            storage_key: self.storage_key,
            file_name: self.name,
            content_type: self.content_type,
            byte_size: self.byte_size,
            uploaded_by: actor.id,
            client_id: actor.client.as_ref().map(|client| client.id),
            created_at: now,
        }
    }
}

/// Inspects and seals a file. Slow: images are decoded and encoded.
pub async fn inspect_and_seal(keys: &Keyring, file: NewFile) -> Result<SealedFile> {
    // The cheap checks come before the wait for a permit.
    inspect::claimed_kind(&file.content_type, &file.name)?;
    let keys = keys.clone();
    let permit = INSPECTIONS.acquire().await.map_err(Error::internal)?;
    let sealed = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        seal(&keys, &file)
    });
    sealed.await.map_err(Error::internal)?
}

fn seal(keys: &Keyring, file: &NewFile) -> Result<SealedFile> {
    let kind = inspect::claimed_kind(&file.content_type, &file.name)?;
    let Clean { kind, bytes: clean } = inspect::clean(kind, &file.bytes)?;
    let id = TicketAttachmentId::new();
    let random = Uuid::new_v4().simple();
    Ok(SealedFile {
        id,
        storage_key: format!("{FOLDER}/{id}.{random}{}", key_suffix(keys)),
        name: keys.seal(rules::name_context(id), &file.name)?,
        content_type: kind.content_type(),
        byte_size: i64::try_from(clean.len()).map_err(Error::internal)?,
        bytes: keys.seal_bytes(file_context(id), &clean)?,
    })
}

/// Uploads a file to a ticket: checks the ticket, inspects and stores the file, and then inserts the row.
pub async fn upload(
    caller: &Caller<TicketsCreate>,
    ticket: TicketId,
    name: Option<String>,
    file: Upload,
) -> Result<Attachment> {
    let (ctx, now) = (caller.ctx().clone(), caller.ctx().clock.now());
    caller
        .read(move |conn, actor| check_upload(conn, actor, ticket))
        .await?;
    let name =
        name.ok_or_else(|| Error::field("file_name", "required", "Enter the name of the file."))?;
    let file = NewFile {
        content_type: file.content_type,
        name,
        bytes: file.bytes.to_vec(),
    };
    let mut sealed = inspect_and_seal(&ctx.keys, file).await?;
    let (key, bytes) = (
        sealed.storage_key.clone(),
        std::mem::take(&mut sealed.bytes),
    );
    ctx.ports.files.put(&key, bytes).await?;
    let inserted = caller
        .write(move |tx, actor| insert(tx, actor, sealed.into_row(ticket, actor, now)))
        .await;
    // A rejected request has certainly inserted no row. After any other failure the row may exist and need its file.
    if let Err(Error::Refused(_)) = inserted {
        let _ = ctx.ports.files.delete(&key).await;
    }
    inserted
}

/// Checks that the actor may upload another file to a ticket.
fn check_upload(conn: &mut Conn, actor: &Actor, ticket: TicketId) -> Result<()> {
    let row = tickets::find_ref(conn, actor, &TicketRef::Id(ticket))?;
    if row.status == TicketStatus::Closed && actor.owner_filter().is_none() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The ticket is closed.",
        ));
    }
    if query::count_unused(conn, ticket)? >= MOST_UNUSED {
        return Err(Error::with_detail(
            ProblemCode::Conflict,
            format!("{MOST_UNUSED} files wait for a message already. Send one first."),
        ));
    }
    Ok(())
}

fn insert(tx: &mut Tx<'_>, actor: &Actor, row: NewAttachmentRow) -> Result<Attachment> {
    check_upload(tx.conn(), actor, row.ticket_id)?;
    let stored = query::insert_attachment(tx, &row)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TicketAttach, row.ticket_id).with_change(json!({
            "attachment_id": row.id, "content_type": row.content_type, "byte_size": row.byte_size,
        })),
    )?;
    rules::show_attachment(tx.conn(), actor, stored)
}

/// An opened file, for the holder of a link.
pub struct OpenedFile {
    kind: Kind,
    name: String,
    bytes: Vec<u8>,
}

/// Opens the file that a link names, and records the access under the person or client that the link was made for.
pub async fn open(ctx: &Ctx, request: RequestInfo, token: &str) -> Result<OpenedFile> {
    let link = Link::verify(&ctx.keys, token, ctx.clock.now()).ok_or_else(expired)?;
    let keys = ctx.keys.clone();
    let row = ctx
        .db
        .write(move |tx| {
            let row = query::attachment(tx.conn(), link.attachment)?;
            if row.is_some() {
                rules::record_access(tx, keys, request, link)?;
            }
            Ok(row)
        })
        .await?;
    let row = row
        .filter(|row| !row.storage_key.is_empty())
        .ok_or_else(expired)?;
    read_file(ctx, &row).await?.ok_or_else(expired)
}

async fn read_file(ctx: &Ctx, row: &AttachmentRow) -> Result<Option<OpenedFile>> {
    let id = row.id;
    let Some(sealed) = ctx.ports.files.get(&row.storage_key).await? else {
        tracing::error!(attachment = %id, "the file of attachment {id} is not in the store");
        return Ok(None);
    };
    let kind = Kind::from_content_type(&row.content_type)
        .ok_or_else(|| Error::internal(format!("attachment {id} has an unknown type")))?;
    Ok(Some(OpenedFile {
        kind,
        name: format!("attachment-{}.{}", short(id), kind.extension()),
        bytes: ctx.keys.open_bytes(file_context(id), &sealed)?,
    }))
}

/// Returns the end of an id, for the name of a download. The uploaded name is not used.
fn short(id: TicketAttachmentId) -> String {
    let digits = id.0.simple().to_string();
    digits.get(24..).unwrap_or_default().to_owned()
}

fn expired() -> Error {
    Error::with_detail(
        ProblemCode::NotFound,
        "The link has expired, or the file was deleted. Create a new link.",
    )
}

/// A download that a browser saves: the headers keep it from running or loading anything.
impl Responder for OpenedFile {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let disposition = platform::respond::attachment(&self.name);
        HttpResponse::Ok()
            .content_type(self.kind.content_type())
            .insert_header((header::CONTENT_DISPOSITION, disposition))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'; sandbox",
            ))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(self.bytes)
    }
}

/// Returns the encryption context (AAD) of a file.
pub const fn file_context<'a>(id: TicketAttachmentId) -> FieldContext<'a> {
    FieldContext::new("ticket_attachments", "storage_key", id.0)
}

/// Returns the suffix of storage keys of files that are sealed with the current key.
pub fn key_suffix(keys: &Keyring) -> String {
    format!(".k{}", keys.current())
}

/// Returns the storage key of the same file, sealed with the current key.
pub fn resealed_key(keys: &Keyring, key: &str) -> Option<String> {
    let (base, _) = key.rsplit_once('.')?;
    Some(format!("{base}{}", key_suffix(keys)))
}

/// Returns the file that a storage key names.
pub fn id_of(key: &str) -> Option<TicketAttachmentId> {
    let (_, name) = key.rsplit_once('/')?;
    let (id, _) = name.split_once('.')?;
    Uuid::try_parse(id).ok().map(TicketAttachmentId)
}
