//! The HTTP side of disputes.

use super::{evidence::draw, query};
use crate::pdf::as_file;
use actix_web::{HttpResponse, get};
use platform::{Caller, Id, Result, Tagged, listing};
use wire::{DisputeId, billing::disputes::Dispute, permission::needs::DisputesRead};

listing!(Dispute, "/disputes", export "/disputes/export", tag "billing/disputes", needs DisputesRead = "disputes:read", from query::page);

/// Show a dispute.
#[utoipa::path(tag = "billing/disputes", security(("bearer" = ["disputes:read"])), params(("id" = DisputeId, Path)), responses((status = 200, description = "The dispute", body = Dispute)))]
#[get("/disputes/{id}")]
pub async fn show(caller: Caller<DisputesRead>, id: Id<DisputeId>) -> Result<Tagged<Dispute>> {
    caller
        .read(move |conn, _| query::find(conn, id.0))
        .await
        .map(Tagged)
}

/// Draw the evidence for a dispute as PDF: the order, the payment, the delivery and the usage. The document names the
/// customer, so the access is logged.
#[utoipa::path(tag = "billing/disputes", security(("bearer" = ["disputes:read"])), params(("id" = DisputeId, Path)), responses((status = 200, description = "The document", content_type = "application/pdf", body = String)))]
#[get("/disputes/{id}/evidence")]
pub async fn evidence(caller: Caller<DisputesRead>, id: Id<DisputeId>) -> Result<HttpResponse> {
    caller
        .write(move |tx, actor| draw(tx, actor, id.0))
        .await
        .map(as_file)
}
