//! A person's data as a whole, over HTTP.

use super::archive::{self, Form};
use crate::{kyc, users::rules};
use actix_web::{HttpResponse, post};
use platform::{Confirmed, Id, Maybe, Result, Tagged, Valid, people::Keepers};
use wire::{
    UserId,
    accounts::users::{Because, Remark, User},
    permission::needs::{UsersErase, UsersExport},
};

/// Export all data of a person, with the files that the person uploaded. Customers export their own.
///
/// The answer is one JSON file: `kept` has the rows of each table, `files` the documents in base64. With
/// `Accept: application/zip`, the answer is a ZIP archive of `data.json` and the document files.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:export"])), request_body(content = Option<Remark>),
    params(("id" = UserId, Path)),
    responses((status = 200, description = "Table by table, row by row", body = Value), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")),
)]
#[post("/users/{id}/export")]
pub async fn take_away(
    caller: Confirmed<UsersExport>,
    id: Id<UserId>,
    why: Maybe<Remark>,
    keepers: Keepers,
    form: Form,
) -> Result<HttpResponse> {
    let now = caller.ctx().clock.now();
    let all = caller
        .write(move |tx, actor| {
            let asked = (id.0, why.0.reason.as_deref(), now);
            rules::export(tx, actor, &keepers, asked)
        })
        .await?;
    let files = kyc::all_of(caller.ctx(), id.0).await?;
    archive::answer(id.0, form, (all, files))
}

/// Erase a person's data for good. Orders, payments and the record stay, without saying whose they were. Not while
/// an order is open or money is under way.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:erase"])), request_body = Because,
    params(("id" = UserId, Path)),
    responses((status = 200, description = "What is left", body = User), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")),
)]
#[post("/users/{id}/erase")]
pub async fn erase(
    caller: Confirmed<UsersErase>,
    id: Id<UserId>,
    why: Valid<Because>,
    keepers: Keepers,
) -> Result<Tagged<User>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::erase(tx, actor, &keepers, (id.0, &why.reason, now)))
        .await
        .map(Tagged)
}
