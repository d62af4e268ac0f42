//! HTTP routes of identity documents.

use super::{
    files::{self, OpenedFile},
    rules,
};
use actix_web::{HttpRequest, delete, get, post, web::Data};
use platform::{
    Caller, Created, Ctx, Id, IfMatch, Json, NoContent, Options, RequestInfo, Result, Tagged,
    Upload, Valid, listing,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    KycDocumentId,
    accounts::kyc::{KycDocument, KycLink, KycUploadOptions, RejectDocument},
    permission::needs::{KycRead, KycReview, KycUpload},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(upload)
        .service(open)
        .service(show)
        .service(remove);
    config
        .service(claim)
        .service(release)
        .service(approve)
        .service(reject)
        .service(link);
}

listing!(KycDocument, "/kyc", export "/kyc/export", tag "accounts/kyc", needs KycRead = "kyc:read", from rules::page);

/// Upload a document: the file is the body, its description the query.
///
/// A PDF, a JPEG or a PNG of 10 MiB at most. The type, the extension of the name and the content must agree. Images of at most
/// 40 megapixels are encoded again without metadata; PDFs with a password, scripts or attachments are rejected.
/// With `curl`: `curl --data-binary @passport.jpg -H 'Content-Type: image/jpeg'
/// '.../v1/kyc?document_type=passport&file_name=passport.jpg'`.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:upload"])), params(KycUploadOptions),
    request_body(content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "application/pdf"))),
    responses((status = 201, description = "Uploaded, pending review", body = KycDocument), (status = 409, description = "The file was uploaded already, or too many documents are pending")))]
#[post("/kyc")]
pub async fn upload(
    caller: Caller<KycUpload>,
    options: Options<KycUploadOptions>,
    file: Upload,
) -> Result<Created<KycDocument>> {
    files::upload(&caller, options.0, file).await.map(Created)
}

/// Show a document, without its file.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:read"])), params(("id" = KycDocumentId, Path)), responses((status = 200, description = "The document", body = KycDocument)))]
#[get("/kyc/{id}")]
pub async fn show(caller: Caller<KycRead>, id: Id<KycDocumentId>) -> Result<Tagged<KycDocument>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Delete a document and its file. Only staff delete an approved document.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:upload"])), params(("id" = KycDocumentId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/kyc/{id}")]
pub async fn remove(
    caller: Caller<KycUpload>,
    id: Id<KycDocumentId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}

/// Claim a document for review, for 15 minutes. No other reviewer can decide about it meanwhile.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:review"])), params(("id" = KycDocumentId, Path)),
    responses((status = 200, description = "Claimed", body = KycDocument), (status = 409, description = "Another reviewer has claimed the document, or it was decided")))]
#[post("/kyc/{id}/claim")]
pub async fn claim(
    caller: Caller<KycReview>,
    id: Id<KycDocumentId>,
) -> Result<Tagged<KycDocument>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::claim(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Release the claim of a document without a decision.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:review"])), params(("id" = KycDocumentId, Path)), responses((status = 200, description = "Released", body = KycDocument)))]
#[post("/kyc/{id}/release")]
pub async fn release(
    caller: Caller<KycReview>,
    id: Id<KycDocumentId>,
) -> Result<Tagged<KycDocument>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::release(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Approve a document that the caller has claimed. The customer gets an email.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:review"])), params(("id" = KycDocumentId, Path), ("If-Match" = String, Header)),
    responses((status = 200, description = "Approved", body = KycDocument), (status = 409, description = "The caller has not claimed the document, or it was decided")))]
#[post("/kyc/{id}/approve")]
pub async fn approve(
    caller: Caller<KycReview>,
    id: Id<KycDocumentId>,
    version: IfMatch,
) -> Result<Tagged<KycDocument>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::approve(tx, actor, id.0, version.0, now))
        .await
        .map(Tagged)
}

/// Reject a document that the caller has claimed, with a reason. The customer gets an email, and can upload another document.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:review"])), params(("id" = KycDocumentId, Path), ("If-Match" = String, Header)), request_body = RejectDocument,
    responses((status = 200, description = "Rejected", body = KycDocument), (status = 409, description = "The caller has not claimed the document, or it was decided")))]
#[post("/kyc/{id}/reject")]
pub async fn reject(
    caller: Caller<KycReview>,
    id: Id<KycDocumentId>,
    version: IfMatch,
    why: Valid<RejectDocument>,
) -> Result<Tagged<KycDocument>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::reject(tx, actor, id.0, version.0, &why.reason, now))
        .await
        .map(Tagged)
}

/// Create a link that opens a document's file for 60 seconds. Each link and each access is logged.
#[utoipa::path(tag = "accounts/kyc", security(("bearer" = ["kyc:read"])), params(("id" = KycDocumentId, Path)), responses((status = 200, description = "The link", body = KycLink), (status = 409, description = "The file was deleted")))]
#[post("/kyc/{id}/link")]
pub async fn link(caller: Caller<KycRead>, id: Id<KycDocumentId>) -> Result<Json<KycLink>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::link(tx, actor, id.0, now))
        .await
        .map(Json)
}

/// Open the file that a link names. The link alone authorizes the request; each access is logged.
#[utoipa::path(tag = "accounts/kyc", security(()), params(("token" = String, Path, description = "The token of the link")),
    responses((status = 200, description = "The file, as a download", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "application/pdf")))))]
#[get("/kyc/files/{token}")]
pub async fn open(ctx: Data<Ctx>, request: HttpRequest) -> Result<OpenedFile> {
    let token = request.match_info().get("token").unwrap_or_default();
    files::open(&ctx, RequestInfo::read(&request), token).await
}
