//! The HTTP side of webhooks.

use super::{Delivery, simulation};
use crate::transactions::ReportSimulatedOutcome;
use actix_web::{HttpRequest, post, web::Data};
use platform::{Caller, Ctx, Id, NoContent, Result, Tagged, Upload, Valid, http};
use wire::{
    TransactionId,
    billing::transactions::{SimulatePayment, Transaction},
    permission::needs::PaymentsSimulate,
};

/// Receive an event of a payment gateway.
///
/// Called by the gateway: `stripe` signs with `Stripe-Signature`, the simulator with `Simulator-Signature`. A request
/// with an invalid signature changes nothing. A repeated event is answered like a new one.
#[utoipa::path(tag = "billing/webhooks", security(()), params(("gateway" = String, Path, description = "`stripe` or `simulator`")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 204, description = "Received"), (status = 401, description = "The signature is invalid"), (status = 404, description = "The gateway is not configured")))]
#[post("/webhooks/{gateway}")]
pub async fn receive(ctx: Data<Ctx>, request: HttpRequest, body: Upload) -> Result<NoContent> {
    let gateway = request.match_info().get("gateway").unwrap_or_default();
    let delivery = Delivery {
        gateway,
        signature: signature(&request, gateway),
        body: &body.bytes,
        network: http::network(&request, ctx.config.trusted_proxy),
    };
    super::receive(&ctx, delivery).await.map(|()| NoContent)
}

fn signature<'a>(request: &'a HttpRequest, gateway: &str) -> &'a str {
    request
        .headers()
        .get(format!("{gateway}-signature"))
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Simulate the outcome of a payment. Only where payments are simulated.
#[utoipa::path(tag = "billing/transactions", security(("bearer" = ["payments:simulate"])), params(("id" = TransactionId, Path)), request_body = SimulatePayment, responses((status = 200, description = "The outcome is reported within a second", body = Transaction)))]
#[post("/transactions/{id}/simulate")]
pub async fn simulate(
    caller: Caller<PaymentsSimulate>,
    id: Id<TransactionId>,
    body: Valid<SimulatePayment>,
) -> Result<Tagged<Transaction>> {
    let ctx = caller.ctx().clone();
    caller
        .write(move |tx, actor| {
            let job = ReportSimulatedOutcome {
                transaction: id.0,
                outcome: body.outcome,
            };
            simulation::simulate(tx, actor, &ctx, &job)
        })
        .await
        .map(Tagged)
}
