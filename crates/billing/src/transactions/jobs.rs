//! What is done at the gateway.

use super::{query, rules};
use crate::{
    orders::{self, secret_of},
    webhooks,
};
use gateways::Simulator;
use platform::{
    Actor, Ctx, Error, Result,
    audit::{self, AuditEvent},
    config::Simulated,
    jobs::{self, Job},
    ports::payments::{GatewayError, NewPayment},
};
use serde::{Deserialize, Serialize};
use wire::{
    TransactionId,
    billing::{
        orders::{Checkout, PlanTerms},
        transactions::{SimulatedOutcome, TransactionStatus},
    },
};

/// Opens a payment at the gateway. The transaction's id is the idempotency key: however often it runs, one payment.
#[derive(Serialize, Deserialize)]
pub struct Open {
    /** The payment. */
    pub transaction: TransactionId,
    /** Where the card is taken. */
    #[serde(default = "page")]
    pub checkout: Checkout,
}

const fn page() -> Checkout {
    Checkout::Page
}

impl Job for Open {
    const KIND: &'static str = "transactions.open";
    fn unique_key(&self) -> Option<String> {
        Some(format!("open-{}", self.transaction))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.transaction;
        let payment = ctx.db.read(move |conn| query::payment(conn, id)).await?;
        if payment.status != TransactionStatus::Pending || payment.gateway_transaction_id.is_some()
        {
            return Ok(());
        }
        let sold = ctx.db.read(move |conn| query::sold(conn, id)).await?;
        let terms: PlanTerms = serde_json::from_value(sold.terms).map_err(Error::internal)?;
        let opening = NewPayment {
            transaction: id,
            title: format!("{} ({})", terms.name, sold.order_number),
            amount: payment.total_amount,
            currency: payment.currency,
            return_url: format!("{}/billing/orders/{}", ctx.config.public_url, sold.id),
            expires_at: sold.expires_at.unwrap_or_else(|| ctx.clock.now()),
            checkout: self.checkout,
        };
        match ctx.ports.payments.open(&opening).await {
            Ok(opened) => {
                let (actor, gateway, simulated) = (
                    Actor::system(&ctx),
                    ctx.ports.payments.name(),
                    simulated(&ctx),
                );
                let keys = ctx.keys.clone();
                let secret = opened.client_secret.as_ref();
                let sealed = secret
                    .map(|secret| ctx.keys.seal(secret_of(id), secret))
                    .transpose()?;
                ctx.db
                    .write(move |tx| {
                        let known = (&opened, sealed.clone());
                        if query::opened(tx, id, gateway, known)? {
                            audit::record(
                                tx,
                                &actor,
                                AuditEvent::new("transaction.open", "transaction", id.0),
                            )?;
                            simulated.map_or(Ok(()), |outcome| {
                                jobs::enqueue(
                                    tx,
                                    &Simulate {
                                        transaction: id,
                                        outcome,
                                    },
                                )
                            })?;
                        } else {
                            query::fill_in(tx, id, (&opened, sealed))?;
                        }
                        match &opened.checkout_url {
                            Some(url) => orders::payment_link(tx, &keys, sold.id, url),
                            None => Ok(()),
                        }
                    })
                    .await
            }
            Err(GatewayError::Refused(why)) => self.refused(ctx, why).await,
            Err(unknown) => Err(Error::internal(unknown)),
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        self.refused(ctx, why).await
    }
}

impl Open {
    async fn refused(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let event = webhooks::said(
            self.transaction,
            format!("The payment could not be opened: {why}"),
        );
        let gateway = ctx.ports.payments.name();
        ctx.db
            .write(move |tx| rules::settle(tx, &actor, gateway, &event, now).map(drop))
            .await
    }
}

/// What the simulator does without being asked.
fn simulated(ctx: &Ctx) -> Option<SimulatedOutcome> {
    match (
        ctx.ports.payments.is_simulated(),
        ctx.config.payments.simulator,
    ) {
        (true, Simulated::Succeed) => Some(SimulatedOutcome::Succeed),
        (true, Simulated::Decline) => Some(SimulatedOutcome::Decline),
        _ => None,
    }
}

/// Closes a payment at the gateway, so that it cannot be paid any more.
#[derive(Serialize, Deserialize)]
pub struct Close {
    /** The payment. */
    pub transaction: TransactionId,
}

impl Job for Close {
    const KIND: &'static str = "transactions.close";
    fn unique_key(&self) -> Option<String> {
        Some(format!("close-{}", self.transaction))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let payment = ctx
            .db
            .read(move |conn| query::payment(conn, self.transaction))
            .await?;
        match payment.gateway_transaction_id {
            Some(reference) => ctx
                .ports
                .payments
                .close(&reference)
                .await
                .map_err(Error::internal),
            None => Ok(()),
        }
    }
}

/// Lets the payment simulator tell an outcome, by the same signed webhook and the same way in as a real gateway's.
#[derive(Serialize, Deserialize)]
pub struct Simulate {
    /** The payment. */
    pub transaction: TransactionId,
    /** What becomes of it. */
    pub outcome: SimulatedOutcome,
}

impl Job for Simulate {
    const KIND: &'static str = "transactions.simulate";
    async fn run(self, ctx: Ctx) -> Result<()> {
        if !ctx.ports.payments.is_simulated() {
            return Ok(());
        }
        let payment = ctx
            .db
            .read(move |conn| query::payment(conn, self.transaction))
            .await?;
        let simulator = Simulator::from_config(&ctx.config)?;
        let (signature, body) = simulator.signed_webhook(
            self.transaction,
            self.outcome,
            &payment.total_amount,
            payment.currency,
            ctx.clock.now(),
        )?;
        let delivery = webhooks::Delivery {
            gateway: ctx.ports.payments.name(),
            signature: &signature,
            body: &body,
            network: "ourselves".to_owned(),
        };
        webhooks::receive(&ctx, delivery).await
    }
}
