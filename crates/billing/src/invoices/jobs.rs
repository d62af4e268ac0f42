//! Papers are written after the money has moved, each in a transaction of its own: a number is held until its paper
//! is there, and a payment that comes in must not wait for another one's.

use super::rules;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use wire::{RefundId, TransactionId};

/// Writes the invoice of a payment that came in.
#[derive(Serialize, Deserialize)]
pub struct Issue {
    /** The payment. */
    pub transaction: TransactionId,
}

impl Job for Issue {
    const KIND: &'static str = "invoices.issue";
    fn unique_key(&self) -> Option<String> {
        Some(format!("invoice-{}", self.transaction))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| rules::issue(tx, &actor, self.transaction, now))
            .await
    }
}

/// Writes the credit note of a refund that was paid out.
#[derive(Serialize, Deserialize)]
pub struct Credit {
    /** The refund. */
    pub refund: RefundId,
}

impl Job for Credit {
    const KIND: &'static str = "invoices.credit";
    fn unique_key(&self) -> Option<String> {
        Some(format!("credit-{}", self.refund))
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let (actor, now) = (Actor::system(&ctx), ctx.clock.now());
        ctx.db
            .write(move |tx| rules::credit(tx, &actor, self.refund, now))
            .await
    }
}
