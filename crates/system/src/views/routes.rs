//! HTTP routes of saved views.

use super::{query, rules};
use actix_web::{delete, get, patch, post};
use platform::{Caller, Created, Id, IfMatch, NoContent, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    ViewId,
    permission::needs::ViewsOwn,
    system::views::{EditView, NewView, View},
};

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list).service(export).service(create);
    config.service(show).service(edit).service(remove);
}

listing!(View, "/views", export "/views/export", tag "system/views", needs ViewsOwn = "views:own", from query::page);

/// Show a view: your own, one of your role, or one for everyone.
#[utoipa::path(
    tag = "system/views", security(("bearer" = ["views:own"])), params(("id" = ViewId, Path)),
    responses((status = 200, description = "The view", body = View)),
)]
#[get("/views/{id}")]
pub async fn show(caller: Caller<ViewsOwn>, id: Id<ViewId>) -> Result<Tagged<View>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Save a view of a list. Sharing it with a role or with everyone needs `views:share`.
#[utoipa::path(
    tag = "system/views", security(("bearer" = ["views:own"])), request_body = NewView,
    responses((status = 201, description = "Saved", body = View)),
)]
#[post("/views")]
pub async fn create(caller: Caller<ViewsOwn>, new: Valid<NewView>) -> Result<Created<View>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Change a view of your own; a super administrator may change any shared view.
#[utoipa::path(
    tag = "system/views", security(("bearer" = ["views:own"])), request_body = EditView,
    params(("id" = ViewId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    responses((status = 200, description = "The view", body = View)),
)]
#[patch("/views/{id}")]
pub async fn edit(
    caller: Caller<ViewsOwn>,
    id: Id<ViewId>,
    read: IfMatch,
    change: Valid<EditView>,
) -> Result<Tagged<View>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, read.0, &change))
        .await
        .map(Tagged)
}

/// Delete a view of your own; a super administrator may delete any shared view.
#[utoipa::path(
    tag = "system/views", security(("bearer" = ["views:own"])),
    params(("id" = ViewId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    responses((status = 204, description = "Deleted")),
)]
#[delete("/views/{id}")]
pub async fn remove(caller: Caller<ViewsOwn>, id: Id<ViewId>, read: IfMatch) -> Result<NoContent> {
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, read.0))
        .await
        .map(|()| NoContent)
}
