//! Jobs that issue invoices and credit notes, each in a transaction of its own after the payment or the refund. A number is
//! locked until its document is written, and a payment must not wait for the document of another payment.

use super::rules;
use platform::{Actor, Ctx, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use wire::{RefundId, TransactionId};

/// Issues the invoice of a completed payment.
#[derive(Serialize, Deserialize)]
pub struct Issue {
    /// The payment.
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

/// Issues the credit note of a processed refund.
#[derive(Serialize, Deserialize)]
pub struct Credit {
    /// The refund.
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
