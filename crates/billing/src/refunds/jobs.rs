//! What is done at the gateway to give money back.

use super::{
    query,
    rules::{self, Heard, Step},
};
use platform::{
    Actor, Ctx, Error, Result,
    jobs::{self, Job},
};
use serde::{Deserialize, Serialize};
use wire::{RefundId, TransactionId};

/// Has a refund paid. However often it runs, the gateway pays once: it is asked under our reference, and after an
/// answer that did not come back it is first asked what became of that.
#[derive(Serialize, Deserialize)]
pub struct SendRefund {
    /** The refund. */
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
        let step = ctx
            .db
            .write(move |tx| rules::begin(tx, &actor, id, gateway, now))
            .await?;
        let word = match &step {
            Step::Done => return Ok(()),
            Step::Ask(back) => port.refund(back).await,
            Step::LookUp(back) => match port.look_up_refund(back).await {
                Ok(Some(told)) => Ok(told),
                Ok(None) => port.refund(back).await,
                Err(unknown) => Err(unknown),
            },
        };
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        let heard = ctx
            .db
            .write(move |tx| rules::answered(tx, &actor, id, word, now))
            .await?;
        match heard {
            Heard::Done => Ok(()),
            Heard::Later(why) => Err(Error::internal(why)),
        }
    }

    async fn give_up(self, ctx: Ctx, why: String) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| rules::abandon(tx, &actor, self.refund, &why, now))
            .await
    }
}

/// Loads every refund of a payment from the gateway, because it has refunded more than is known here.
#[derive(Serialize, Deserialize)]
pub struct AskRefunds {
    /** The payment. */
    pub transaction: TransactionId,
}

impl Job for AskRefunds {
    const KIND: &'static str = "refunds.ask";
    fn unique_key(&self) -> Option<String> {
        Some(format!("ask-refunds-{}", self.transaction))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let (id, port) = (self.transaction, ctx.ports.payments.clone());
        let payment = ctx.db.read(move |conn| query::payment(conn, id)).await?;
        let Some(theirs) = payment.gateway_transaction_id else {
            return Ok(());
        };
        let refunds = port.refunds_of(&theirs).await.map_err(Error::internal)?;
        let (actor, gateway, now) = (Actor::system(&ctx), port.name(), ctx.clock.now());
        ctx.db
            .write(move |tx| {
                for refund in &refunds {
                    rules::heard(tx, &actor, (gateway, Some(&theirs)), refund, now)?;
                }
                Ok(())
            })
            .await
    }
}

/// Asks about refunds that nobody has heard of for a while. Runs every minute.
#[derive(Serialize, Deserialize)]
pub struct FollowUp {}

impl Job for FollowUp {
    const KIND: &'static str = "refunds.follow_up";
    const ATTEMPTS: i32 = 1;
    fn unique_key(&self) -> Option<String> {
        Some("refunds.follow_up".to_owned())
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db
            .write(move |tx| {
                for refund in query::standing_still(tx.conn(), now)? {
                    jobs::enqueue(tx, &SendRefund { refund })?;
                }
                Ok(())
            })
            .await
    }
}
