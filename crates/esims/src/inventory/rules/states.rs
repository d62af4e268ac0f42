//! The states of an eSIM and the allowed changes between them.

use super::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent, Subject},
};
use serde_json::json;
use wire::{
    EsimId, PlanId, ProblemCode, UserId,
    esims::inventory::{Esim, EsimStatus, ProfileState},
    system::audit::AuditAction,
};

/// The source of a state change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A stock file.
    Import,
    /// An order: a sale or a top-up.
    Order,
    /// An administrator.
    Admin,
    /// The provider.
    Provider,
    /// The end of the validity or of the data.
    Expiry,
    /// The provider reports a bundle as valid that had expired here.
    Correction,
}

impl Source {
    /// Returns the value in the history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Order => "order",
            Self::Admin => "admin",
            Self::Provider => "provider",
            Self::Expiry => "expiry",
            Self::Correction => "correction",
        }
    }
}

/// A requested state change. A state that is `None` does not change.
#[derive(Debug, Clone, Copy)]
pub struct StateChange<'a> {
    /// The new status.
    pub status: Option<EsimStatus>,
    /// The new state of the profile.
    pub profile_state: Option<ProfileState>,
    /// The reason.
    pub reason: Option<&'a str>,
    /// The source of the change.
    pub source: Source,
    /// The time of the change.
    pub at: DateTime<Utc>,
}

/// Returns whether a status change from this source is allowed: only an order (a top-up), or a bundle that the provider
/// reports as valid, reactivates an expired eSIM.
pub const fn can_change_status(from: EsimStatus, to: EsimStatus, source: Source) -> bool {
    let reactivates = matches!((from, to), (EsimStatus::Expired, EsimStatus::Active));
    from.can_become(to) && (!reactivates || matches!(source, Source::Order | Source::Correction))
}

/// Changes the state of an eSIM and records the change. A change to the current state writes nothing.
pub fn change_state(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    change: StateChange<'_>,
) -> Result<Esim> {
    let from = query::lock(tx, id)?;
    let to = (
        change.status.unwrap_or(from.status),
        change.profile_state.unwrap_or(from.profile_state),
    );
    if to == (from.status, from.profile_state) {
        return query::find(tx.conn(), None, id);
    }
    let wrong_state = |text: String| Err(Error::with_detail(ProblemCode::WrongState, text));
    if to.0 != from.status && !can_change_status(from.status, to.0, change.source) {
        return wrong_state(format!(
            "An eSIM that is {} cannot become {}.",
            from.status, to.0
        ));
    }
    if to.1 != from.profile_state && !from.profile_state.can_become(to.1) {
        return wrong_state(format!(
            "A profile that is {} cannot become {}.",
            from.profile_state, to.1
        ));
    }
    if to.0 == EsimStatus::Active && from.user_id.is_none() {
        return wrong_state("An eSIM without an owner cannot become active.".into());
    }

    query::set_state(tx, id, to.0, to.1, change.at)?;
    if to.0 == EsimStatus::Expired && from.status != EsimStatus::Expired {
        query::set_expired_at(tx, id, change.at)?;
    }
    let about = Subject {
        kind: "esim",
        id: id.0,
    };
    let reason = audit::seal_reason(tx, &actor.keys, about, change.reason)?;
    query::insert_history(
        tx,
        &[query::NewHistoryEntry {
            esim_id: id,
            from: Some((from.status, from.profile_state)),
            to,
            reason: reason.as_deref(),
            actor_id: actor.id,
            source: change.source.as_str(),
        }],
    )?;
    let audit_change = json!({ "status": { "before": from.status, "after": to.0 }, "profile_state": { "before": from.profile_state, "after": to.1 } });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimChangeStatus, id)
            .with_change(audit_change)
            .with_reason(change.reason),
    )?;
    query::find(tx.conn(), None, id)
}

/// Records an event in the history of a locked eSIM that does not change its state.
pub(crate) fn record_unchanged(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    state: query::State,
    text: &str,
    source: Source,
) -> Result<()> {
    let state = (state.status, state.profile_state);
    query::insert_history(
        tx,
        &[query::NewHistoryEntry {
            esim_id: id,
            from: Some(state),
            to: state,
            reason: Some(text),
            actor_id: actor.id,
            source: source.as_str(),
        }],
    )
}

/// Reserves the oldest eSIM in stock of a plan for a customer. Skips eSIMs that concurrent transactions are reserving.
pub fn reserve(
    tx: &mut Tx<'_>,
    plan: PlanId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<EsimId>> {
    let Some(id) = query::reserve_from_stock(tx, plan, user, now)? else {
        return Ok(None);
    };
    let state = (EsimStatus::Available, ProfileState::Released);
    query::insert_history(
        tx,
        &[query::NewHistoryEntry {
            esim_id: id,
            from: Some(state),
            to: state,
            reason: Some("Sold from stock"),
            actor_id: None,
            source: Source::Order.as_str(),
        }],
    )?;
    Ok(Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [Source; 6] = [
        Source::Import,
        Source::Order,
        Source::Admin,
        Source::Provider,
        Source::Expiry,
        Source::Correction,
    ];

    #[test]
    fn cancelled_never_changes_and_nothing_returns_to_stock() {
        for &other in EsimStatus::ALL {
            for source in SOURCES {
                assert!(
                    !can_change_status(EsimStatus::Cancelled, other, source),
                    "{other}"
                );
                assert!(
                    !can_change_status(other, EsimStatus::Available, source),
                    "{other}"
                );
                assert!(!can_change_status(other, other, source), "{other}");
            }
        }
    }

    #[test]
    fn only_order_or_correction_reactivates_expired_esim() {
        for source in SOURCES {
            assert_eq!(
                can_change_status(EsimStatus::Expired, EsimStatus::Active, source),
                matches!(source, Source::Order | Source::Correction)
            );
        }
        assert!(!can_change_status(
            EsimStatus::Expired,
            EsimStatus::Suspended,
            Source::Admin
        ));
    }

    #[test]
    fn status_follows_service_lifecycle() {
        use EsimStatus::{Active, Available, Cancelled, Expired, Suspended};
        for (from, to) in [
            (Available, Active),
            (Active, Suspended),
            (Suspended, Active),
            (Active, Expired),
            (Suspended, Expired),
            (Expired, Cancelled),
            (Available, Cancelled),
        ] {
            assert!(
                can_change_status(from, to, Source::Provider),
                "{from} to {to}"
            );
        }
        assert!(!can_change_status(Available, Suspended, Source::Admin));
    }

    #[test]
    fn profile_moves_forward_and_can_be_enabled_repeatedly() {
        use ProfileState::{
            Deleted, Disabled, Downloaded, Enabled, Error, Installed, Released, Reserving,
        };
        for (from, to) in [
            (Reserving, Released),
            (Released, Installed),
            (Installed, Enabled),
            (Enabled, Disabled),
            (Disabled, Enabled),
            (Enabled, Deleted),
            (Deleted, Released),
            (Downloaded, Error),
            (Error, Installed),
        ] {
            assert!(from.can_become(to), "{from} to {to}");
        }
        for (from, to) in [
            (Enabled, Installed),
            (Installed, Downloaded),
            (Released, Reserving),
            (Deleted, Enabled),
            (Disabled, Installed),
        ] {
            assert!(!from.can_become(to), "{from} to {to}");
        }
    }
}
