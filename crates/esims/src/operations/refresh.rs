//! The state of an eSIM as its provider reports it. A report is applied only if it is newer than the last one, by the
//! provider's clock, and a state moves forward only.

use super::query::{self, has_open_topup};
use crate::{
    bundles::{self, ReportedBundle},
    inventory::{self, Source, StateChange, can_change_status, change_state},
};
use chrono::{DateTime, Utc};
use platform::{Actor, Conn, Error, Result, Tx};
use suppliers::{BundleState, EsimRef, EsimState, Refusal, SupplierError};
use wire::{
    EsimId, ProviderId,
    esims::{
        inventory::{EsimStatus, ProfileState},
        profile,
    },
};

/// An eSIM at its provider.
pub struct EsimAtProvider {
    /// The provider.
    pub provider: ProviderId,
    /// The eSIM.
    pub esim: EsimRef,
}

/// Returns the eSIM at its provider; `None` when it is cancelled or has no provider.
pub fn find_source(conn: &mut Conn, id: EsimId) -> Result<Option<EsimAtProvider>> {
    let Some(provider) = query::find_provider(conn, id)? else {
        return Ok(None);
    };
    let esim = inventory::esim_ref(conn, id)?;
    Ok(Some(EsimAtProvider { provider, esim }))
}

/// What a report has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// What was not applied, and why.
    notes: Vec<String>,
}

impl Applied {
    /// Returns what was not applied, as a text.
    pub fn note(&self) -> Option<String> {
        (!self.notes.is_empty()).then(|| self.notes.join(" "))
    }
}

/// Applies the answer of a provider about an eSIM. An error that may pass is returned, so that the job is retried.
pub fn apply_answer(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    answer: Result<EsimState, SupplierError>,
    now: DateTime<Utc>,
) -> Result<()> {
    match answer {
        Ok(state) => apply(tx, actor, id, &state, now).map(drop),
        Err(SupplierError::Refused {
            reason: Refusal::Recycled,
            ..
        }) => apply_recycled(tx, actor, id, now),
        // The provider cannot confirm an expiry, so there is nothing to wait for.
        Err(SupplierError::Unsupported) => query::confirm_service(tx, id),
        Err(error) => Err(Error::internal(error)),
    }
}

/// Cancels an eSIM that its provider has taken back: it can never be used again.
pub fn apply_recycled(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    now: DateTime<Utc>,
) -> Result<()> {
    let from = query::lock_state(tx, id)?;
    if !can_change_status(from.status, EsimStatus::Cancelled, Source::Provider) {
        return Ok(());
    }
    let change = StateChange {
        status: Some(EsimStatus::Cancelled),
        profile_state: None,
        reason: Some("The provider has taken the eSIM back"),
        source: Source::Provider,
        at: now,
    };
    change_state(tx, actor, id, change)?;
    bundles::cancel_all(tx, id, now)?;
    query::confirm_service(tx, id)
}

/// Applies a state that a provider reports. An older report than the last one changes nothing.
pub fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    state: &EsimState,
    now: DateTime<Utc>,
) -> Result<Applied> {
    let known = query::lock_state(tx, id)?;
    if known.provider_state_at.is_some_and(|at| at > state.read_at) {
        return Ok(Applied {
            notes: vec!["The provider's report is older than the last one.".to_owned()],
        });
    }
    let eid = state
        .eid
        .as_deref()
        .and_then(|text| profile::eid(text).ok())
        .filter(|_| known.eid.is_none());
    query::record_report(tx, id, &state.reported, state.read_at, eid.as_deref())?;
    if state.is_recycled {
        apply_recycled(tx, actor, id, now)?;
        return Ok(Applied::default());
    }
    let reported: Vec<ReportedBundle> = state.bundles.iter().map(reported_bundle).collect();
    bundles::apply_reported(tx, id, &reported, now)?;
    begin_validity(tx, actor, id, state, now)?;
    apply_states(tx, actor, id, state, now)
}

fn reported_bundle(bundle: &BundleState) -> ReportedBundle {
    ReportedBundle {
        reference: bundle.bundle_ref.clone(),
        status: bundle.status,
        used_bytes: bundle.used_bytes,
        starts_at: bundle.starts_at,
        expires_at: bundle.expires_at,
    }
}

/// Begins the validity of the first bundle when the provider reports the installation or the first use.
fn begin_validity(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    state: &EsimState,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_installed = matches!(
        state.profile_state,
        Some(ProfileState::Installed | ProfileState::Enabled)
    );
    if let Some(at) = state
        .installed_at
        .or_else(|| is_installed.then_some(state.read_at))
    {
        bundles::note_installation(tx, actor, id, at.min(now))?;
    }
    let is_used = state
        .bundles
        .iter()
        .any(|bundle| bundle.used_bytes.is_some_and(|bytes| bytes > 0));
    if is_used {
        bundles::note_first_use(tx, actor, id, state.read_at.min(now))?;
    }
    Ok(())
}

