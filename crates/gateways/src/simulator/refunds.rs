//! Money that the simulator gives back: at once, and as often as it is asked the same.

use super::Simulator;
use crate::signature;
use chrono::{DateTime, Utc};
use platform::{
    Error, Result,
    ports::payments::{Event, GatewayError, GivingBack, RefundOutcome, RefundTold},
};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "simre_";
/// What its books call a refund.
const NOTED: &str = "refund";

/// What its webhooks say of a refund.
#[derive(Serialize, Deserialize)]
struct Said {
    id: String,
    refund: String,
    reference: String,
    minor: i64,
    currency: String,
    failed: Option<String>,
}

impl Simulator {
    /// The webhook with which it tells that a refund was paid, or why it was not: the signature header, and the body.
    pub fn tell_refund(
        &self,
        back: &GivingBack,
        failed: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(String, Vec<u8>)> {
        let ending = if failed.is_some() { "failed" } else { "paid" };
        let said = Said {
            id: format!("evt_refund_{ending}_{}", back.reference),
            refund: format!("{PREFIX}{}", back.reference),
            reference: back.reference.clone(),
            minor: back
                .amount
                .minor(back.currency)
                .ok_or_else(|| Error::internal("an amount finer than its currency"))?,
            currency: back.currency.to_string(),
            failed: failed.map(str::to_owned),
        };
        let body = serde_json::to_vec(&said).map_err(Error::internal)?;
        Ok((signature::header(&self.secret, &body, now)?, body))
    }
}

impl Simulator {
    /// The money goes out, and into the books.
    pub(super) fn pay_back(&self, back: &GivingBack) -> Result<RefundTold, GatewayError> {
        let told = done(back)?;
        if let RefundOutcome::Processed { minor, currency } = &told.outcome {
            let noted = self
                .journal
                .note(NOTED, &back.reference, (*minor, currency));
            noted.map_err(|cause| GatewayError::Unknown(cause.to_string()))?;
        }
        Ok(told)
    }

    /// What became of it, by its books; without any, it was paid.
    pub(super) fn paid_back(&self, back: &GivingBack) -> Result<Option<RefundTold>, GatewayError> {
        let known = self.journal.knows(NOTED, &back.reference);
        match known.map_err(|cause| GatewayError::Unknown(cause.to_string()))? {
            Some(false) => Ok(None),
            Some(true) | None => done(back).map(Some),
        }
    }
}

/// The money has gone out.
fn done(back: &GivingBack) -> Result<RefundTold, GatewayError> {
    let minor = back.amount.minor(back.currency);
    let minor = minor
        .ok_or_else(|| GatewayError::Refused("the amount is finer than its currency".to_owned()))?;
    Ok(RefundTold {
        gateway_refund_id: format!("{PREFIX}{}", back.reference),
        reference: Some(back.reference.clone()),
        outcome: RefundOutcome::Processed {
            minor,
            currency: back.currency.to_string(),
        },
    })
}

/// A webhook about a refund, if it is one.
pub(super) fn read(body: &[u8]) -> Option<Event> {
    let said: Said = serde_json::from_slice(body).ok()?;
    let outcome = match said.failed {
        Some(reason) => RefundOutcome::Failed { reason },
        None => RefundOutcome::Processed {
            minor: said.minor,
            currency: said.currency,
        },
    };
    let told = RefundTold {
        gateway_refund_id: said.refund,
        reference: Some(said.reference),
        outcome,
    };
    Some(told.as_event(said.id, "refund.updated".to_owned()))
}
