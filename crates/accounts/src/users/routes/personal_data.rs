//! HTTP routes that export and erase the personal data of a user.

use super::archive::{self, ExportFormat};
use crate::{kyc, users::rules};
use actix_web::{HttpResponse, post};
use platform::{
    Id, OptionalBody, RecentlyAuthenticated, Result, Tagged, Valid, people::PersonalDataRegistry,
};
use wire::{
    UserId,
    accounts::users::{OptionalReason, RequiredReason, User},
    permission::needs::{UsersErase, UsersExport},
};

/// Export all data of a user, with the files that the user uploaded. Customers export their own data.
///
/// The answer is one JSON file: `kept` has the rows of each table, `files` the documents in base64. With
/// `Accept: application/zip`, the answer is a ZIP archive of `data.json` and the document files.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:export"])), request_body(content = Option<OptionalReason>),
    params(("id" = UserId, Path)),
    responses((status = 200, description = "The rows of each table", body = Value), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")),
)]
#[post("/users/{id}/export")]
pub async fn export_data(
    caller: RecentlyAuthenticated<UsersExport>,
    id: Id<UserId>,
    why: OptionalBody<OptionalReason>,
    personal_data: PersonalDataRegistry,
    format: ExportFormat,
) -> Result<HttpResponse> {
    let now = caller.ctx().clock.now();
    let data = caller
        .write(move |tx, actor| {
            let reason = why.0.reason.as_deref();
            rules::export(tx, actor, &personal_data, id.0, reason, now)
        })
        .await?;
    let files = kyc::stored_files(caller.ctx(), id.0).await?;
    archive::to_response(id.0, format, data, &files)
}

/// Erase a user's personal data permanently. Orders, payments and the audit log stay, without naming the user. Fails while an
/// order, payment, refund or dispute is open.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:erase"])), request_body = RequiredReason,
    params(("id" = UserId, Path)),
    responses((status = 200, description = "The erased user", body = User), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")),
)]
#[post("/users/{id}/erase")]
pub async fn erase(
    caller: RecentlyAuthenticated<UsersErase>,
    id: Id<UserId>,
    why: Valid<RequiredReason>,
    personal_data: PersonalDataRegistry,
) -> Result<Tagged<User>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::erase(tx, actor, &personal_data, id.0, &why.reason, now))
        .await
        .map(Tagged)
}
