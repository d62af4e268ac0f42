//! What payment gateways tell us. The signature is checked on the raw body before anything is read; every event is
//! kept, and applied once, in the transaction that notes it.

mod routes;

use crate::transactions::{self, Settled};
use integrations::webhooks as receipts;
use platform::{
    Actor, Ctx, Error, Result,
    ports::payments::{Event, News},
};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{ProblemCode, TransactionId};

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::receive);
}

/// Takes in what a gateway says. Told before: nothing changes, and that is a success.
pub async fn receive(ctx: &Ctx, gateway: &str, signature: &str, body: &[u8]) -> Result<()> {
    let port = ctx.ports.payments.clone();
    if port.name() != gateway {
        return Err(Error::not_found());
    }
    let (source, now) = (port.name(), ctx.clock.now());
    let Ok(event) = port.read(signature, body, now) else {
        ctx.db
            .write(move |tx| receipts::reject(tx, source, now))
            .await?;
        return Err(Error::refuse(ProblemCode::BadSignature));
    };
    apply(ctx, source, event).await
}

/// Keeps an event and applies it, unless that was done before.
pub(crate) async fn apply(ctx: &Ctx, source: &'static str, event: Event) -> Result<()> {
    let (now, actor) = (ctx.clock.now(), Actor::system(ctx));
    ctx.db
        .write(move |tx| {
            let Some(receipt) = receipts::keep(tx, source, &event.id, &event.kind, now)? else {
                return Ok(());
            };
            match transactions::settle(tx, &actor, source, &event, now)? {
                Settled::Applied(payment, note) => {
                    receipts::applied(tx, receipt, payment, &note, now)
                }
                Settled::Ignored(payment, note) => receipts::ignored(tx, receipt, payment, &note),
            }
        })
        .await
}

/// The event by which we tell ourselves that a payment will not come.
pub fn said(transaction: TransactionId, reason: String) -> Event {
    Event {
        id: String::new(),
        kind: String::new(),
        gateway_transaction_id: None,
        gateway_payment_id: None,
        transaction: Some(transaction),
        news: Some(News::Declined { reason }),
    }
}
