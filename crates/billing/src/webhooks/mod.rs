//! What payment gateways tell us. The signature is checked on the raw body before anything is read; every event is
//! kept, and applied once, in the transaction that notes it.

mod routes;

use crate::transactions::{self, Settled};
use integrations::webhooks as receipts;
use platform::{
    Actor, Ctx, Error, Result, metrics,
    ports::payments::{GatewayEvent, PaymentEvent},
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{Currency, Money, Param, ProblemCode, TransactionId};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::receive);
}

/// A webhook request of a gateway, as it was received.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    /// The gateway that the address names.
    pub gateway: &'a str,
    /// The signature.
    pub signature: &'a str,
    /// The body, which the signature covers.
    pub body: &'a [u8],
    /// The network of the sender.
    pub network: String,
}

/// Takes in what a gateway says. Told before: nothing changes, and that is a success.
///
/// Deliveries whose signature does not match are counted by network and minute, because anybody can send them.
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
pub(crate) async fn apply(ctx: &Ctx, source: &'static str, event: GatewayEvent) -> Result<()> {
    let (now, actor) = (ctx.clock.now(), Actor::system(ctx));
    ctx.db
        .write(move |tx| {
            let Some(receipt) = receipts::record(tx, source, &event.id, &event.kind, now)? else {
                return Ok(());
            };
            match transactions::settle(tx, &actor, source, &event, now)? {
                Settled::Applied(payment, note) => {
                    receipts::mark_applied(tx, receipt, payment, &note, now)
                }
                Settled::Ignored(payment, note) => {
                    receipts::mark_ignored(tx, receipt, payment, &note)
                }
            }
        })
        .await
}

/// The event by which we tell ourselves that a payment will not come.
pub fn said(transaction: TransactionId, reason: String) -> GatewayEvent {
    GatewayEvent {
        id: String::new(),
        kind: String::new(),
        gateway_transaction_id: None,
        gateway_payment_id: None,
        transaction: Some(transaction),
        payment_event: Some(PaymentEvent::Declined { reason }),
    }
}

/// Writes an amount that a gateway reports, in smallest units where its currency is unknown here.
pub(crate) fn reported_amount(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Ok(known) => Money::from_minor(minor, known).in_currency(known),
        Err(_) => format!("{minor} {currency} in smallest units"),
    }
}
