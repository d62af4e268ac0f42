//! Webhooks of payment gateways. The signature is verified on the raw body before the body is parsed. Every event is
//! recorded, and applied once, in the transaction that records it.

mod dispatch;
mod routes;
mod simulation;

use crate::events::EventOutcome;
use integrations::webhooks as receipts;
use platform::{Actor, Ctx, Error, Result, metrics, ports::payments::GatewayEvent};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::ProblemCode;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::receive).service(routes::simulate);
}

/// A webhook request of a gateway, as it was received.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// The gateway in the path.
    pub gateway: &'a str,
    /// The signature.
    pub signature: &'a str,
    /// The body, which the signature covers.
    pub body: &'a [u8],
    /// The network of the sender.
    pub network: String,
}

/// Receives a webhook request. A repeated event changes nothing and succeeds.
///
/// Deliveries whose signature does not match are counted by network and minute, because the endpoint is public.
pub async fn receive(ctx: &Ctx, delivery: Delivery<'_>) -> Result<()> {
    let port = ctx.ports.payments.clone();
    if port.name() != delivery.gateway {
        return Err(Error::not_found());
    }
    let (source, now) = (port.name(), ctx.clock.now());
    let Ok(event) = port.read(delivery.signature, delivery.body, now) else {
        metrics::record_rejected_signature(source);
        let network = delivery.network;
        ctx.db
            .write(move |tx| receipts::count_rejected(tx, source, &network, now))
            .await?;
        return Err(Error::refuse(ProblemCode::BadSignature));
    };
    apply(ctx, source, event).await
}

/// Records an event and applies it, unless it was applied before.
pub async fn apply(ctx: &Ctx, source: &'static str, event: GatewayEvent) -> Result<()> {
    let (now, actor) = (ctx.clock.now(), Actor::system(ctx));
    ctx.db
        .write(move |tx| {
            let Some(receipt) = receipts::record(tx, source, &event.id, &event.kind, now)? else {
                return Ok(());
            };
            match dispatch::dispatch(tx, &actor, source, &event, now)? {
                EventOutcome::Applied(payment, note) => {
                    receipts::mark_applied(tx, receipt, payment, &note, now)
                }
                EventOutcome::Ignored(payment, note) => {
                    receipts::mark_ignored(tx, receipt, payment, &note)
                }
            }
        })
        .await
}
