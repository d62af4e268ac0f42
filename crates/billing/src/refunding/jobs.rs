//! Jobs of refunds at the gateway.

use super::pay::{self, GatewayPayment, NextRequest, NextStep};
use crate::refunds::query;
use platform::{
    Actor, Ctx, Error, Result,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use wire::{RefundId, TransactionId};

/// Pays out a refund. The gateway pays once, however often the job runs: every request has our reference, and after a
/// request without a response the job looks up its outcome first.
#[derive(Serialize, Deserialize)]
pub struct SendRefund {
    /// The refund.
    pub refund: RefundId,
}

impl Job for SendRefund {
    const KIND: &'static str = "refunds.send";
    fn unique_key(&self) -> Option<String> {
        Some(format!("refund-{}", self.refund))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, port) = (self.refund, ctx.ports.payments.clone());
        let (actor, gateway, now) = (Actor::system(&ctx), port.name(), ctx.clock.now());
        let next = ctx
            .db
            .write(move |tx| pay::next_request(tx, &actor, id, gateway, now))
            .await?;
        let response = match &next {
            NextRequest::Nothing => return Ok(()),
            NextRequest::Refund(request) => port.refund(request).await,
            NextRequest::LookUp(request) => match port.look_up_refund(request).await {
                Ok(Some(report)) => Ok(report),
                Ok(None) => port.refund(request).await,
                Err(unknown) => Err(unknown),
            },
        };
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let step = ctx
            .db
            .write(move |tx| pay::apply_response(tx, &actor, id, response, now))
            .await?;
        match step {
            NextStep::Done => Ok(()),
            NextStep::RetryLater(why) => Err(Error::internal(why)),
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| pay::abandon(tx, &actor, self.refund, &why, now))
            .await
    }
}

/// Loads every refund of a payment from the gateway, because the gateway has refunded more than is known here.
#[derive(Serialize, Deserialize)]
pub struct LoadRefunds {
    /// The payment.
    pub transaction: TransactionId,
}

impl Job for LoadRefunds {
    const KIND: &'static str = "refunds.ask";
    fn unique_key(&self) -> Option<String> {
        Some(format!("ask-refunds-{}", self.transaction))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, port) = (self.transaction, ctx.ports.payments.clone());
        let payment = ctx.db.read(move |conn| query::payment(conn, id)).await?;
        let Some(gateway_id) = payment.gateway_transaction_id else {
            return Ok(());
        };
        let refunds = port
            .refunds_of(&gateway_id)
            .await
            .map_err(Error::internal)?;
        let (actor, gateway, now) = (Actor::system(&ctx), port.name(), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                let payment = GatewayPayment {
                    gateway,
                    id: Some(&gateway_id),
                };
                for refund in &refunds {
                    pay::handle_refund_event(tx, &actor, payment, refund, now)?;
                }
                Ok(())
            })
            .await
    }
}

/// Sends approved refunds again that are without an event for some time. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct FollowUpRefunds {}

impl Job for FollowUpRefunds {
    const KIND: &'static str = "refunds.follow_up";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("refunds.follow_up".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db
            .write(move |tx| {
                for refund in query::idle_approved(tx.conn(), now)? {
                    jobs::enqueue(tx, &SendRefund { refund })?;
                }
                Ok(())
            })
            .await
    }
}