fn apply_states(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    state: &EsimState,
    now: DateTime<Utc>,
) -> Result<Applied> {
    let known = query::lock_state(tx, id)?;
    let mut notes = Vec::new();
    let profile_state = state
        .profile_state
        .filter(|to| *to != known.profile_state)
        .filter(|to| known.profile_state.can_become(*to));
    if let Some(to) = state.profile_state
        && to != known.profile_state
        && profile_state.is_none()
    {
        notes.push(format!("The provider reports the profile as {to}."));
    }
    let running = bundles::has_running(tx.conn(), id, now)?;
    let report = StatusReport {
        reported: state.status,
        has_running_bundle: running,
        was_suspended_by_provider: query::was_suspended_by_provider(tx.conn(), id)?,
        has_user: known.has_user,
        has_open_topup: has_open_topup(tx.conn(), id)?,
    };
    let status = match next_status(known.status, report) {
        StatusDecision::Keep => None,
        StatusDecision::Change(to, source) => Some((to, source)),
        StatusDecision::Differs(to) => {
            notes.push(format!(
                "The provider reports the eSIM as {to}; it stays {}.",
                known.status
            ));
            None
        }
    };
    if status.is_some() || profile_state.is_some() {
        let change = StateChange {
            status: status.map(|(to, _)| to),
            profile_state,
            reason: Some("Reported by the provider"),
            source: status.map_or(Source::Provider, |(_, source)| source),
            at: now,
        };
        change_state(tx, actor, id, change)?;
    }
    query::confirm_service(tx, id)?;
    Ok(Applied { notes })
}

/// What decides about the status after a report.
#[derive(Debug, Clone, Copy)]
struct StatusReport {
    reported: Option<EsimStatus>,
    has_running_bundle: bool,
    was_suspended_by_provider: bool,
    has_user: bool,
    has_open_topup: bool,
}

/// What a report does to the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusDecision {
    /// The status stays.
    Keep,
    /// The status changes.
    Change(EsimStatus, Source),
    /// The status stays, although the provider reports another one.
    Differs(EsimStatus),
}

/// Decides about the status after a report. A suspension by an administrator ends only by an operation, an expired eSIM
/// becomes active again only with a bundle that is still valid, and a paid top-up prevents an expiry.
fn next_status(from: EsimStatus, report: StatusReport) -> StatusDecision {
    use EsimStatus as S;
    let Some(to) = report.reported else {
        let is_corrected = from == S::Expired && report.has_running_bundle;
        return if is_corrected {
            StatusDecision::Change(S::Active, Source::Correction)
        } else {
            StatusDecision::Keep
        };
    };
    if to == from {
        return StatusDecision::Keep;
    }
    match (from, to) {
        (S::Available, S::Active) if !report.has_user => StatusDecision::Differs(to),
        (S::Suspended, S::Active) if !report.was_suspended_by_provider => {
            StatusDecision::Differs(to)
        }
        (S::Expired, S::Active) if report.has_running_bundle => {
            StatusDecision::Change(to, Source::Correction)
        }
        (_, S::Expired) if report.has_open_topup || report.has_running_bundle => {
            StatusDecision::Differs(to)
        }
        // A provider reports an eSIM that was never used as available.
        (S::Active | S::Suspended | S::Expired, S::Available) => StatusDecision::Keep,
        _ if can_change_status(from, to, Source::Provider) => {
            StatusDecision::Change(to, Source::Provider)
        }
        _ => StatusDecision::Differs(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: StatusReport = StatusReport {
        reported: None,
        has_running_bundle: false,
        was_suspended_by_provider: false,
        has_user: true,
        has_open_topup: false,
    };

    fn decide(from: EsimStatus, to: EsimStatus, report: StatusReport) -> StatusDecision {
        next_status(
            from,
            StatusReport {
                reported: Some(to),
                ..report
            },
        )
    }

    #[test]
    fn report_does_not_resume_an_esim_that_an_administrator_suspended() {
        use EsimStatus::{Active, Suspended};
        assert_eq!(
            decide(Suspended, Active, REPORT),
            StatusDecision::Differs(Active)
        );
        let by_provider = StatusReport {
            was_suspended_by_provider: true,
            ..REPORT
        };
        assert_eq!(
            decide(Suspended, Active, by_provider),
            StatusDecision::Change(Active, Source::Provider)
        );
    }

    #[test]
    fn expired_esim_becomes_active_only_with_a_valid_bundle() {
        use EsimStatus::{Active, Expired};
        assert_eq!(
            decide(Expired, Active, REPORT),
            StatusDecision::Differs(Active)
        );
        let running = StatusReport {
            has_running_bundle: true,
            ..REPORT
        };
        assert_eq!(
            decide(Expired, Active, running),
            StatusDecision::Change(Active, Source::Correction)
        );
    }

    #[test]
    fn paid_topup_prevents_a_reported_expiry() {
        use EsimStatus::{Active, Expired};
        let paid = StatusReport {
            has_open_topup: true,
            ..REPORT
        };
        assert_eq!(
            decide(Active, Expired, paid),
            StatusDecision::Differs(Expired)
        );
        assert_eq!(
            decide(Active, Expired, REPORT),
            StatusDecision::Change(Expired, Source::Provider)
        );
    }

    #[test]
    fn cancelled_esim_never_changes() {
        for &to in EsimStatus::ALL {
            let decision = decide(EsimStatus::Cancelled, to, REPORT);
            assert!(!matches!(decision, StatusDecision::Change(..)), "{to}");
        }
    }
}
