//! Files on their way into the store and out of it: checked, sealed, and under a key that says whose they are and what
//! they are sealed with, but nothing of what is in them.
//!
//! The store is never called with a transaction open. A file is stored first and its row written then; whatever fails
//! in between leaves a file without a row, which is removed at once where that is safe, and swept up otherwise.

use super::{
    inspect::{self, Clean, Kind},
    links::Link,
    query::{self, DocumentRow},
    rules::{self, Sent},
};
use actix_web::{HttpRequest, HttpResponse, Responder, body::BoxBody, http::header};
use platform::{
    Caller, Ctx, Error, RequestInfo, Result, Upload,
    crypto::{Keyring, Place},
};
use tokio::sync::Semaphore;
use uuid::Uuid;
use wire::{
    KycDocumentId, ProblemCode, UserId,
    accounts::kyc::{KycDocument, KycDocumentType, KycUploadOptions},
    permission::needs::KycUpload,
};

/// The folder of the store that documents are in.
pub const FOLDER: &str = "kyc";
/// Files that are looked into at once, whoever sends them: a picture may take some hundred megabytes meanwhile.
static TURNS: Semaphore = Semaphore::const_new(2);

/// A file, sealed for the row of its document.
pub struct Sealed {
    /// The document.
    pub id: KycDocumentId,
    /// Where it is kept.
    pub key: String,
    /// What is kept there.
    pub bytes: Vec<u8>,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// How large it is when it is open.
    pub byte_size: i64,
    /// What the file is recognised by, as it came.
    pub hash: Vec<u8>,
}

/// Checks a file and seals it, for a customer's new document. Slow.
pub fn seal(
    keys: &Keyring,
    (user, id): (UserId, KycDocumentId),
    (content_type, file_name): (&str, &str),
    bytes: &[u8],
) -> Result<Sealed> {
    let kind = inspect::claimed(content_type, file_name)?;
    let Clean { kind, bytes: clean } = inspect::clean(kind, bytes)?;
    Ok(Sealed {
        id,
        key: key(keys, user, id),
        bytes: keys.seal_bytes(place(id), &clean)?,
        content_type: kind.content_type(),
        byte_size: i64::try_from(clean.len()).map_err(Error::internal)?,
        hash: recognise(keys, bytes),
    })
}

/// What a file is recognised by, whoever uploads it. Without our key, nobody can tell of a file whether it is here.
pub fn recognise(keys: &Keyring, bytes: &[u8]) -> Vec<u8> {
    let digits: String = platform::crypto::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    keys.blind("kyc_documents.content", &digits)
}

/// Takes a document in: who may send it is asked first, then the file is looked into, stored, and written down.
pub async fn take_in(
    caller: &Caller<KycUpload>,
    options: KycUploadOptions,
    file: Upload,
) -> Result<KycDocument> {
    let ctx = caller.ctx().clone();
    let hash = recognise(&ctx.keys, &file.bytes);
    let sent = caller
        .read(move |conn, actor| rules::may_send(conn, actor, options, &hash))
        .await?;
    let mut sealed = look_into(&ctx, &sent, file).await?;
    let (key, now) = (sealed.key.clone(), ctx.clock.now());
    let bytes = std::mem::take(&mut sealed.bytes);
    ctx.ports.files.put(&key, bytes).await?;
    let written = caller
        .write(move |tx, actor| rules::receive(tx, actor, (&sent, &sealed), now))
        .await;
    // A refusal has written nothing for sure. After any other failure the row may be there, and needs its file.
    if let Err(Error::Refused(_)) = written {
        let _ = ctx.ports.files.delete(&key).await;
    }
    written
}

async fn look_into(ctx: &Ctx, sent: &Sent, file: Upload) -> Result<Sealed> {
    // What costs nothing to know is known before anybody waits for a turn.
    inspect::claimed(&file.content_type, &sent.file_name)?;
    let (keys, user, name) = (ctx.keys.clone(), sent.user_id, sent.file_name.clone());
    let turn = TURNS.acquire().await.map_err(Error::internal)?;
    let looked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let whose = (user, KycDocumentId::new());
        seal(&keys, whose, (&file.content_type, &name), &file.bytes)
    });
    looked.await.map_err(Error::internal)?
}

/// A file, open, on its way to who has a link to it.
pub struct Opened {
    kind: Kind,
    name: String,
    bytes: Vec<u8>,
}

