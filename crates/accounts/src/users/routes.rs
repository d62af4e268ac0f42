//! People over HTTP.

use super::rules;
use actix_web::{get, patch, post};
use platform::{Caller, Created, Id, IfMatch, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    UserId,
    accounts::users::{EditUser, NewUser, User},
    esims::inventory::Reveal,
    permission::needs::{UsersCreate, UsersRead, UsersReveal, UsersWrite},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(create)
        .service(reveal)
        .service(show)
        .service(edit);
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

/// Create a customer.
#[utoipa::path(tag = "accounts/users", security(("bearer" = ["users:create"])), request_body = NewUser, responses((status = 201, description = "Created", body = User)))]
#[post("/users")]
pub async fn create(caller: Caller<UsersCreate>, new: Valid<NewUser>) -> Result<Created<User>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, new.into_inner()))
        .await
        .map(Created)
}

/// Edit a person; staff only as a super administrator.
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
    caller
        .write(move |tx, actor| rules::edit(tx, actor, (id.0, read.0), change.into_inner()))
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
