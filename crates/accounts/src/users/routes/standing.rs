//! How somebody stands here, over HTTP: states, roles, and acts on many.

use crate::users::rules;
use actix_web::{post, put};
use platform::{Caller, Confirmed, Id, IfMatch, Many, Maybe, Result, Tagged, Valid};
use wire::{
    Bulk, BulkOutcome, UserId,
    accounts::users::{Because, ClosedUser, NewRole, Remark, User, UserAct, UserStatus},
    permission::needs::{UsersRoles, UsersStatus},
};

/// Let a person in again.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body(content = Option<Remark>),
    params(("id" = UserId, Path)), responses((status = 200, description = "Active", body = User)),
)]
#[post("/users/{id}/activate")]
pub async fn activate(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: Maybe<Remark>,
) -> Result<Tagged<User>> {
    moved(caller, id, UserStatus::Active, why.0.reason).await
}

/// Put a person's account to rest. Their sessions end at once.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body(content = Option<Remark>),
    params(("id" = UserId, Path)), responses((status = 200, description = "Inactive", body = User)),
)]
#[post("/users/{id}/deactivate")]
pub async fn deactivate(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: Maybe<Remark>,
) -> Result<Tagged<User>> {
    moved(caller, id, UserStatus::Inactive, why.0.reason).await
}

/// Suspend a person. Their sessions end immediately. API clients that the person created keep working, and the answer
/// lists them: the person knows their keys, so rotate or revoke the keys.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body = Because,
    params(("id" = UserId, Path)), responses((status = 200, description = "The suspended person, and the API clients that the person created", body = ClosedUser)),
)]
#[post("/users/{id}/suspend")]
pub async fn suspend(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: Valid<Because>,
) -> Result<Tagged<ClosedUser>> {
    block(caller, id, UserStatus::Suspended, why.into_inner().reason).await
}

/// Ban a person. Their sessions end immediately. API clients that the person created keep working, and the answer lists
/// them: the person knows their keys, so rotate or revoke the keys.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])), request_body = Because,
    params(("id" = UserId, Path)), responses((status = 200, description = "The banned person, and the API clients that the person created", body = ClosedUser)),
)]
#[post("/users/{id}/ban")]
pub async fn ban(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    why: Valid<Because>,
) -> Result<Tagged<ClosedUser>> {
    block(caller, id, UserStatus::Banned, why.into_inner().reason).await
}

async fn block(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    to: UserStatus,
    reason: String,
) -> Result<Tagged<ClosedUser>> {
    caller
        .write(move |tx, actor| rules::block(tx, actor, id.0, (to, Some(&reason))))
        .await
        .map(Tagged)
}

/// Undo the last change of a user's status: the user gets the status before that change. Answers 412 if the user has
/// changed in any way since.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status"])),
    params(("id" = UserId, Path), ("If-Match" = String, Header, description = "The ETag since the change to undo")),
    responses((status = 200, description = "As before", body = User)),
)]
#[post("/users/{id}/undo-status")]
pub async fn undo_status(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    read: IfMatch,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::undo_status(tx, actor, id.0, read.0))
        .await
        .map(Tagged)
}

async fn moved(
    caller: Caller<UsersStatus>,
    id: Id<UserId>,
    to: UserStatus,
    reason: Option<String>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::move_to(tx, actor, id.0, (to, reason.as_deref())))
        .await
        .map(Tagged)
}

/// Give a person another role. They have to sign in anew.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:roles"])), request_body = NewRole,
    params(("id" = UserId, Path)),
    responses((status = 200, description = "As they are now", body = User), (status = 403, description = "Not allowed, or not confirmed of late (`confirmation_required`)")),
)]
#[put("/users/{id}/role")]
pub async fn appoint(
    caller: Confirmed<UsersRoles>,
    id: Id<UserId>,
    new: Valid<NewRole>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::appoint(tx, actor, id.0, &new))
        .await
        .map(Tagged)
}

/// Activate, deactivate, suspend, ban, delete or restore up to 500 customers, each in a transaction of its own: one
/// refusal undoes nothing else. Staff and the caller are refused.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:status", "users:delete"])), request_body = Bulk<UserAct>,
    responses((status = 207, description = "What became of each", body = BulkOutcome)),
)]
#[post("/users/bulk")]
pub async fn bulk(caller: Caller<UsersStatus>, acts: Valid<Bulk<UserAct>>) -> Result<Many> {
    let now = caller.ctx().clock.now();
    platform::bulk::each(
        &caller,
        acts.into_inner(),
        rules::ready,
        move |tx, actor, id, asked| rules::act(tx, actor, (id, asked), now),
    )
    .await
}
