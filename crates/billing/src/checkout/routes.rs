//! The HTTP side of the checkout: quotes, new orders, how to pay, cancellation, and manual confirmation of payments.

use super::{completion::cancel_order, manual_payment, payment as order_payment, place};
use actix_web::{get, post};
use platform::{
    Caller, Id, IdempotencyKey, IdempotentResponse, Json, Options, RecentlyAuthenticated, Result,
    Tagged, Valid, limits::Class,
};
use wire::{
    OrderId, TransactionId,
    billing::{
        orders::{CancelOrder, NewOrder, Order, OrderPayment, OrderQuote, QuoteOrder},
        transactions::{ConfirmPayment, RejectPayment, Transaction},
    },
    permission::needs::{OrdersRead, OrdersWrite, PaymentsRecord},
};

/// Calculate the price of an order, and every reason why the order would be rejected. Nothing is written or reserved.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:write"])), params(QuoteOrder), responses((status = 200, description = "The price of the order", body = OrderQuote)))]
#[get("/orders/quote")]
pub async fn quote(
    caller: Caller<OrdersWrite>,
    query: Options<QuoteOrder>,
) -> Result<Json<OrderQuote>> {
    count_code_attempt(&caller, query.0.promo_code.as_deref()).await?;
    let ctx = caller.ctx().clone();
    caller
        .read(move |conn, actor| place::quote(conn, actor, &ctx, &query.0))
        .await
        .map(Json)
}

/// Counts an attempt with a promotion code, so that a caller who tries many codes has to wait.
async fn count_code_attempt(caller: &Caller<OrdersWrite>, code: Option<&str>) -> Result<()> {
    match code {
        Some(_) => caller.take_token(Class::Codes).await,
        None => Ok(()),
    }
}

/// Show how an order is paid: the gateway's page, the secret for the shop's own page, or the payment instructions.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:read"])), params(("id" = OrderId, Path)), responses((status = 200, description = "How the order is paid", body = OrderPayment)))]
#[get("/orders/{id}/payment")]
pub async fn payment(caller: Caller<OrdersRead>, id: Id<OrderId>) -> Result<Json<OrderPayment>> {
    caller
        .read(move |conn, actor| order_payment::load(conn, actor, id.0))
        .await
        .map(Json)
}

/// Place an order.
///
/// A promotion code lowers the price, and tax is added to the lowered price. An order with a total of zero is paid
/// immediately. A top-up adds the plan to an eSIM of the customer.
///
/// The price is the price at the time of the order. The payment is opened within a second: read the order's payment for
/// where the customer pays. The eSIM is provisioned when the payment is received. Orders of a customer of an API client
/// in test mode are placed only where payments and providers are simulated, so that a trial costs nothing.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:write"])), request_body = NewOrder,
    params(("Idempotency-Key" = String, Header, description = "Unique for this order; the same key gives the same answer")),
    responses((status = 201, description = "Placed", body = Order)))]
#[post("/orders")]
pub async fn create(
    caller: Caller<OrdersWrite>,
    once: IdempotencyKey,
    new: Valid<NewOrder>,
) -> Result<IdempotentResponse<Order>> {
    count_code_attempt(&caller, new.promo_code.as_deref()).await?;
    let ctx = caller.ctx().clone();
    caller
        .write_idempotent(once.for_body(&new), move |tx, actor| {
            place::place_order(tx, actor, &ctx, new.into_inner())
        })
        .await
}

/// Cancel an unpaid order.
#[utoipa::path(tag = "billing/orders", security(("bearer" = ["orders:write"])), params(("id" = OrderId, Path)), request_body = CancelOrder, responses((status = 200, description = "Cancelled", body = Order)))]
#[post("/orders/{id}/cancel")]
pub async fn cancel(
    caller: Caller<OrdersWrite>,
    id: Id<OrderId>,
    why: Valid<CancelOrder>,
) -> Result<Tagged<Order>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| cancel_order(tx, actor, &ctx, id.0, &why.reason))
        .await
        .map(Tagged)
}

/// Confirm a payment that was received by bank transfer, PayPal or a cryptocurrency.
///
/// The amount due completes the payment, and the order continues as after an event of a gateway; so does the rest of the
/// amount, after a part of it. Another amount completes nothing: the amount is recorded and becomes a case of the kind
/// `amount_mismatch`, in which a person accepts or refunds it. Requires a recent confirmation of your identity.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:record"])), params(("id" = TransactionId, Path)), request_body = ConfirmPayment, responses((status = 403, description = "Not allowed, or not confirmed recently (`confirmation_required`)"), (status = 200, description = "Completed; or still pending, where another amount was recorded", body = Transaction)))]
#[post("/transactions/{id}/confirm")]
pub async fn confirm(
    caller: RecentlyAuthenticated<PaymentsRecord>,
    id: Id<TransactionId>,
    received: Valid<ConfirmPayment>,
) -> Result<Tagged<Transaction>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| manual_payment::confirm(tx, actor, id.0, &received, now))
        .await
        .map(Tagged)
}

/// Mark a payment by bank transfer, PayPal or a cryptocurrency as unpaid. The order is cancelled.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:record"])), params(("id" = TransactionId, Path)), request_body = RejectPayment, responses((status = 200, description = "Failed", body = Transaction)))]
#[post("/transactions/{id}/reject")]
pub async fn reject(
    caller: Caller<PaymentsRecord>,
    id: Id<TransactionId>,
    why: Valid<RejectPayment>,
) -> Result<Tagged<Transaction>> {
    let now = caller.ctx().clock.now();
    caller
        .write(move |tx, actor| manual_payment::reject(tx, actor, id.0, &why, now))
        .await
        .map(Tagged)
}
