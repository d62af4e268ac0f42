//! Upload and download of document files: checked, sealed, and stored under a key that names the customer, the document and the
//! sealing key, but nothing of the content.
//!
//! The store is never called with a transaction open. A file is stored first, then its row is inserted. A failure in between
//! leaves a file without a row: it is deleted immediately where that is safe, and otherwise by the hourly job.

use super::{
    inspect::{self, Clean, Kind},
    links::Link,
    query::{self, DocumentRow},
    rules::{self, Submission},
};
use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::header};
use platform::{
    Caller, Ctx, Error, RequestInfo, Result, Upload,
    crypto::{FieldContext, Keyring},
};
use tokio::sync::Semaphore;
use uuid::Uuid;
use wire::{
    KycDocumentId, ProblemCode, UserId,
    accounts::kyc::{KycDocument, KycDocumentType, KycUploadOptions},
    permission::needs::KycUpload,
};

/// The folder of the documents in the store.
pub const FOLDER: &str = "kyc";
/// Limits the files that are inspected at the same time: decoding an image may take some hundred megabytes.
static INSPECTIONS: Semaphore = Semaphore::const_new(2);

/// A file that was uploaded, before it is inspected.
pub struct NewFile<'a> {
    /// The customer.
    pub user: UserId,
    /// The new document.
    pub id: KycDocumentId,
    /// The media type that the request claims.
    pub content_type: &'a str,
    /// The file name that the request claims.
    pub name: &'a str,
    /// The content.
    pub bytes: &'a [u8],
}

/// A file, sealed for the row of its document.
#[derive(Clone)]
pub struct SealedFile {
    /// The document.
    pub id: KycDocumentId,
    /// The key of the file in the store.
    pub key: String,
    /// The sealed content.
    pub bytes: Vec<u8>,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// The size of the content before sealing, in bytes.
    pub byte_size: i64,
    /// The keyed hash of the uploaded content.
    pub hash: Vec<u8>,
}

/// Checks a file and seals it, for a customer's new document. Slow: images are decoded and encoded.
pub fn seal(keys: &Keyring, file: &NewFile<'_>) -> Result<SealedFile> {
    let kind = inspect::claimed_kind(file.content_type, file.name)?;
    let Clean { kind, bytes: clean } = inspect::clean(kind, file.bytes)?;
    Ok(SealedFile {
        id: file.id,
        key: new_key(keys, file.user, file.id),
        bytes: keys.seal_bytes(file_context(file.id), &clean)?,
        content_type: kind.content_type(),
        byte_size: i64::try_from(clean.len()).map_err(Error::internal)?,
        hash: content_hash(keys, file.bytes),
    })
}

/// Returns the keyed hash of a file: the same for every customer. Without the key, no one can find out whether a file is stored.
pub fn content_hash(keys: &Keyring, bytes: &[u8]) -> Vec<u8> {
    let digits: String = platform::crypto::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    keys.blind("kyc_documents.content", &digits)
}

/// Uploads a document: checks the permission, inspects and stores the file, and then inserts the row.
pub async fn upload(
    caller: &Caller<KycUpload>,
    options: KycUploadOptions,
    file: Upload,
) -> Result<KycDocument> {
    let ctx = caller.ctx().clone();
    let hash = content_hash(&ctx.keys, &file.bytes);
    let submission = caller
        .read(move |conn, actor| rules::authorize_upload(conn, actor, options, &hash))
        .await?;
    let mut sealed = inspect_and_seal(&ctx, &submission, file).await?;
    let (key, now) = (sealed.key.clone(), ctx.clock.now());
    let bytes = std::mem::take(&mut sealed.bytes);
    ctx.ports.files.put(&key, bytes).await?;
    let inserted = caller
        .write(move |tx, actor| rules::insert(tx, actor, &submission, &sealed, now))
        .await;
    // A rejected request has certainly inserted no row. After any other failure the row may exist and need its file.
    if let Err(Error::Refused(_)) = inserted {
        let _ = ctx.ports.files.delete(&key).await;
    }
    inserted
}

