//! Jobs of the fulfillment: provisioning, and the activation of top-ups.

use super::{
    deferred_topup,
    provision::{self, NextStep},
};
use platform::{Actor, Ctx, Error, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use wire::OrderId;

/// Provisions one unit of a paid order.
#[derive(Serialize, Deserialize)]
pub struct Provision {
    /// The order.
    pub order: OrderId,
    /// The number of the unit.
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
            let request = ctx
                .db
                .write(move |tx| {
                    provision::next_request(tx, &actor, &adapters, order, unit_no, now)
                })
                .await?;
            let Some(request) = request else {
                return Ok(());
            };
            let response = provision::send(&ctx, &request).await;
            let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
            let settles = provision::registration_time(&ctx, &request);
            match ctx
                .db
                .write(move |tx| {
                    provision::apply_response(
                        tx, &actor, order, unit_no, settles, request, response, now,
                    )
                })
                .await?
            {
                NextStep::Done => return Ok(()),
                NextStep::Continue => {}
                NextStep::RetryLater(why) => return Err(Error::internal(why)),
            }
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| provision::abandon(tx, &actor, self.order, self.unit_no, &why, now))
            .await
    }
}

/// Asks the provider whether a top-up is active by now, where the provider starts it later.
#[derive(Serialize, Deserialize)]
pub struct ActivateTopUp {
    /// The order.
    pub order: OrderId,
    /// The number of the unit.
    pub unit_no: i32,
}

impl Job for ActivateTopUp {
    const KIND: &'static str = "orders.begin";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some(format!("begin-{}-{}", self.order, self.unit_no))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (order, unit_no, now) = (self.order, self.unit_no, ctx.clock.now());
        let request = ctx
            .db
            .write(move |tx| deferred_topup::next_request(tx, order, unit_no, now))
            .await?;
        let Some(request) = request else {
            return Ok(());
        };
        let response = provision::send(&ctx, &request).await;
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                deferred_topup::apply_response(tx, &actor, order, unit_no, response, now)
            })
            .await
    }
}
