//! HTTP routes that change the status and role of users, and bulk actions.

use crate::users::rules;
use actix_web::{post, put};
use platform::{
    BulkResponse, Caller, Id, IfMatch, OptionalBody, RecentlyAuthenticated, Result, Tagged, Valid,
};
use wire::{
    BulkOutcome, BulkRequest, UserId,
    accounts::users::{
        BlockedUser, BulkUserAction, NewRole, OptionalReason, RequiredReason, User, UserStatus,
    },
    permission::needs::{UsersRoles, UsersStatus},
};

/// Activate a user.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body(content = Option<OptionalReason>),
    params(("id" = UserId, Path)), responses((status = 200, description = "The activated user", body = User)),
)]
#[post("/users/{id}/activate")]
pub async fn activate(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: OptionalBody<OptionalReason>,
) -> Result<Tagged<User>> {
    change_status(caller, id, UserStatus::Active, why.0.reason).await
}

/// Deactivate a user. The user's sessions end immediately.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body(content = Option<OptionalReason>),
    params(("id" = UserId, Path)), responses((status = 200, description = "The deactivated user", body = User)),
)]
#[post("/users/{id}/deactivate")]
pub async fn deactivate(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: OptionalBody<OptionalReason>,
) -> Result<Tagged<User>> {
    change_status(caller, id, UserStatus::Inactive, why.0.reason).await
}

/// Suspend a user. The user's sessions end immediately. API clients that the user created keep working, and the answer lists
/// them: the user knows their keys, so rotate or revoke the keys.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body = RequiredReason,
    params(("id" = UserId, Path)), responses((status = 200, description = "The suspended user, and the API clients that the user created", body = BlockedUser)),
)]
#[post("/users/{id}/suspend")]
pub async fn suspend(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: Valid<RequiredReason>,
) -> Result<Tagged<BlockedUser>> {
    block(caller, id, UserStatus::Suspended, why.into_inner().reason).await
}

/// Ban a user. The user's sessions end immediately. API clients that the user created keep working, and the answer lists
/// them: the user knows their keys, so rotate or revoke the keys.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body = RequiredReason,
    params(("id" = UserId, Path)), responses((status = 200, description = "The banned user, and the API clients that the user created", body = BlockedUser)),
)]
#[post("/users/{id}/ban")]
pub async fn ban(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: Valid<RequiredReason>,
) -> Result<Tagged<BlockedUser>> {
    block(caller, id, UserStatus::Banned, why.into_inner().reason).await
}

async fn block(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    to: UserStatus,
    reason: String,
) -> Result<Tagged<BlockedUser>> {
    caller
        .write(move |tx, actor| rules::block(tx, actor, id.0, to, Some(&reason)))
        .await
        .map(Tagged)
}

/// Undo the last change of a user's status: the user gets the status before that change. Answers 412 if the user has
/// changed in any way since.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])),
    params(("id" = UserId, Path), ("If-Match" = String, Header, description = "The ETag after the change to undo")),
    responses((status = 200, description = "The user with the previous status", body = User)),
)]
#[post("/users/{id}/undo-status")]
pub async fn undo_status(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    version: IfMatch,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::undo_status(tx, actor, id.0, version.0))
        .await
        .map(Tagged)
}

async fn change_status(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    to: UserStatus,
    reason: Option<String>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::set_status(tx, actor, id.0, to, reason.as_deref()))
        .await
        .map(Tagged)
}

/// Change the role of a user. The user must sign in again.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:roles"])), request_body = NewRole,
    params(("id" = UserId, Path)),
    responses((status = 200, description = "The updated user", body = User), (status = 403, description = "Not allowed, or not authenticated within the last 15 minutes (`confirmation_required`)")),
)]
#[put("/users/{id}/role")]
pub async fn change_role(
    caller: RecentlyAuthenticated<UsersRoles>,
    id: Id<UserId>,
    new: Valid<NewRole>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::change_role(tx, actor, id.0, &new))
        .await
        .map(Tagged)
}

/// Activate, deactivate, suspend, ban, delete or restore up to 500 customers, each in a transaction of its own: one failure
/// does not affect the others. Staff accounts and the caller's own account are rejected.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status", "users:delete"])), request_body = BulkRequest<BulkUserAction>,
    responses((status = 207, description = "The result for each user", body = BulkOutcome)),
)]
#[post("/users/bulk")]
pub async fn bulk(
    caller: Caller<UsersStatus>,
    bulk: Valid<BulkRequest<BulkUserAction>>,
) -> Result<BulkResponse> {
    let now = caller.ctx().clock.now();
    platform::bulk::each(
        &caller,
        bulk.into_inner(),
        rules::authorize_bulk,
        move |tx, actor, id, bulk| rules::apply_bulk(tx, actor, id, bulk, now),
    )
    .await
}
