//! Refunds of the simulator: processed immediately; a repeated request returns the same refund.

use super::Simulator;
use crate::signature;
use chrono::{DateTime, Utc};
use platform::{
    Error, Result,
    ports::payments::{
        GatewayError, GatewayEvent, GatewayRefund, GatewayRefundRequest, RefundOutcome,
    },
};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "simre_";
/// The kind of a refund in the journal.
const KIND: &str = "refund";

/// The body of a webhook about a refund.
#[derive(Serialize, Deserialize)]
struct WebhookBody {
    id: String,
    refund: String,
    reference: String,
    minor: i64,
    currency: String,
    failed: Option<String>,
}

impl Simulator {
    /// Returns the webhook about a paid or failed refund: the signature header and the body.
    pub fn signed_refund_webhook(
        &self,
        request: &GatewayRefundRequest,
        failed: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(String, Vec<u8>)> {
        let outcome = if failed.is_some() { "failed" } else { "paid" };
        let webhook = WebhookBody {
            id: format!("evt_refund_{outcome}_{}", request.reference),
            refund: format!("{PREFIX}{}", request.reference),
            reference: request.reference.clone(),
            minor: request
                .amount
                .minor(request.currency)
                .ok_or_else(|| Error::internal("an amount with more decimals than its currency"))?,
            currency: request.currency.to_string(),
            failed: failed.map(str::to_owned),
        };
        let body = serde_json::to_vec(&webhook).map_err(Error::internal)?;
        Ok((signature::header(&self.secret, &body, now)?, body))
    }
}

impl Simulator {
    /// Refunds a payment and records the refund.
    pub(super) fn create_refund(
        &self,
        request: &GatewayRefundRequest,
    ) -> Result<GatewayRefund, GatewayError> {
        let refund = processed(request)?;
        if let RefundOutcome::Processed { minor, currency } = &refund.outcome {
            let recorded = self
                .journal
                .record(KIND, &request.reference, *minor, currency);
            recorded.map_err(|cause| GatewayError::Unknown(cause.to_string()))?;
        }
        Ok(refund)
    }

    /// Returns a refund that the journal contains; without a journal, every refund.
    pub(super) fn find_refund(
        &self,
        request: &GatewayRefundRequest,
    ) -> Result<Option<GatewayRefund>, GatewayError> {
        let known = self.journal.contains(KIND, &request.reference);
        match known.map_err(|cause| GatewayError::Unknown(cause.to_string()))? {
            Some(false) => Ok(None),
            Some(true) | None => processed(request).map(Some),
        }
    }
}

/// Returns the processed refund of a request.
fn processed(request: &GatewayRefundRequest) -> Result<GatewayRefund, GatewayError> {
    let minor = request.amount.minor(request.currency);
    let minor = minor.ok_or_else(|| {
        GatewayError::Refused("the amount has more decimals than its currency".to_owned())
    })?;
    Ok(GatewayRefund {
        gateway_refund_id: format!("{PREFIX}{}", request.reference),
        reference: Some(request.reference.clone()),
        outcome: RefundOutcome::Processed {
            minor,
            currency: request.currency.to_string(),
        },
    })
}

/// Reads a webhook about a refund; `None` for another webhook.
pub(super) fn read(body: &[u8]) -> Option<GatewayEvent> {
    let webhook: WebhookBody = serde_json::from_slice(body).ok()?;
    let outcome = match webhook.failed {
        Some(reason) => RefundOutcome::Failed { reason },
        None => RefundOutcome::Processed {
            minor: webhook.minor,
            currency: webhook.currency,
        },
    };
    let refund = GatewayRefund {
        gateway_refund_id: webhook.refund,
        reference: Some(webhook.reference),
        outcome,
    };
    Some(refund.into_event(webhook.id, "refund.updated".to_owned()))
}
