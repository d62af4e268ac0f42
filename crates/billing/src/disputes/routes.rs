//! The HTTP side of disputes.

use super::query;
use actix_web::get;
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
