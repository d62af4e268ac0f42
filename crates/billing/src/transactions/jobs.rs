//! Jobs about payments at the gateway.

use super::query;
use platform::{Ctx, Error, Result, jobs::Job};
use serde::{Deserialize, Serialize};
use wire::{TransactionId, billing::transactions::SimulatedOutcome};

/// Closes a payment at the gateway, so that it cannot be paid any more.
#[derive(Serialize, Deserialize)]
pub struct ClosePayment {
    /// The payment.
    pub transaction: TransactionId,
}

impl Job for ClosePayment {
    const KIND: &'static str = "transactions.close";
    fn unique_key(&self) -> Option<String> {
        Some(format!("close-{}", self.transaction))
    }

    async fn run(self, ctx: Ctx) -> Result<()> {
        let id = self.transaction;
        let payment = ctx.db.read(move |conn| query::payment(conn, id)).await?;
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

/// A request that the payment simulator reports an outcome, by a signed webhook as a real gateway sends it. `webhooks`
/// runs the job, because the simulated webhook is received there.
#[derive(Serialize, Deserialize)]
pub struct ReportSimulatedOutcome {
    /// The payment.
    pub transaction: TransactionId,
    /// The outcome to report.
    pub outcome: SimulatedOutcome,
}
