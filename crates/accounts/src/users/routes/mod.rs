//! People over HTTP.

mod archive;
mod data;
mod own;
mod standing;

use super::rules;
use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Done, Id, IfMatch, Json, Maybe, Options, Result, Tagged, Valid, listing,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    UserId,
    accounts::users::{EditUser, HappeningFilter, Happenings, NewUser, Remark, User},
    esims::inventory::Reveal,
    permission::needs::{UsersCreate, UsersDelete, UsersRead, UsersReveal, UsersWrite},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(own::show_me)
        .service(own::edit_me)
        .service(list)
        .service(export)
        .service(standing::bulk)
        .service(create)
        .service(reveal)
        .service(timeline)
        .service(restore)
        .service(standing::activate)
        .service(standing::deactivate)
        .service(standing::suspend)
        .service(standing::ban)
        .service(standing::undo_status)
        .service(standing::appoint)
        .service(data::take_away)
        .service(data::erase)
        .service(show)
        .service(edit)
        .service(remove);
}

listing!(User, "/users", export "/users/export", tag "accounts/users", needs UsersRead = "users:read", from rules::page);

/// Show a person; a customer sees nobody but themselves.
#[utoipa::path(tag = "accounts/users", security(("bearer" = ["users:read"])), params(("id" = UserId, Path)), responses((status = 200, description = "The person", body = User)))]
#[get("/users/{id}")]
pub async fn show(caller: Caller<UsersRead>, id: Id<UserId>) -> Result<Tagged<User>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Create a customer, or as a super administrator a member of the staff.
#[utoipa::path(tag = "accounts/users", security(("bearer" = ["users:create"])), request_body = NewUser, responses((status = 201, description = "Created", body = User)))]
#[post("/users")]
pub async fn create(caller: Caller<UsersCreate>, new: Valid<NewUser>) -> Result<Created<User>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, new.into_inner()))
        .await
        .map(Created)
}

/// Edit a person; staff only as a super administrator.
///
/// To change the email address, the caller must have confirmed who they are within the last 15 minutes; otherwise the
/// answer is 403 with the code `confirmation_required`. The change ends every session of the account and every link sent
/// before. Both addresses get an email, and no password link is sent to the new address for 24 hours.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:write"])), request_body = EditUser,
    params(("id" = UserId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    responses((status = 200, description = "As it is now", body = User)),
)]
#[patch("/users/{id}")]
pub async fn edit(
    caller: Caller<UsersWrite>,
    id: Id<UserId>,
    read: IfMatch,
    change: Valid<EditUser>,
) -> Result<Tagged<User>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let change = (change.into_inner(), now);
            rules::edit(tx, actor, (id.0, read.0), change)
        })
        .await
        .map(Tagged)
}

/// Open a person's masked data; every opening is logged.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:reveal"])), request_body = Reveal,
    params(("id" = UserId, Path)), responses((status = 200, description = "The person, nothing masked", body = User)),
)]
#[post("/users/{id}/reveal")]
pub async fn reveal(
    caller: Caller<UsersReveal>,
    id: Id<UserId>,
    why: Valid<Reveal>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::reveal(tx, actor, id.0, why.into_inner()))
        .await
        .map(Tagged)
}

/// Delete a person; what they bought stays, with their name. Not while an order is open or money is under way.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:delete"])), request_body(content = Option<Remark>),
    params(("id" = UserId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    responses((status = 204, description = "Deleted")),
)]
#[delete("/users/{id}")]
pub async fn remove(
    caller: Caller<UsersDelete>,
    id: Id<UserId>,
    read: IfMatch,
    why: Maybe<Remark>,
) -> Result<Done> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| {
            let why = (why.0.reason.as_deref(), now);
            rules::remove(tx, actor, (id.0, Some(read.0)), why)
        })
        .await
        .map(|()| Done)
}

/// Take a deletion back, unless somebody else has the address by now.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:delete"])), request_body(content = Option<Remark>),
    params(("id" = UserId, Path)), responses((status = 200, description = "As they were", body = User)),
)]
#[post("/users/{id}/restore")]
pub async fn restore(
    caller: Caller<UsersDelete>,
    id: Id<UserId>,
    why: Maybe<Remark>,
) -> Result<Tagged<User>> {
    caller
        .write(move |tx, actor| rules::restore(tx, actor, id.0, why.0.reason.as_deref()))
        .await
        .map(Tagged)
}

/// Show what happened to a person and through them, the newest first.
#[utoipa::path(
    tag = "accounts/users", security(("bearer" = ["users:read"])), params(("id" = UserId, Path), HappeningFilter),
    responses((status = 200, description = "A part of the timeline", body = Happenings)),
)]
#[get("/users/{id}/timeline")]
pub async fn timeline(
    caller: Caller<UsersRead>,
    id: Id<UserId>,
    asked: Options<HappeningFilter>,
) -> Result<Json<Happenings>> {
    caller
        .read(move |conn, actor| rules::happenings(conn, actor, id.0, &asked.0))
        .await
        .map(Json)
}
