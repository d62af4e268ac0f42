//! The HTTP side of payments.

use super::{jobs::Simulate, query, rules};
use actix_web::{get, post};
use platform::{Caller, Id, Result, Tagged, Valid, listing};
use wire::{
    TransactionId,
    billing::transactions::{SimulatePayment, Transaction},
    permission::needs::{PaymentsSimulate, TransactionsRead},
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
