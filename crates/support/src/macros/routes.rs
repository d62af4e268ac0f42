//! Macros over HTTP.

use super::{query, rules, run as execution};
use actix_web::{delete, get, patch, post};
use platform::{
    Caller, Created, Id, IdempotencyKey, IdempotentResponse, IfMatch, NoContent, Result, Tagged,
    Valid, listing,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    MacroId, TicketId,
    permission::needs::{TicketsSetup, TicketsWrite},
    support::macros::{EditMacro, MacroRun, NewMacro, RunMacro, TicketMacro},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(create)
        .service(show)
        .service(edit)
        .service(remove)
        .service(run);
}

listing!(TicketMacro, "/ticket-macros", export "/ticket-macros/export", tag "support/macros", needs TicketsWrite = "tickets:write", from query::page);

/// Create a macro. A macro with a reply only is a canned reply.
#[utoipa::path(tag = "support/macros", security(("bearer" = ["tickets:setup"])), request_body = NewMacro, responses((status = 201, description = "Created", body = TicketMacro)))]
#[post("/ticket-macros")]
pub async fn create(
    caller: Caller<TicketsSetup>,
    new: Valid<NewMacro>,
) -> Result<Created<TicketMacro>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Show a macro.
#[utoipa::path(tag = "support/macros", security(("bearer" = ["tickets:write"])), params(("id" = MacroId, Path)), responses((status = 200, description = "The macro", body = TicketMacro)))]
#[get("/ticket-macros/{id}")]
pub async fn show(caller: Caller<TicketsWrite>, id: Id<MacroId>) -> Result<Tagged<TicketMacro>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Edit a macro.
#[utoipa::path(tag = "support/macros", security(("bearer" = ["tickets:setup"])), params(("id" = MacroId, Path), ("If-Match" = String, Header)), request_body = EditMacro, responses((status = 200, description = "The macro", body = TicketMacro)))]
#[patch("/ticket-macros/{id}")]
pub async fn edit(
    caller: Caller<TicketsSetup>,
    id: Id<MacroId>,
    version: IfMatch,
    edit: Valid<EditMacro>,
) -> Result<Tagged<TicketMacro>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Delete a macro.
#[utoipa::path(tag = "support/macros", security(("bearer" = ["tickets:setup"])), params(("id" = MacroId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/ticket-macros/{id}")]
pub async fn remove(
    caller: Caller<TicketsSetup>,
    id: Id<MacroId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}

/// Run a macro on a ticket. Each action has a result of its own; when one fails, no note and no reply are written.
///
/// An action on another record needs the permission for it: `orders:resend` to send a delivery again,
/// `esims:operate` to refresh, suspend or resume the eSIM, and `refunds:request` with a recent confirmation of the identity
/// to request a refund.
#[utoipa::path(tag = "support/macros", security(("bearer" = ["tickets:write"])), request_body = RunMacro,
    params(("id" = TicketId, Path), ("Idempotency-Key" = String, Header, description = "Unique for this run; the same key gives the same answer")),
    responses((status = 201, description = "The result of each action", body = MacroRun)))]
#[post("/tickets/{id}/macros")]
pub async fn run(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
    once: IdempotencyKey,
    request: Valid<RunMacro>,
) -> Result<IdempotentResponse<MacroRun>> {
    let ctx = caller.ctx().clone();
    caller
        .write_idempotent(once.for_body(&request), move |tx, actor| {
            execution::run(tx, actor, &ctx, id.0, &request)
        })
        .await
}
