//! Simulated outcomes of payments: the simulator signs a webhook, and the webhook is received as a real gateway's.

use super::{Delivery, receive};
use crate::transactions::{ReportSimulatedOutcome, query};
use gateways::Simulator;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs::{self, Job},
};
use serde_json::json;
use wire::{
    ProblemCode,
    billing::transactions::{Transaction, TransactionStatus},
    system::audit::AuditAction,
};

/// Enqueues a simulated outcome of a payment. Rejects the request where the payments are real.
pub fn simulate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    job: &ReportSimulatedOutcome,
) -> Result<Transaction> {
    let payment = query::find(tx.conn(), actor, job.transaction)?;
    if !ctx.ports.payments.is_simulated() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "This server takes real payments; payments cannot be simulated.",
        ));
    }
    if payment.status != TransactionStatus::Pending {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    jobs::enqueue(tx, job)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TransactionSimulate, payment.id)
            .with_change(json!({ "outcome": job.outcome })),
    )?;
    Ok(payment)
}

impl Job for ReportSimulatedOutcome {
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
        let delivery = Delivery {
            gateway: ctx.ports.payments.name(),
            signature: &signature,
            body: &body,
            network: "simulator".to_owned(),
        };
        receive(&ctx, delivery).await
    }
}
