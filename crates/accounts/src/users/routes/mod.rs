//! HTTP routes of users.

mod archive;
mod own;
mod personal_data;
mod status;

use super::rules;
use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Id, IfMatch, Json, NoContent, OptionalBody, Options, Result, Tagged, Valid,
    listing,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    UserId,
    accounts::users::{EditUser, NewUser, OptionalReason, TimelineFilter, User, UserTimeline},
    esims::inventory::RevealRequest,
    permission::needs::{UsersCreate, UsersDelete, UsersRead, UsersReveal, UsersWrite},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(own::show_me)
        .service(own::edit_me)
        .service(list)
        .service(export)
        .service(status::bulk)
        .service(create)
        .service(reveal)
        .service(timeline)
        .service(restore)
        .service(status::activate)
        .service(status::deactivate)
        .service(status::suspend)
        .service(status::ban)
        .service(status::undo_status)
        .service(status::change_role)
        .service(personal_data::export_data)
        .service(personal_data::erase)
        .service(show)
        .service(edit)
        .service(remove);
}

listing!(User, "/users", export "/users/export", tag "accounts/users", needs UsersRead = "users:read", from rules::page);

/// Show a user. A customer sees only their own account.
#[utoipa::path(tag = "accounts/users", security(("bearer" = ["users:read"])), params(("id" = UserId, Path)), responses((status = 200, description = "The user", body = User)))]
#[get("/users/{id}")]
pub async fn show(caller: Caller<UsersRead>, id: Id<UserId>) -> Result<Tagged<User>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Create a customer or, as a super administrator, a staff member.
#[utoipa::path(tag = "accounts/users", security(("bearer" = ["users:create"])), request_body = NewUser, responses((status = 201, description = "Created", body = User)))]
#[post("/users")]
pub async fn create(caller: Caller<UsersCreate>, new: Valid<NewUser>) -> Result<Created<User>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, new.into_inner()))
        .await
        .map(Created)
}

/// Edit a user. Only a super administrator edits staff.
///
/// To change the email address, the caller must have authenticated within the last 15 minutes; otherwise the
/// answer is 403 with the code `confirmation_required`. The change ends every session of the account and every link sent
/// before. Both addresses get an email, and no password link is sent to the new address for 24 hours.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:write"])), request_body = EditUser,
    params(("id" = UserId, Path), ("If-Match" = String, Header, description = "The ETag from the last read")),
    responses((status = 200, description = "The updated user", body = User)),
)]
#[patch("/users/{id}")]
pub async fn edit(
    caller: Caller<UsersWrite>,
    id: Id<UserId>,
    version: IfMatch,
    change: Valid<EditUser>,
) -> Result<Tagged<User>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, change.into_inner(), now))
        .await
        .map(Tagged)
}

/// Reveal a user's masked contact details. Access is logged.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:reveal"])), request_body = RevealRequest,
    params(("id" = UserId, Path)), responses((status = 200, description = "The user, unmasked", body = User)),
)]
#[post("/users/{id}/reveal")]
pub async fn reveal(
    caller: Caller<UsersReveal>,
    id: Id<UserId>,
    why: Valid<RevealRequest>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::reveal(tx, actor, id.0, why.into_inner()))
        .await
        .map(Tagged)
}

/// Delete a user. Past orders stay and keep the user's name. Fails while an order, payment, refund or dispute is open.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:delete"])), request_body(content = Option<OptionalReason>),
    params(("id" = UserId, Path), ("If-Match" = String, Header, description = "The ETag from the last read")),
    responses((status = 204, description = "Deleted")),
)]
#[delete("/users/{id}")]
pub async fn remove(
    caller: Caller<UsersDelete>,
    id: Id<UserId>,
    version: IfMatch,
    why: OptionalBody<OptionalReason>,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let reason = why.0.reason.as_deref();
            rules::remove(tx, actor, id.0, Some(version.0), reason, now)
        })
        .await
        .map(|()| NoContent)
}

/// Restore a deleted user. Fails when another account has the email address by now.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:delete"])), request_body(content = Option<OptionalReason>),
    params(("id" = UserId, Path)), responses((status = 200, description = "The restored user", body = User)),
)]
#[post("/users/{id}/restore")]
pub async fn restore(
    caller: Caller<UsersDelete>,
    id: Id<UserId>,
    why: OptionalBody<OptionalReason>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::restore(tx, actor, id.0, why.0.reason.as_deref()))
        .await
        .map(Tagged)
}

/// List the timeline of a user, the newest event first.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:read"])), params(("id" = UserId, Path), TimelineFilter),
    responses((status = 200, description = "A page of the timeline", body = UserTimeline)),
)]
#[get("/users/{id}/timeline")]
pub async fn timeline(
    caller: Caller<UsersRead>,
    id: Id<UserId>,
    filter: Options<TimelineFilter>,
) -> Result<Json<UserTimeline>> {
    caller
        .read(move |conn, actor| rules::timeline(conn, actor, id.0, &filter.0))
        .await
        .map(Json)
}
