//! Errors of providers that need a person: each opens one case per provider and reason, until the case is resolved.

use crate::cases::{self, Finding, reported_key};
use chrono::{DateTime, Utc};
use integrations::{health, routing::Candidate};
use platform::{Actor, Result, Tx};
use suppliers::{Refusal, SupplierError};
use wire::billing::reconciliation::CaseKind;

/// Opens a case for an error that needs a person. A provider that does not accept the credentials is paused.
pub(super) fn check(
    tx: &mut Tx<'_>,
    actor: &Actor,
    candidate: &Candidate,
    error: &SupplierError,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = match error {
        SupplierError::Unauthorized { .. } => {
            health::pause_for_credentials(tx, actor, candidate.provider, now)?;
            "credentials"
        }
        SupplierError::Refused { reason, .. } if reason.needs_attention() => match reason {
            Refusal::NoBalance => "balance",
            _ => "request",
        },
        _ => return Ok(()),
    };
    let kind = CaseKind::ProviderAttention;
    let key = reported_key(kind, format_args!("{}:{reason}", candidate.provider));
    let text = format!("{}: {error}.", candidate.provider_name());
    cases::open(tx, actor, &Finding::new(kind, key, text), now)
}
