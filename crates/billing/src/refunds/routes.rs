//! The HTTP side of refunds.

use super::query;
use actix_web::get;
use platform::{Caller, Id, Result, Tagged, listing};
use wire::{RefundId, billing::refunds::Refund, permission::needs::RefundsRead};

listing!(Refund, "/refunds", export "/refunds/export", tag "billing/refunds", needs RefundsRead = "refunds:read", from query::page);

/// Show a refund.
#[utoipa::path(tag = "billing/refunds", security(("bearer" = ["refunds:read"])), params(("id" = RefundId, Path)), responses((status = 200, description = "The refund", body = Refund)))]
#[get("/refunds/{id}")]
pub async fn show(caller: Caller<RefundsRead>, id: Id<RefundId>) -> Result<Tagged<Refund>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}
