//! HTTP routes of the caller's own profile.

use crate::users::rules;
use actix_web::{get, patch};
use platform::{Caller, IfMatch, Result, Tagged, Valid};
use wire::{
    accounts::users::{EditProfile, User},
    permission::needs::{ProfileWrite, SessionsOwn},
};

/// Show the caller's own profile.
#[utoipa::path(tag = "accounts/users", security(("bearer" = ["sessions:own"])), responses((status = 200, description = "The profile", body = User)))]
#[get("/me")]
pub async fn show_me(caller: Caller<SessionsOwn>) -> Result<Tagged<User>> {
    caller.read(rules::show_own).await.map(Tagged)
}

/// Edit the caller's own name and phone number. Customers only: staff change a customer's email address and other fields,
/// and a super administrator edits staff.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["profile:write"])), request_body = EditProfile,
    params(("If-Match" = String, Header, description = "The ETag from the last read")),
    responses((status = 200, description = "The updated profile", body = User)),
)]
#[patch("/me")]
pub async fn edit_me(
    caller: Caller<ProfileWrite>,
    version: IfMatch,
    change: Valid<EditProfile>,
) -> Result<Tagged<User>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit_own(tx, actor, version.0, change.into_inner(), now))
        .await
        .map(Tagged)
}
