//! The HTTP side of the fulfillment.

use super::retry as rules;
use actix_web::{post, web::Json};
use platform::{Caller, Id, OptionalBody, Result, Tagged};
use wire::{
    OrderId, ProvisioningJobId,
    billing::orders::{Order, ResendDelivery},
    integrations::allocations::Provisioning,
    permission::needs::{OrdersResend, OrdersRetry},
};

/// Retry an order that needs review or has failed.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:retry"])), params(("id" = OrderId, Path)), responses((status = 200, description = "Retried", body = Order)))]
#[post("/orders/{id}/retry")]
pub async fn retry(caller: Caller<OrdersRetry>, id: Id<OrderId>) -> Result<Tagged<Order>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::retry(tx, actor, &ctx, id.0))
        .await
        .map(Tagged)
}

/// Retry the provisioning of one ordered eSIM now. A paid order that failed or needs review continues with this unit.
#[utoipa::path(tag = "integrations/provisioning", security(("bearer" = ["orders:retry"])), params(("id" = ProvisioningJobId, Path)), responses((status = 200, description = "Retried", body = Provisioning)))]
#[post("/provisioning/{id}/retry")]
pub async fn retry_unit(
    caller: Caller<OrdersRetry>,
    id: Id<ProvisioningJobId>,
) -> Result<Json<Provisioning>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::retry_unit(tx, actor, &ctx, id.0))
        .await
        .map(Json)
}

/// Resend the delivery email of an order, to the customer or to another address.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:resend"])), params(("id" = OrderId, Path)), request_body = ResendDelivery, responses((status = 200, description = "Queued", body = Order)))]
#[post("/orders/{id}/resend")]
pub async fn resend(
    caller: Caller<OrdersResend>,
    id: Id<OrderId>,
    body: OptionalBody<ResendDelivery>,
) -> Result<Tagged<Order>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::resend(tx, actor, &ctx, id.0, &body.0))
        .await
        .map(Tagged)
}
