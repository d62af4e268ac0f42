//! The HTTP side of orders.

use super::{query, rules, timeline as steps};
use actix_web::{get, post};
use platform::{
    Caller, Id, IdempotencyKey, IdempotentResponse, Json, Options, Result, Tagged, Valid,
    limits::Class, listing,
};
use wire::{
    OrderId,
    billing::orders::{
        CancelOrder, NewOrder, Order, OrderPayment, OrderQuote, QuoteOrder, Timeline,
    },
    permission::needs::{OrdersRead, OrdersResend, OrdersRetry, OrdersWrite},
};

listing!(Order, "/orders", export "/orders/export", tag "billing/orders", needs OrdersRead = "orders:read", from query::page);

/// Say what an order would come to, and each reason why it would be refused. Nothing is written, nothing is held.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:write"])), params(QuoteOrder), responses((status = 200, description = "What it would come to", body = OrderQuote)))]
#[get("/orders/quote")]
pub async fn quote(
    caller: Caller<OrdersWrite>,
    asked: Options<QuoteOrder>,
) -> Result<Json<OrderQuote>> {
    count_code_try(&caller, asked.0.promo_code.as_deref()).await?;
    let ctx = caller.ctx().clone();
    caller
        .read(move |conn, actor| rules::quote(conn, actor, &ctx, &asked.0))
        .await
        .map(Json)
}

/// Counts a tried promotion code, so that a caller who tries many has to wait.
async fn count_code_try(caller: &Caller<OrdersWrite>, code: Option<&str>) -> Result<()> {
    match code {
        Some(_) => caller.take_token(Class::Codes).await,
        None => Ok(()),
    }
}

/// Show how an order is paid: the gateway's page, the secret for the shop's own, or where to send the money.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:read"])), params(("id" = OrderId, Path)), responses((status = 200, description = "How it is paid", body = OrderPayment)))]
#[get("/orders/{id}/payment")]
pub async fn payment(caller: Caller<OrdersRead>, id: Id<OrderId>) -> Result<Json<OrderPayment>> {
    caller
        .read(move |conn, actor| rules::payment(conn, actor, id.0))
        .await
        .map(Json)
}

/// Place an order.
///
/// A promotion's code lowers the price, tax comes on top of what is left; a total of nothing is paid at once. A
/// top-up adds the plan to an eSIM that the customer has.
///
/// The price is that of this moment. The payment is opened within a second: read the order's transaction for
/// where the customer pays. The eSIM is provisioned when the payment has come in. For a customer of a client in test
/// mode, orders are placed only where payments and providers are simulated: a trial costs nobody anything.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:write"])), request_body = NewOrder,
    params(("Idempotency-Key" = String, Header, description = "Unique for this order; the same key gives the same answer")),
    responses((status = 201, description = "Placed", body = Order)))]
#[post("/orders")]
pub async fn create(
    caller: Caller<OrdersWrite>,
    once: IdempotencyKey,
    new: Valid<NewOrder>,
) -> Result<IdempotentResponse<Order>> {
    count_code_try(&caller, new.promo_code.as_deref()).await?;
    let ctx = caller.ctx().clone();
    caller
        .write_idempotent(once.for_body(&new), move |tx, actor| {
            rules::place(tx, actor, &ctx, new.into_inner())
        })
        .await
}

/// Show an order.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:read"])), params(("id" = OrderId, Path)), responses((status = 200, description = "The order", body = Order)))]
#[get("/orders/{id}")]
pub async fn show(caller: Caller<OrdersRead>, id: Id<OrderId>) -> Result<Tagged<Order>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Show what happened to an order, step by step.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:read"])), params(("id" = OrderId, Path)), responses((status = 200, description = "Its steps, the oldest first", body = Timeline)))]
#[get("/orders/{id}/timeline")]
pub async fn timeline(caller: Caller<OrdersRead>, id: Id<OrderId>) -> Result<Json<Timeline>> {
    caller
        .read(move |conn, actor| steps::of(conn, actor, id.0))
        .await
        .map(Json)
}

/// Cancel an order that nobody has paid.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:write"])), params(("id" = OrderId, Path)), request_body = CancelOrder, responses((status = 200, description = "Cancelled", body = Order)))]
#[post("/orders/{id}/cancel")]
pub async fn cancel(
    caller: Caller<OrdersWrite>,
    id: Id<OrderId>,
    why: Valid<CancelOrder>,
) -> Result<Tagged<Order>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::cancel(tx, actor, &ctx, id.0, &why.reason))
        .await
        .map(Tagged)
}

/// Take a stuck order up again.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:retry"])), params(("id" = OrderId, Path)), responses((status = 200, description = "Taken up", body = Order)))]
#[post("/orders/{id}/retry")]
pub async fn retry(caller: Caller<OrdersRetry>, id: Id<OrderId>) -> Result<Tagged<Order>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::retry(tx, actor, &ctx, id.0))
        .await
        .map(Tagged)
}

/// Send the delivery of an order once more.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:resend"])), params(("id" = OrderId, Path)), responses((status = 200, description = "On its way", body = Order)))]
#[post("/orders/{id}/resend")]
pub async fn resend(caller: Caller<OrdersResend>, id: Id<OrderId>) -> Result<Tagged<Order>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| rules::resend(tx, actor, &ctx, id.0))
        .await
        .map(Tagged)
}
