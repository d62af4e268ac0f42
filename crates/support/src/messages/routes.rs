//! Messages and files over HTTP.

use super::{
    files::{self, OpenedFile},
    rules,
};
use crate::tickets;
use actix_web::{HttpRequest, get, post, web::Data};
use platform::{
    BulkResponse, Caller, Created, Ctx, Id, Json, Options, RequestInfo, Result, Tagged, Upload,
    Valid,
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{
    BulkOutcome, BulkRequest, TicketAttachmentId, TicketId,
    permission::needs::{TicketsCreate, TicketsRead, TicketsWrite},
    support::tickets::{
        Attachment, AttachmentLink, AttachmentOptions, BulkTicketAction, MergeTicket,
        NewTicketMessage, SplitTicket, Ticket, TicketMessage, TicketThread,
    },
};

/// Adds the operations. `/tickets/bulk` comes before the operations on a ticket.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(bulk)
        .service(thread)
        .service(add)
        .service(merge)
        .service(split)
        .service(upload)
        .service(link)
        .service(open);
}

/// Show the messages of a ticket, the oldest first. Customers and API clients do not see internal notes.
#[utoipa::path(tag = "support/messages", security(("bearer" = ["tickets:read"])), params(("id" = TicketId, Path)), responses((status = 200, description = "The messages", body = TicketThread)))]
#[get("/tickets/{id}/messages")]
pub async fn thread(caller: Caller<TicketsRead>, id: Id<TicketId>) -> Result<Json<TicketThread>> {
    caller
        .read(move |conn, actor| rules::thread(conn, actor, id.0))
        .await
        .map(Json)
}

/// Add a message to a ticket.
///
/// A reply of staff is sent to the customer by email; the ticket then waits for the customer unless `then` says otherwise.
/// An internal note changes nothing else. A message of the customer reopens a resolved ticket; to a closed ticket it opens
/// a new one, which `ticket_id` of the answer names.
#[utoipa::path(tag = "support/messages", security(("bearer" = ["tickets:create"])), params(("id" = TicketId, Path)), request_body = NewTicketMessage, responses((status = 200, description = "The message", body = TicketMessage), (status = 409, description = "The ticket is closed")))]
#[post("/tickets/{id}/messages")]
pub async fn add(
    caller: Caller<TicketsCreate>,
    id: Id<TicketId>,
    new: Valid<NewTicketMessage>,
) -> Result<Json<TicketMessage>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::add(tx, actor, &ctx, id.0, &new))
        .await
        .map(Json)
}

/// Merge a ticket into another one of the same customer. Both numbers lead to the ticket that stays.
#[utoipa::path(tag = "support/messages", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), request_body = MergeTicket, responses((status = 200, description = "The ticket that stays", body = Ticket)))]
#[post("/tickets/{id}/merge")]
pub async fn merge(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
    into: Valid<MergeTicket>,
) -> Result<Tagged<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::merge(tx, actor, id.0, into.into_id, now))
        .await
        .map(Tagged)
}

/// Move messages of a ticket to a new ticket of the same customer.
#[utoipa::path(tag = "support/messages", security(("bearer" = ["tickets:write"])), params(("id" = TicketId, Path)), request_body = SplitTicket, responses((status = 201, description = "The new ticket", body = Ticket)))]
#[post("/tickets/{id}/split")]
pub async fn split(
    caller: Caller<TicketsWrite>,
    id: Id<TicketId>,
    request: Valid<SplitTicket>,
) -> Result<Created<Ticket>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::split(tx, actor, id.0, &request, now))
        .await
        .map(Created)
}

/// Assign, tag, prioritise, resolve, close or merge many tickets. Each has a result of its own.
#[utoipa::path(tag = "support/tickets", security(("bearer" = ["tickets:write"])), request_body = BulkRequest<BulkTicketAction>, responses((status = 207, description = "The result for each ticket", body = BulkOutcome)))]
#[post("/tickets/bulk")]
pub async fn bulk(
    caller: Caller<TicketsWrite>,
    actions: Valid<BulkRequest<BulkTicketAction>>,
) -> Result<BulkResponse> {
    let now = caller.ctx().clock.now();
    platform::bulk::each(
        &caller,
        actions.into_inner(),
        tickets::check_bulk,
        move |tx, actor, id, bulk| rules::apply_bulk(tx, actor, id, bulk, now),
    )
    .await
}

/// Upload a file to a ticket: the file is the body, its name the query. A message takes it afterwards.
///
/// A PDF, a JPEG or a PNG of 10 MiB at most. The type, the extension of the name and the content must agree. Images are
/// encoded again without metadata; PDFs with a password, scripts or attachments are rejected. A file that no message takes
/// within a day is deleted.
#[utoipa::path(tag = "support/messages", security(("bearer" = ["tickets:create"])), params(("id" = TicketId, Path), AttachmentOptions),
    request_body(content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "application/pdf"))),
    responses((status = 200, description = "The file", body = Attachment), (status = 409, description = "Too many files wait for a message")))]
#[post("/tickets/{id}/attachments")]
pub async fn upload(
    caller: Caller<TicketsCreate>,
    id: Id<TicketId>,
    options: Options<AttachmentOptions>,
    file: Upload,
) -> Result<Json<Attachment>> {
    files::upload(&caller, id.0, options.0.file_name, file)
        .await
        .map(Json)
}

/// Create a link that opens an attached file for 60 seconds. Each link and each access is logged.
#[utoipa::path(tag = "support/messages", security(("bearer" = ["tickets:read"])), params(("id" = TicketAttachmentId, Path)), responses((status = 200, description = "The link", body = AttachmentLink)))]
#[post("/ticket-attachments/{id}/link")]
pub async fn link(
    caller: Caller<TicketsRead>,
    id: Id<TicketAttachmentId>,
) -> Result<Json<AttachmentLink>> {
    let (ctx, now) = (caller.ctx().clone(), caller.ctx().clock.now());
    caller
        .write(move |tx, actor| rules::link(tx, actor, &ctx, id.0, now))
        .await
        .map(Json)
}

/// Open the attached file that a link names. The link alone authorizes the request; each access is logged.
#[utoipa::path(tag = "support/messages", security(()), params(("token" = String, Path, description = "The token of the link")),
    responses((status = 200, description = "The file, as a download", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "application/pdf")))))]
#[get("/ticket-attachments/files/{token}")]
pub async fn open(ctx: Data<Ctx>, request: HttpRequest) -> Result<OpenedFile> {
    let token = request.match_info().get("token").unwrap_or_default();
    files::open(&ctx, RequestInfo::read(&request), token).await
}
