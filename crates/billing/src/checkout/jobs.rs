//! Jobs of the checkout: opening payments at the gateway, expiring unpaid orders, and the sweep of stuck orders.

use super::payment_events::{PaymentOutcome, expire_payment, fail_payment, handle_payment_event};
use crate::{
    cases::{self, DELIVERY_LIMIT},
    fulfillment::{ActivateTopUp, CheckAbandoned, Provision},
    orders::{
        self, CancelReason, email, lock_sale_of,
        query::{self, OrderRow},
    },
    transactions::{self, ReportSimulatedOutcome, query as payments, secret_of},
};
use chrono::TimeDelta;
use integrations::allocations;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    config::Simulated,
    jobs::{self, Job},
    ports::payments::{GatewayError, OpenedPayment},
};
use serde::{Deserialize, Serialize};
use wire::{
    OrderId, TransactionId,
    billing::{
        orders::{Checkout, PlanTerms},
        transactions::{SimulatedOutcome, TransactionStatus},
    },
    system::audit::AuditAction,
};

/// Opens a payment at the gateway. The ID of the transaction is the idempotency key, so the gateway opens one payment
/// however often the job runs.
#[derive(Serialize, Deserialize)]
pub struct OpenPayment {
    /// The payment.
    pub transaction: TransactionId,
    /// Where the customer enters the card.
    #[serde(default = "page")]
    pub checkout: Checkout,
}

const fn page() -> Checkout {
    Checkout::Page
}

impl Job for OpenPayment {
    const KIND: &'static str = "transactions.open";
    fn unique_key(&self) -> Option<String> {
        Some(format!("open-{}", self.transaction))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.transaction;
        let payment = ctx.db.read(move |conn| payments::payment(conn, id)).await?;
        if payment.status != TransactionStatus::Pending || payment.gateway_transaction_id.is_some()
        {
            return Ok(());
        }
        let order = ctx
            .db
            .read(move |conn| payments::paid_order(conn, id))
            .await?;
        let terms: PlanTerms = serde_json::from_value(order.terms).map_err(Error::internal)?;
        let opening = platform::ports::payments::NewPayment {
            transaction: id,
            title: format!("{} ({})", terms.name, order.order_number),
            amount: payment.total_amount,
            currency: payment.currency,
            return_url: format!("{}/billing/orders/{}", ctx.config.public_url, order.id),
            expires_at: order.expires_at.unwrap_or_else(|| ctx.clock.now()),
            checkout: self.checkout,
        };
        match ctx.ports.payments.open(&opening).await {
            Ok(opened) => self.opened(&ctx, order.id, opened).await,
            Err(GatewayError::Refused(why)) => self.fail(ctx, why).await,
            Err(unknown) => Err(Error::internal(unknown)),
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        self.fail(ctx, why).await
    }
}

impl OpenPayment {
    /// Records that the payment is open, and sends the customer the link to the payment page.
    async fn opened(self, ctx: &Ctx, order: OrderId, opened: OpenedPayment) -> Result<()> {
        let id = self.transaction;
        let (actor, gateway, simulated) = (
            Actor::system(ctx),
            ctx.ports.payments.name(),
            simulated_outcome(ctx),
        );
        let keys = ctx.keys.clone();
        let secret = opened.client_secret.as_ref();
        let sealed = secret
            .map(|secret| ctx.keys.seal(secret_of(id), secret))
            .transpose()?;
        ctx.db
            .write(move |tx| {
                orders::lock_sale(tx, order)?;
                if payments::set_opened(tx, id, gateway, &opened, sealed.clone())? {
                    let act = AuditEvent::new(AuditAction::TransactionOpen, id);
                    audit::record(tx, &actor, act)?;
                    if let Some(outcome) = simulated {
                        let job = ReportSimulatedOutcome {
                            transaction: id,
                            outcome,
                        };
                        jobs::enqueue(tx, &job)?;
                    }
                } else {
                    payments::set_checkout(tx, id, &opened, sealed)?;
                }
                match &opened.checkout_url {
                    Some(url) => email::payment_link(tx, &keys, order, url),
                    None => Ok(()),
                }
            })
            .await
    }

