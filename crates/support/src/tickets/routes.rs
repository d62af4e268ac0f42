//! Tickets over HTTP.

use super::rules;
use actix_web::{get, patch, post};
use platform::{Caller, Created, Id, IfMatch, Json, Result, Tagged, Valid, listing};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    TicketId,
    permission::needs::{TicketsCreate, TicketsRate, TicketsRead, TicketsWrite},
    support::tickets::{
        AssignTicket, EditTicket, NewTicket, NewTicketRating, PresencePing, Ticket, TicketContext,
        TicketHistory, TicketPresence, TicketRating, TicketRef,
    },
};

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list)
        .service(export)
        .service(create)
        .service(show)
        .service(edit)
        .service(claim)
        .service(assign)
        .service(resolve);
    config
        .service(close)
        .service(reopen)
        .service(context)
        .service(history)
        .service(ping)
        .service(rating)
        .service(rate);
}

listing!(Ticket, "/tickets", export "/tickets/export", tag "support/tickets", needs TicketsRead = "tickets:read", from rules::page);

/// Open a ticket. Customers open it for themselves, API clients for their customers.
///
/// The eSIM, the order and the payment are found in the text by an ICCID, an order number or an ID where the request does
/// not name them. Active rules assign, tag and prioritise the ticket.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:create"])), request_body = NewTicket, responses((status = 201, description = "Opened", body = Ticket)))]
#[post("/tickets")]
pub async fn create(
    caller: Caller<TicketsCreate>,
    new: Valid<NewTicket>,
) -> Result<Created<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::create(tx, actor, &new, now))
        .await
        .map(Created)
}

/// Show a ticket, by its ID or its number. The number of a merged ticket shows the ticket that it was merged into.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:read"])), params(("id" = String, Path, description = "ID or number of the ticket")), responses((status = 200, description = "The ticket", body = Ticket)))]
#[get("/tickets/{id}")]
pub async fn show(caller: Caller<TicketsRead>, id: Id<TicketRef>) -> Result<Tagged<Ticket>> {
    caller
        .read(move |conn, actor| rules::show(conn, actor, &id.0))
        .await
        .map(Tagged)
}

/// Edit the subject, the priority, the category, the tags and the links of a ticket.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path), ("If-Match" = String, Header)), request_body = EditTicket, responses((status = 200, description = "The ticket", body = Ticket)))]
#[patch("/tickets/{id}")]
pub async fn edit(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
    version: IfMatch,
    edit: Valid<EditTicket>,
) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::edit(tx, actor, id.0, version.0, &edit, now))
        .await
        .map(Tagged)
}

/// Assign a ticket to the caller. One of several callers gets it.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The ticket", body = Ticket), (status = 409, description = "Another person works on the ticket")))]
#[post("/tickets/{id}/claim")]
pub async fn claim(caller: Caller<TicketsWrite>, id: Id<TicketId>) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::claim(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Assign a ticket to a staff member, or release it.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), request_body = AssignTicket, responses((status = 200, description = "The ticket", body = Ticket)))]
#[post("/tickets/{id}/assign")]
pub async fn assign(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
    to: Valid<AssignTicket>,
) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::assign(tx, actor, id.0, to.assigned_to, now))
        .await
        .map(Tagged)
}

/// Resolve a ticket. The customer's answer reopens it.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The ticket", body = Ticket)))]
#[post("/tickets/{id}/resolve")]
pub async fn resolve(caller: Caller<TicketsWrite>, id: Id<TicketId>) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::resolve(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Close a ticket. The customer's answer opens a new one.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The ticket", body = Ticket)))]
#[post("/tickets/{id}/close")]
pub async fn close(caller: Caller<TicketsWrite>, id: Id<TicketId>) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::close(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Reopen a resolved ticket. The clock of the resolution goes on with the time already used.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The ticket", body = Ticket)))]
#[post("/tickets/{id}/reopen")]
pub async fn reopen(caller: Caller<TicketsWrite>, id: Id<TicketId>) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::reopen(tx, actor, id.0, now))
        .await
        .map(Tagged)
}

/// Show the customer of a ticket with the customer's eSIMs, orders, payments, refunds and other tickets.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The customer's records", body = TicketContext)))]
#[get("/tickets/{id}/context")]
pub async fn context(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
) -> Result<Json<TicketContext>> {
    caller
        .read(move |conn, actor| rules::context(conn, actor, id.0))
        .await
        .map(Json)
}

/// Show the history of a ticket, the oldest event first.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The history", body = TicketHistory)))]
#[get("/tickets/{id}/history")]
pub async fn history(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
) -> Result<Json<TicketHistory>> {
    caller
        .read(move |conn, actor| rules::history(conn, actor, id.0))
        .await
        .map(Json)
}

/// Report that the caller views a ticket or writes a reply, and show who else does. A report counts for 30 seconds.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), request_body = PresencePing, responses((status = 200, description = "The other staff members", body = TicketPresence)))]
#[post("/tickets/{id}/presence")]
pub async fn ping(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
    ping: Valid<PresencePing>,
) -> Result<Json<TicketPresence>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::ping(tx, actor, id.0, &ping, now))
        .await
        .map(Json)
}

/// Show the customer's rating of a ticket.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:read"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The rating", body = TicketRating)))]
#[get("/tickets/{id}/rating")]
pub async fn rating(caller: Caller<TicketsRead>, id: Id<TicketId>) -> Result<Json<TicketRating>> {
    caller
        .read(move |conn, actor| rules::rating(conn, actor, id.0))
        .await
        .map(Json)
}

/// Rate the support of a ticket that is resolved or closed. A later rating replaces the earlier one. Only customers and API
/// clients rate.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:rate"])), params(("id" = TicketId, Path)), request_body = NewTicketRating, responses((status = 200, description = "The rating", body = TicketRating)))]
#[post("/tickets/{id}/rating")]
pub async fn rate(
    caller: Caller<TicketsRate>,
    id: Id<TicketId>,
    new: Valid<NewTicketRating>,
) -> Result<Json<TicketRating>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::rate(tx, actor, id.0, &new, now))
        .await
        .map(Json)
}
