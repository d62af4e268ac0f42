//! Calls to providers, and the decisions about their health.

use super::query::{self, CallOutcome};
use crate::providers;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use std::time::{Duration, Instant};
use suppliers::{Refusal, SupplierError};
use wire::{
    ProblemCode, ProviderId, integrations::providers::Provider, system::audit::AuditAction,
};

/// The maximum duration of a call to a provider. The outcome of a longer call is unknown.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// It orders an eSIM or a top-up. These calls open and close the circuit.
    Order,
    /// It asks or changes something else.
    Other,
}

/// Makes a call to a provider within [`CALL_LIMIT`], and records its outcome. Never call this within a transaction.
pub async fn call<T>(
    ctx: &Ctx,
    provider: ProviderId,
    kind: CallKind,
    response: impl Future<Output = Result<T, SupplierError>>,
) -> Result<T, SupplierError> {
    let began = Instant::now();
    let response = tokio::time::timeout(CALL_LIMIT, response)
        .await
        .unwrap_or_else(|_| Err(SupplierError::unknown("no response in time")));
    let error = response.as_ref().err();
    let Some(is_success) = is_answered(error) else {
        return response;
    };
    let outcome = CallOutcome {
        provider,
        is_order: kind == CallKind::Order,
        is_success,
        duration_ms: i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX),
        error: error.filter(|_| !is_success).map(ToString::to_string),
        now: ctx.clock.now(),
    };
    // The figures must not fail the call.
    if let Err(error) = ctx.db.write(move |tx| query::record(tx, &outcome)).await {
        tracing::warn!("the outcome of a call to a provider could not be recorded: {error}");
    }
    response
}

/// Returns whether a call shows that the provider works; `None` when it shows nothing.
fn is_answered(error: Option<&SupplierError>) -> Option<bool> {
    match error {
        None => Some(true),
        Some(SupplierError::Refused { reason, .. }) => Some(!matches!(
            reason,
            Refusal::Unreachable | Refusal::Maintenance
        )),
        Some(SupplierError::Unknown { .. } | SupplierError::Unauthorized { .. }) => Some(false),
        Some(SupplierError::RateLimited { .. } | SupplierError::Unsupported) => None,
    }
}

/// Pauses a provider.
pub fn pause(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProviderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Provider> {
    let before = providers::lock(tx, id)?;
    if before.paused_at.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The provider is paused already.",
        ));
    }
    let after = providers::set_pause(tx, id, Some((now, reason)))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProviderPause, id).with_reason(Some(reason)),
    )?;
    Ok(after)
}

/// Resumes a paused provider.
pub fn resume(tx: &mut Tx<'_>, actor: &Actor, id: ProviderId) -> Result<Provider> {
    let before = providers::lock(tx, id)?;
    if before.paused_at.is_none() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The provider is not paused.",
        ));
    }
    let after = providers::set_pause(tx, id, None)?;
    let change = json!({ "pause_reason": before.pause_reason });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProviderResume, id).with_change(change),
    )?;
    Ok(after)
}

/// Pauses a provider that does not accept its credentials, unless it is paused already.
pub fn pause_for_credentials(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProviderId,
    now: DateTime<Utc>,
) -> Result<()> {
    if providers::lock(tx, id)?.paused_at.is_none() {
        let reason = "The provider does not accept the credentials.";
        pause(tx, actor, id, reason, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_shows_that_the_provider_works() {
        assert_eq!(is_answered(None), Some(true));
        let refused = |reason| SupplierError::refused(reason, "");
        assert_eq!(is_answered(Some(&refused(Refusal::OutOfStock))), Some(true));
        assert_eq!(
            is_answered(Some(&refused(Refusal::Unreachable))),
            Some(false)
        );
        assert_eq!(is_answered(Some(&SupplierError::unknown(""))), Some(false));
        let limited = SupplierError::RateLimited {
            retry_after: chrono::TimeDelta::seconds(1),
        };
        assert_eq!(is_answered(Some(&limited)), None);
    }
}