    /// Fails the payment, because the gateway did not open it.
    async fn fail(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let reason = format!("The payment could not be opened: {why}");
        ctx.db
            .write(move |tx| {
                let Some(payment) = lock_sale_of(tx, self.transaction)? else {
                    return Ok(());
                };
                fail_payment(tx, &actor, &payment, &reason, now).map(drop)
            })
            .await
    }
}

/// Returns the outcome that the payment simulator reports without a request, if the configuration sets one.
fn simulated_outcome(ctx: &Ctx) -> Option<SimulatedOutcome> {
    match (
        ctx.ports.payments.is_simulated(),
        ctx.config.payments.simulator,
    ) {
        (true, Simulated::Succeed) => Some(SimulatedOutcome::Succeed),
        (true, Simulated::Decline) => Some(SimulatedOutcome::Decline),
        _ => None,
    }
}

/// Ends the payment window of an order. The job asks the gateway first, because its webhook may be lost.
#[derive(Serialize, Deserialize)]
pub struct ExpireOrder {
    /// The order.
    pub order: OrderId,
}

impl Job for ExpireOrder {
    const KIND: &'static str = "orders.expire";
    fn unique_key(&self) -> Option<String> {
        Some(format!("expire-{}", self.order))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.order;
        let pending = ctx
            .db
            .read(move |conn| query::pending_payments(conn, id))
            .await?;
        for (payment, reference) in pending {
            end_payment(&ctx, payment, reference).await?;
        }
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let reason = CancelReason::NotPaid("The order was not paid in time.");
        ctx.db
            .write(move |tx| orders::cancel(tx, &actor, id, reason, now).map(drop))
            .await
    }
}

/// Applies what the gateway reports about a pending payment, and expires the payment where the gateway reports nothing.
async fn end_payment(ctx: &Ctx, payment: TransactionId, reference: Option<String>) -> Result<()> {
    let port = ctx.ports.payments.clone();
    let reported = match &reference {
        Some(reference) => port.look_up(reference).await.map_err(Error::internal)?,
        None => None,
    };
    let (actor, now) = (Actor::system(ctx), ctx.clock.now());
    ctx.db
        .write(move |tx| {
            let outcome = reported.as_ref().and_then(PaymentOutcome::from_news);
            match outcome {
                Some(outcome) if outcome != PaymentOutcome::Expired => {
                    handle_payment_event(tx, &actor, payment, outcome, now).map(drop)
                }
                _ => {
                    let Some(row) = lock_sale_of(tx, payment)? else {
                        return Ok(());
                    };
                    expire_payment(tx, &actor, &row, now)?;
                    transactions::close_at_gateway(tx, payment)
                }
            }
        })
        .await
}

/// Enqueues the provisioning of every unit of an order.
pub(super) fn enqueue_provisioning(tx: &mut Tx<'_>, order: &OrderRow) -> Result<()> {
    for unit_no in 1..=order.quantity {
        allocations::queue(tx, order.id, unit_no)?;
        let job = Provision {
            order: order.id,
            unit_no,
        };
        jobs::enqueue(tx, &job)?;
    }
    Ok(())
}

/// How overdue the next step of a unit is before its job counts as lost.
const STEP_LIMIT: TimeDelta = TimeDelta::minutes(1);

/// Continues orders whose job was lost: unpaid orders past their payment window, paid orders that are not provisioned,
/// and top-ups that their provider starts later. Opens a case for orders that are not delivered in time. Runs every
/// minute.
#[derive(Serialize, Deserialize)]
pub struct SweepOrders {}

impl Job for SweepOrders {
    const KIND: &'static str = "orders.sweep";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("orders.sweep".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                for order in query::past_payment_window(tx.conn(), now)? {
                    jobs::enqueue(tx, &ExpireOrder { order })?;
                }
                for order in query::idle_since_paid(tx.conn(), now)? {
                    for unit in allocations::units(tx.conn(), order)? {
                        let unit_no = unit.unit_no;
                        jobs::enqueue(tx, &Provision { order, unit_no })?;
                    }
                }
                for (order, unit_no) in allocations::overdue_units(tx.conn(), now - STEP_LIMIT)? {
                    jobs::enqueue(tx, &Provision { order, unit_no })?;
                }
                for reference in allocations::due_checks(tx.conn(), now)? {
                    jobs::enqueue(tx, &CheckAbandoned { reference })?;
                }
                for (order, unit_no) in allocations::due_lookups(tx.conn(), now)? {
                    jobs::enqueue(tx, &ActivateTopUp { order, unit_no })?;
                }
                for order in query::undelivered_since(tx.conn(), now - DELIVERY_LIMIT)? {
                    cases::open_for_overdue_order(tx, &actor, order, now)?;
                }
                Ok(())
            })
            .await
    }
}
