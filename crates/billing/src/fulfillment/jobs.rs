//! Jobs of the fulfillment: provisioning, and the activation of top-ups.

use super::{
    deferred_topup, late,
    provision::{self, NextStep},
};
use chrono::{DateTime, Utc};
use integrations::{allocations, routing::Limits};
use platform::{Actor, Ctx, Result, jobs::Job};
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
        provision_unit(&ctx, self.order, self.unit_no).await
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| provision::abandon(tx, &actor, self.order, self.unit_no, &why, now))
            .await
    }
}

/// Provisions a unit step by step, until it has an outcome or waits.
async fn provision_unit(ctx: &Ctx, order: OrderId, unit_no: i32) -> Result<()> {
    loop {
        let (actor, now) = (Actor::system(ctx), ctx.clock.now());
        let limits = Limits::of(ctx);
        let request = ctx
            .db
            .write(move |tx| provision::next_request(tx, &actor, &limits, order, unit_no, now))
            .await?;
        let Some(request) = request else {
            return Ok(());
        };
        let exchange = provision::send(ctx, request).await;
        let (actor, now) = (Actor::system(ctx), ctx.clock.now());
        let step = ctx
            .db
            .write(move |tx| provision::apply_response(tx, &actor, order, unit_no, exchange, now))
            .await?;
        if matches!(step, NextStep::Done) {
            return Ok(());
        }
    }
}

/// Continues the provisioning of a unit that waits. A later schedule replaces an earlier one.
#[derive(Serialize, Deserialize)]
pub struct ContinueProvisioning {
    /// The order.
    pub order: OrderId,
    /// The number of the unit.
    pub unit_no: i32,
    /// The time for which the job was scheduled.
    pub at: DateTime<Utc>,
}

impl Job for ContinueProvisioning {
    const KIND: &'static str = "orders.provision_again";
    // Without a key, because a run may schedule the next one for the same time. Of several, the last schedule counts.

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (order, unit_no, at) = (self.order, self.unit_no, self.at);
        let is_current = ctx
            .db
            .write(move |tx| Ok(allocations::lock(tx, order, unit_no)?.next_attempt_at == Some(at)))
            .await?;
        if !is_current {
            return Ok(());
        }
        provision_unit(&ctx, order, unit_no).await
    }
}

/// Asks a provider about a request that was given up.
#[derive(Serialize, Deserialize)]
pub struct CheckAbandoned {
    /// Our reference of the request.
    pub reference: String,
}

impl Job for CheckAbandoned {
    const KIND: &'static str = "orders.check_abandoned";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some(format!("check-{}", self.reference))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (reference, now) = (self.reference, ctx.clock.now());
        let question = ctx
            .db
            .write(move |tx| late::next_request(tx, &reference, now))
            .await?;
        let Some((order, unit_no, request)) = question else {
            return Ok(());
        };
        let exchange = provision::send(&ctx, request).await;
        let Ok(Some(response)) = exchange.response else {
            return Ok(());
        };
        let (request, actor, now) = (exchange.request, Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                let response = response.clone();
                late::apply_response(tx, &actor, order, unit_no, &request, response, now)
            })
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
        let response = provision::send(&ctx, request).await.response;
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                deferred_topup::apply_response(tx, &actor, order, unit_no, response, now)
            })
            .await
    }
}