/// Opens the file that a link names, and records the access under the person or client that the link was made for.
pub async fn open(ctx: &Ctx, request: RequestInfo, token: &str) -> Result<Opened> {
    let link = Link::read(&ctx.keys, token, ctx.clock.now()).ok_or_else(ended)?;
    let (id, keys) = (link.document, ctx.keys.clone());
    let row = ctx
        .db
        .write(move |tx| {
            let row = query::living(tx.conn(), id)?;
            if row.is_some() {
                rules::opened(tx, (keys, request), link)?;
            }
            Ok(row)
        })
        .await?;
    let row = row
        .filter(|row| !row.document_url.is_empty())
        .ok_or_else(ended)?;
    opened(ctx, &row).await?.ok_or_else(ended)
}

/// Returns a customer's files that are still stored, decrypted, for the export of the customer's data.
pub async fn all_of(ctx: &Ctx, user: UserId) -> Result<Vec<KeptFile>> {
    let rows = ctx.db.read(move |conn| query::kept_of(conn, user)).await?;
    let mut files = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(file) = opened(ctx, &row).await? else {
            continue;
        };
        files.push(KeptFile {
            document_id: row.id,
            name: file.name,
            content_type: file.kind.content_type(),
            bytes: file.bytes,
        });
    }
    Ok(files)
}

/// Reads and decrypts the file of a document; nothing, and an error in the log, where the store does not have it.
async fn opened(ctx: &Ctx, row: &DocumentRow) -> Result<Option<Opened>> {
    let id = row.id;
    let Some(sealed) = ctx.ports.files.get(&row.document_url).await? else {
        tracing::error!(document = %id, "the file of document {id} is not in the store");
        return Ok(None);
    };
    let kind = Kind::of(&row.content_type)
        .ok_or_else(|| Error::internal(format!("document {id} has an unknown type")))?;
    Ok(Some(Opened {
        kind,
        name: name(row.document_type, id, kind),
        bytes: ctx.keys.open_bytes(place(id), &sealed)?,
    }))
}

/// A stored file of a customer, decrypted.
pub struct KeptFile {
    /// The document that the file belongs to.
    pub document_id: KycDocumentId,
    /// The file name.
    pub name: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
}

fn ended() -> Error {
    Error::because(
        ProblemCode::NotFound,
        "The link has ended, or the file is no longer kept. Ask for a new link.",
    )
}

/// What the file is saved as: what it is, not what somebody called it.
fn name(document: KycDocumentType, id: KycDocumentId, kind: Kind) -> String {
    let digits = id.0.simple().to_string();
    let short = digits.get(24..).unwrap_or_default();
    format!("{}-{short}.{}", document.as_str(), kind.ending())
}

/// Inert: a browser saves it, and whatever it is, it runs nothing and loads nothing.
impl Responder for Opened {
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

/// Where a document's file opens.
pub const fn place<'a>(id: KycDocumentId) -> Place<'a> {
    Place::new("kyc_documents", "document_url", id.0)
}

/// A key that nobody can guess. It names the document, so that the sweep finds its row, and what it is sealed with.
pub fn key(keys: &Keyring, user: UserId, id: KycDocumentId) -> String {
    let random = Uuid::new_v4().simple();
    format!("{FOLDER}/{user}/{id}.{random}{}", ending(keys))
}

/// How the keys of files end that are sealed with the current key.
pub fn ending(keys: &Keyring) -> String {
    format!(".k{}", keys.current())
}

/// The key of the same file, sealed with the current key.
pub fn renamed(keys: &Keyring, key: &str) -> Option<String> {
    let (whose, _) = key.rsplit_once('.')?;
    Some(format!("{whose}{}", ending(keys)))
}

/// The document that a key names.
pub fn document_of(key: &str) -> Option<KycDocumentId> {
    let (_, name) = key.rsplit_once('/')?;
    let (id, _) = name.split_once('.')?;
    Uuid::try_parse(id).ok().map(KycDocumentId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_document_and_nothing_else_does() {
        let id = KycDocumentId::new();
        assert_eq!(document_of(&format!("kyc/{id}/{id}.abc.k1")), Some(id));
        for other in ["", "kyc/readme.txt", "kyc/a/b", &id.to_string()] {
            assert_eq!(document_of(other), None, "{other}");
        }
    }
}
