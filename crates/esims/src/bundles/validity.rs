//! The validity of a bundle: it begins with the purchase, the installation or the first use, as the plan was sold.

use super::query::{self, WaitingBundle};
use crate::inventory::{Source, StateChange, change_state};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Result, Tx};
use wire::{
    EsimId,
    catalog::plans::ValidityPolicy,
    esims::inventory::{EsimStatus, ProfileState},
};

/// The start and the end of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The start.
    pub starts_at: DateTime<Utc>,
    /// The end.
    pub expires_at: DateTime<Utc>,
}

impl Period {
    /// Returns the period of so many days from a time.
    pub fn of_days(starts_at: DateTime<Utc>, days: i32) -> Self {
        Self {
            starts_at,
            expires_at: starts_at + TimeDelta::days(days.max(1).into()),
        }
    }
}

/// What happened to an eSIM for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Installation,
    FirstUse,
}

/// Returns the period of a bundle after an event; `None` when its validity does not begin with it. A period that has begun
/// keeps its dates.
fn period_after(
    event: Event,
    policy: ValidityPolicy,
    known: Option<Period>,
    days: i32,
    at: DateTime<Utc>,
) -> Option<Period> {
    match (event, policy) {
        (Event::Installation, ValidityPolicy::FirstUse | ValidityPolicy::Purchase) => None,
        _ => Some(known.unwrap_or_else(|| Period::of_days(at, days))),
    }
}

/// Notes that an eSIM was used for data, at a time by the provider's clock: the first bundle becomes active, with the dates
/// that its plan was sold with. Returns whether a bundle has become active. Repeated calls have no further effect.
pub fn note_first_use(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    at: DateTime<Utc>,
) -> Result<bool> {
    begin(tx, actor, id, Event::FirstUse, at)
}

/// Notes that the profile of an eSIM was installed on a phone: a plan whose validity begins with the installation becomes
/// active. Returns whether a bundle has become active. Repeated calls have no further effect.
pub fn note_installation(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    at: DateTime<Utc>,
) -> Result<bool> {
    begin(tx, actor, id, Event::Installation, at)
}

fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    event: Event,
    at: DateTime<Utc>,
) -> Result<bool> {
    let esim = query::lock_esim(tx, id)?;
    let may_begin = matches!(
        esim.status,
        EsimStatus::Available | EsimStatus::Active | EsimStatus::Suspended
    );
    if !may_begin || !esim.has_user || query::has_begun(tx.conn(), id)? {
        return Ok(false);
    }
    let Some(bundle) = query::first_waiting(tx.conn(), id)? else {
        return Ok(false);
    };
    let Some(period) = bundle_period(&bundle, &esim, event, at) else {
        return Ok(false);
    };
    // The expiry ends a bundle whose validity was over before its first use.
    if period.expires_at <= at || !query::begin(tx, bundle.id, period)? {
        return Ok(false);
    }
    query::set_current(tx, id, bundle.plan_id, period.expires_at)?;
    if esim.status == EsimStatus::Available {
        let is_behind = matches!(
            esim.profile_state,
            ProfileState::Reserving | ProfileState::Released | ProfileState::Downloaded
        );
        let change = StateChange {
            status: Some(EsimStatus::Active),
            profile_state: is_behind.then_some(ProfileState::Installed),
            reason: Some(match event {
                Event::Installation => "Installed",
                Event::FirstUse => "First use",
            }),
            source: Source::Provider,
            at: at.min(period.expires_at - TimeDelta::microseconds(1)),
        };
        change_state(tx, actor, id, change)?;
    }
    Ok(true)
}

/// Returns the period of the first bundle. Bundles that were sold before the validity was stored per bundle have the dates of
/// their eSIM.
fn bundle_period(
    bundle: &WaitingBundle,
    esim: &query::Esim,
    event: Event,
    at: DateTime<Utc>,
) -> Option<Period> {
    let own = bundle.starts_at.zip(bundle.expires_at);
    let of_esim = esim.activated_at.zip(esim.expires_at);
    let known = own.or(of_esim).map(|(starts_at, expires_at)| Period {
        starts_at,
        expires_at,
    });
    let policy = bundle.validity_policy();
    period_after(event, policy, known, bundle.validity_days, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn validity_begins_with_the_event_of_its_policy() {
        use ValidityPolicy::{FirstUse, Installation, Purchase};
        let month = Some(Period::of_days(AT, 30));
        for (event, policy, expected) in [
            (Event::Installation, Installation, month),
            (Event::Installation, FirstUse, None),
            (Event::Installation, Purchase, None),
            (Event::FirstUse, FirstUse, month),
            (Event::FirstUse, Installation, month),
            (Event::FirstUse, Purchase, month),
        ] {
            let period = period_after(event, policy, None, 30, AT);
            assert_eq!(period, expected, "{event:?} {policy}");
        }
    }

    #[test]
    fn period_that_has_begun_keeps_its_dates() {
        let begun = Period::of_days(AT, 30);
        let later = AT + TimeDelta::days(3);
        let period = period_after(
            Event::FirstUse,
            ValidityPolicy::Purchase,
            Some(begun),
            30,
            later,
        );
        assert_eq!(period, Some(begun));
    }
}
