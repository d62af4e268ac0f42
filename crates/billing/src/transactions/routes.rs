//! The HTTP side of payments.

use super::{query, timeline::load};
use actix_web::get;
use platform::{Caller, Id, Json, Result, Tagged, listing};
use wire::{
    TransactionId,
    billing::{
        orders::Timeline,
        transactions::{Transaction, WebhookReceiptList},
    },
    permission::needs::{PaymentsOverview, TransactionsRead},
};

listing!(Transaction, "/transactions", export "/transactions/export", tag "billing/transactions", needs TransactionsRead = "transactions:read", from query::page);

/// Show a payment.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["transactions:read"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "The payment", body = Transaction)))]
#[get("/transactions/{id}")]
pub async fn show(
    caller: Caller<TransactionsRead>,
    id: Id<TransactionId>,
) -> Result<Tagged<Transaction>> {
    caller
        .read(move |conn, actor| query::find(conn, actor, id.0))
        .await
        .map(Tagged)
}

/// Show what happened to a payment and to its refunds, as a timeline.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["transactions:read"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "The events, the oldest first", body = Timeline)))]
#[get("/transactions/{id}/timeline")]
pub async fn timeline(
    caller: Caller<TransactionsRead>,
    id: Id<TransactionId>,
) -> Result<Json<Timeline>> {
    caller
        .read(move |conn, actor| load(conn, actor, id.0))
        .await
        .map(Json)
}

/// Show the gateway events of a payment.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:overview"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "The events, the newest first", body = WebhookReceiptList)))]
#[get("/transactions/{id}/receipts")]
pub async fn receipts(
    caller: Caller<PaymentsOverview>,
    id: Id<TransactionId>,
) -> Result<Json<WebhookReceiptList>> {
    caller
        .read(move |conn, actor| {
            query::find(conn, actor, id.0)?;
            query::receipts(conn, id.0).map(|data| WebhookReceiptList { data })
        })
        .await
        .map(Json)
}
