//! The HTTP side of payments.

use super::{jobs::Simulate, query, rules, timeline as steps};
use actix_web::{get, post};
use platform::{Caller, Id, Json, RecentlyAuthenticated, Result, Tagged, Valid, listing};
use wire::{
    TransactionId,
    billing::{
        orders::Timeline,
        transactions::{
            ConfirmPayment, RejectPayment, SimulatePayment, Transaction, WebhookReceiptList,
        },
    },
    permission::needs::{PaymentsOverview, PaymentsRecord, PaymentsSimulate, TransactionsRead},
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

/// Show what happened to a payment and to its refunds, step by step.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["transactions:read"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "Its steps, the oldest first", body = Timeline)))]
#[get("/transactions/{id}/timeline")]
pub async fn timeline(
    caller: Caller<TransactionsRead>,
    id: Id<TransactionId>,
) -> Result<Json<Timeline>> {
    caller
        .read(move |conn, actor| steps::of(conn, actor, id.0))
        .await
        .map(Json)
}

/// Show what the gateway has told of a payment.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:overview"])), params(("id" = TransactionId, Path)), responses((status = 200, description = "Its webhooks, the newest first", body = WebhookReceiptList)))]
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

/// Tell the payment simulator what to do with a payment. In development only.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:simulate"])), params(("id" = TransactionId, Path)), request_body = SimulatePayment, responses((status = 200, description = "It will be told within a second", body = Transaction)))]
#[post("/transactions/{id}/simulate")]
pub async fn simulate(
    caller: Caller<PaymentsSimulate>,
    id: Id<TransactionId>,
    told: Valid<SimulatePayment>,
) -> Result<Tagged<Transaction>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| {
            rules::simulate(
                tx,
                actor,
                &ctx,
                Simulate {
                    transaction: id.0,
                    outcome: told.outcome,
                },
            )
        })
        .await
        .map(Tagged)
}

/// Confirm a payment that came in by bank transfer, PayPal or a cryptocurrency.
///
/// The amount that was due completes the payment, and the order continues as after a gateway's event; so does the rest
/// of it, after a part. Another amount completes nothing: it is recorded and becomes a case of the kind
/// `amount_mismatch`, in which a person accepts or refunds it. Requires a recent confirmation of your identity.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:record"])), params(("id" = TransactionId, Path)), request_body = ConfirmPayment, responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Completed; or still pending, where another amount was recorded", body = Transaction)))]
#[post("/transactions/{id}/confirm")]
pub async fn confirm(
    caller: RecentlyAuthenticated<PaymentsRecord>,
    id: Id<TransactionId>,
    came: Valid<ConfirmPayment>,
) -> Result<Tagged<Transaction>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::confirm(tx, actor, id.0, &came, now))
        .await
        .map(Tagged)
}

/// Say that a payment by bank transfer, PayPal or a cryptocurrency will not come. Its order is closed.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:record"])), params(("id" = TransactionId, Path)), request_body = RejectPayment, responses((status = 200, description = "Failed", body = Transaction)))]
#[post("/transactions/{id}/reject")]
pub async fn reject(
    caller: Caller<PaymentsRecord>,
    id: Id<TransactionId>,
    why: Valid<RejectPayment>,
) -> Result<Tagged<Transaction>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| rules::reject(tx, actor, id.0, &why, now))
        .await
        .map(Tagged)
}
