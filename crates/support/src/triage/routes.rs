//! The rules for new tickets over HTTP.

use super::{query, rules};
use actix_web::{delete, get, patch, post};
use platform::{Caller, Created, Id, IfMatch, NoContent, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    TicketRuleId,
    permission::needs::{TicketsSetup, TicketsWrite},
    support::macros::{EditTicketRule, NewTicketRule, TicketRule},
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(create)
        .service(show)
        .service(edit)
        .service(remove);
}

listing!(TicketRule, "/ticket-rules", export "/ticket-rules/export", tag "support/rules", needs TicketsWrite = "tickets:write", from query::page);

/// Create a rule for new tickets.
#[utoipa::path(tag = "support/rules", security(("bearer" = ["tickets:setup"])), request_body = NewTicketRule, responses((status = 201, description = "Created", body = TicketRule)))]
#[post("/ticket-rules")]
pub async fn create(
    caller: Caller<TicketsSetup>,
    new: Valid<NewTicketRule>,
) -> Result<Created<TicketRule>> {
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new))
        .await
        .map(Created)
}

/// Show a rule for new tickets.
#[utoipa::path(tag = "support/rules", security(("bearer" = ["tickets:write"])), params(("id" = TicketRuleId, Path)), responses((status = 200, description = "The rule", body = TicketRule)))]
#[get("/ticket-rules/{id}")]
pub async fn show(
    caller: Caller<TicketsWrite>,
    id: Id<TicketRuleId>,
) -> Result<Tagged<TicketRule>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Edit a rule for new tickets. Existing tickets do not change.
#[utoipa::path(tag = "support/rules", security(("bearer" = ["tickets:setup"])), params(("id" = TicketRuleId, Path), ("If-Match" = String, Header)), request_body = EditTicketRule, responses((status = 200, description = "The rule", body = TicketRule)))]
#[patch("/ticket-rules/{id}")]
pub async fn edit(
    caller: Caller<TicketsSetup>,
    id: Id<TicketRuleId>,
    version: IfMatch,
    edit: Valid<EditTicketRule>,
) -> Result<Tagged<TicketRule>> {
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit))
        .await
        .map(Tagged)
}

/// Delete a rule for new tickets.
#[utoipa::path(tag = "support/rules", security(("bearer" = ["tickets:setup"])), params(("id" = TicketRuleId, Path), ("If-Match" = String, Header)), responses((status = 204, description = "Deleted")))]
#[delete("/ticket-rules/{id}")]
pub async fn remove(
    caller: Caller<TicketsSetup>,
    id: Id<TicketRuleId>,
    version: IfMatch,
) -> Result<NoContent> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::remove(tx, actor, id.0, version.0, now))
        .await
        .map(|()| NoContent)
}
