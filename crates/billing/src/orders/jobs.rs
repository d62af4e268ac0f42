//! What happens to an order after it was placed.

use super::{
    provisioning::{self, Heard},
    query, rules,
};
use crate::{
    reconciliation::{self, DELIVERY_LIMIT},
    transactions,
};
use platform::{
    Actor, Ctx, Error, Result,
    jobs::{self, Job},
    ports::payments::{GatewayEvent, PaymentEvent},
};
use serde::{Deserialize, Serialize};
use wire::OrderId;

/// Finds an eSIM for one unit of a paid order.
#[derive(Serialize, Deserialize)]
pub struct Provision {
    /** The order. */
    pub order: OrderId,
    /** Which unit of it. */
    pub unit_no: i32,
}

impl Job for Provision {
    const KIND: &'static str = "orders.provision";
    fn unique_key(&self) -> Option<String> {
        Some(format!("provision-{}-{}", self.order, self.unit_no))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (order, unit_no) = (self.order, self.unit_no);
        loop {
            let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
            let adapters = ctx.adapters();
            let step = ctx
                .db
                .write(move |tx| provisioning::next(tx, &actor, &adapters, (order, unit_no), now))
                .await?;
            if matches!(step, provisioning::Step::Done) {
                return Ok(());
            }
            let word = provisioning::ask(&ctx, &step).await;
            let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
            match ctx
                .db
                .write(move |tx| provisioning::heard(tx, &actor, order, unit_no, step, word, now))
                .await?
            {
                Heard::Done => return Ok(()),
                Heard::Again => {}
                Heard::Later(why) => return Err(Error::internal(why)),
            }
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| provisioning::abandon(tx, &actor, self.order, self.unit_no, &why, now))
            .await
    }
}

/// Asks whether a top-up runs by now that its provider starts later.
#[derive(Serialize, Deserialize)]
pub struct Begin {
    /** The order. */
    pub order: OrderId,
    /** Which unit of it. */
    pub unit_no: i32,
}

impl Job for Begin {
    const KIND: &'static str = "orders.begin";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some(format!("begin-{}-{}", self.order, self.unit_no))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (order, unit_no, now) = (self.order, self.unit_no, ctx.clock.now());
        let question = ctx
            .db
            .write(move |tx| provisioning::question(tx, order, unit_no, now))
            .await?;
        let Some(question) = question else {
            return Ok(());
        };
        let word = provisioning::ask(&ctx, &question).await;
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| provisioning::told(tx, &actor, (order, unit_no), word, now))
            .await
    }
}

/// Ends the time to pay. The gateway is asked first: its webhook may have been lost.
#[derive(Serialize, Deserialize)]
pub struct Expire {
    /** The order. */
    pub order: OrderId,
}

impl Job for Expire {
    const KIND: &'static str = "orders.expire";
    fn unique_key(&self) -> Option<String> {
        Some(format!("expire-{}", self.order))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.order;
        let open = ctx
            .db
            .read(move |conn| query::open_payments(conn, id))
            .await?;
        for (payment, reference) in open {
            let news = match &reference {
                Some(reference) => ctx
                    .ports
                    .payments
                    .look_up(reference)
                    .await
                    .map_err(Error::internal)?,
                None => None,
            };
            let (actor, gateway, now) = (
                Actor::system(&ctx),
                ctx.ports.payments.name(),
                ctx.clock.now(),
            );
            let event = GatewayEvent {
                id: String::new(),
                kind: String::new(),
                gateway_transaction_id: reference,
                gateway_payment_id: None,
                transaction: Some(payment),
                payment_event: Some(news.unwrap_or(PaymentEvent::Expired)),
            };
            ctx.db
                .write(move |tx| {
                    let settled = transactions::settle(tx, &actor, gateway, &event, now)?;
                    if event.payment_event == Some(PaymentEvent::Expired) {
                        transactions::close(tx, payment)?;
                    }
                    tracing::debug!(?settled, "the time to pay for order {id} is over");
                    Ok(())
                })
                .await?;
        }
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                rules::closed(tx, &actor, id, "It was not paid in time.", now).map(drop)
            })
            .await
    }
}

/// Takes up what stands still: overdue orders, paid ones whose job was lost, and top-ups that start later; opens cases
/// for what was paid and not delivered in time. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "orders.sweep";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("orders.sweep".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                let (overdue, idle) = query::standing_still(tx.conn(), now)?;
                for order in overdue {
                    jobs::enqueue(tx, &Expire { order })?;
                }
                for order in idle {
                    for unit in integrations::allocations::units(tx.conn(), order)? {
                        jobs::enqueue(
                            tx,
                            &Provision {
                                order,
                                unit_no: unit.unit_no,
                            },
                        )?;
                    }
                }
                for (order, unit_no) in integrations::allocations::due_lookups(tx.conn(), now)? {
                    jobs::enqueue(tx, &Begin { order, unit_no })?;
                }
                for order in query::undelivered_since(tx.conn(), now - DELIVERY_LIMIT)? {
                    reconciliation::order_overdue(tx, &actor, order, now)?;
                }
                Ok(())
            })
            .await
    }
}