async fn inspect_and_seal(ctx: &Ctx, submission: &Submission, file: Upload) -> Result<SealedFile> {
    // The cheap checks come before the wait for a permit.
    inspect::claimed_kind(&file.content_type, &submission.file_name)?;
    let keys = ctx.keys.clone();
    let (user, name) = (submission.user_id, submission.file_name.clone());
    let permit = INSPECTIONS.acquire().await.map_err(Error::internal)?;
    let sealed = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let file = NewFile {
            user,
            id: KycDocumentId::new(),
            content_type: &file.content_type,
            name: &name,
            bytes: &file.bytes,
        };
        seal(&keys, &file)
    });
    sealed.await.map_err(Error::internal)?
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
    let (id, keys) = (link.document, ctx.keys.clone());
    let row = ctx
        .db
        .write(move |tx| {
            let row = query::find_not_deleted(tx.conn(), id)?;
            if row.is_some() {
                rules::record_access(tx, keys, request, link)?;
            }
            Ok(row)
        })
        .await?;
    let row = row
        .filter(|row| !row.document_url.is_empty())
        .ok_or_else(expired)?;
    read_file(ctx, &row).await?.ok_or_else(expired)
}

/// Returns a customer's files that are still stored, decrypted, for the export of the customer's data.
pub async fn stored_files(ctx: &Ctx, user: UserId) -> Result<Vec<ExportedFile>> {
    let rows = ctx
        .db
        .read(move |conn| query::with_stored_file(conn, user))
        .await?;
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(file) = read_file(ctx, &row).await? else {
            continue;
        };
        files.push(ExportedFile {
            document_id: row.id,
            name: file.name,
            content_type: file.kind.content_type(),
            bytes: file.bytes,
        });
    }
    Ok(files)
}

/// Reads and decrypts the file of a document. Returns nothing, and logs an error, when the store does not have the file.
async fn read_file(ctx: &Ctx, row: &DocumentRow) -> Result<Option<OpenedFile>> {
    let id = row.id;
    let Some(sealed) = ctx.ports.files.get(&row.document_url).await? else {
        tracing::error!(document = %id, "the file of document {id} is not in the store");
        return Ok(None);
    };
    let kind = Kind::from_content_type(&row.content_type)
        .ok_or_else(|| Error::internal(format!("document {id} has an unknown type")))?;
    Ok(Some(OpenedFile {
        kind,
        name: download_name(row.document_type, id, kind),
        bytes: ctx.keys.open_bytes(file_context(id), &sealed)?,
    }))
}

/// A stored file of a customer, decrypted.
pub struct ExportedFile {
    /// The document that the file belongs to.
    pub document_id: KycDocumentId,
    /// The file name.
    pub name: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

fn expired() -> Error {
    Error::with_detail(
        ProblemCode::NotFound,
        "The link has expired, or the file was deleted. Create a new link.",
    )
}

/// Returns the file name of a download. It is built from the document type and id, not from the uploaded name.
fn download_name(document: KycDocumentType, id: KycDocumentId, kind: Kind) -> String {
    let digits = id.0.simple().to_string();
    let short = digits.get(24..).unwrap_or_default();
    format!("{}-{short}.{}", document.as_str(), kind.extension())
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

/// Returns the encryption context (AAD) of a document's file.
pub const fn file_context<'a>(id: KycDocumentId) -> FieldContext<'a> {
    FieldContext::new("kyc_documents", "document_url", id.0)
}

/// Returns a new storage key that cannot be guessed. It names the document, so that the clean-up finds its row, and the sealing
/// key.
pub fn new_key(keys: &Keyring, user: UserId, id: KycDocumentId) -> String {
    let random = Uuid::new_v4().simple();
    format!("{FOLDER}/{user}/{id}.{random}{}", key_suffix(keys))
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

/// Returns the document that a storage key names.
pub fn document_id_of(key: &str) -> Option<KycDocumentId> {
    let (_, name) = key.rsplit_once('/')?;
    let (id, _) = name.split_once('.')?;
    Uuid::try_parse(id).ok().map(KycDocumentId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_id_is_read_from_valid_keys_only() {
        let id = KycDocumentId::new();
        assert_eq!(document_id_of(&format!("kyc/{id}/{id}.abc.k1")), Some(id));
        for other in ["", "kyc/readme.txt", "kyc/a/b", &id.to_string()] {
            assert_eq!(document_id_of(other), None, "{other}");
        }
    }
}
