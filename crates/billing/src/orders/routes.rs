//! The HTTP side of orders.

use super::{query, timeline::load};
use actix_web::get;
use platform::{Caller, Id, Json, Result, Tagged, listing};
use wire::{
    OrderId,
    billing::orders::{Order, Timeline},
    permission::needs::OrdersRead,
};

listing!(Order, "/orders", export "/orders/export", tag "billing/orders", needs OrdersRead = "orders:read", from query::page);

/// Show an order.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:read"])), params(("id" = OrderId, Path)), responses((status = 200, description = "The order", body = Order)))]
#[get("/orders/{id}")]
pub async fn show(caller: Caller<OrdersRead>, id: Id<OrderId>) -> Result<Tagged<Order>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Show what happened to an order, as a timeline.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:read"])), params(("id" = OrderId, Path)), responses((status = 200, description = "The events, the oldest first", body = Timeline)))]
#[get("/orders/{id}/timeline")]
pub async fn timeline(caller: Caller<OrdersRead>, id: Id<OrderId>) -> Result<Json<Timeline>> {
    caller
        .read(move |conn, actor| load(conn, actor, id.0))
        .await
        .map(Json)
}
