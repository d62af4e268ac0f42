//! Which bundles of an eSIM have ended, which one follows, and whether the eSIM has expired.

use super::query::{self, DueBundle, DueEsim};
use crate::{
    bundles::{self, Period},
    inventory::{Source, StateChange, can_change_status, change_state},
    operations::RefreshEsim,
};
use chrono::{DateTime, Utc};
use platform::{Actor, Result, Tx, jobs};
use wire::{
    BundleId, EsimId, PlanId,
    esims::{inventory::EsimStatus, usage::BundleStatus},
};

/// A bundle that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ended {
    bundle: BundleId,
    status: BundleStatus,
}

/// A queued bundle that follows an ended one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Next {
    bundle: BundleId,
    plan: PlanId,
    period: Period,
}

/// What happens to an eSIM whose bundle is due.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Service {
    /// Another bundle is active, or nothing was ever used.
    Continues,
    /// A queued bundle becomes active.
    HandsOver(Next),
    /// The provider starts a queued bundle, or a paid top-up is being delivered.
    Waits,
    /// The eSIM has expired.
    Ends,
}

/// The decision about an eSIM.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decision {
    ended: Vec<Ended>,
    service: Service,
}

/// Decides about an eSIM and its bundles that have not ended, by the time of the database.
fn decide(esim: &DueEsim, bundles: &[DueBundle], now: DateTime<Utc>) -> Decision {
    let ended: Vec<Ended> = bundles
        .iter()
        .filter_map(|bundle| {
            let status = end_of(bundle, esim, now)?;
            Some(Ended {
                bundle: bundle.id,
                status,
            })
        })
        .collect();
    let has_ended = |bundle: &DueBundle| ended.iter().any(|one| one.bundle == bundle.id);
    let open: Vec<&DueBundle> = bundles.iter().filter(|bundle| !has_ended(bundle)).collect();
    let service = next_service(esim, &open, &ended, now);
    Decision { ended, service }
}

/// Returns how a bundle has ended; `None` when it has not.
fn end_of(bundle: &DueBundle, esim: &DueEsim, now: DateTime<Utc>) -> Option<BundleStatus> {
    // The first bundle of an eSIM that was sold before the validity was stored per bundle has the dates of the eSIM.
    let of_esim = bundle.is_first.then_some(esim.expires_at).flatten();
    let is_over = bundle.expires_at.or(of_esim).is_some_and(|end| end <= now);
    let is_used_up = bundle.status == BundleStatus::Active
        && bundle
            .total_bytes
            .is_some_and(|total| bundle.used_bytes >= total);
    match (is_used_up, is_over) {
        (true, _) => Some(BundleStatus::Depleted),
        (false, true) => Some(BundleStatus::Expired),
        (false, false) => None,
    }
}

fn next_service(
    esim: &DueEsim,
    open: &[&DueBundle],
    ended: &[Ended],
    now: DateTime<Utc>,
) -> Service {
    if open
        .iter()
        .any(|bundle| bundle.status == BundleStatus::Active)
    {
        return Service::Continues;
    }
    let is_in_use = matches!(esim.status, EsimStatus::Active | EsimStatus::Suspended);
    let next = open.iter().find(|bundle| !bundle.is_started_by_provider);
    match next {
        Some(_) if ended.is_empty() || !is_in_use => Service::Continues,
        Some(next) => Service::HandsOver(Next {
            bundle: next.id,
            plan: next.plan_id,
            period: Period::of_days(now, next.validity_days),
        }),
        None if !open.is_empty() || esim.has_open_topup => Service::Waits,
        None => Service::Ends,
    }
}

/// Ends the due bundles of an eSIM. Changes nothing when another transaction has locked the eSIM, or has ended them before.
pub fn expire(tx: &mut Tx<'_>, actor: &Actor, id: EsimId) -> Result<()> {
    let Some(esim) = query::lock_due(tx, id)? else {
        return Ok(());
    };
    let now = query::database_time(tx.conn())?;
    let bundles = query::open_bundles(tx.conn(), id)?;
    let decision = decide(&esim, &bundles, now);
    for ended in &decision.ended {
        query::end(tx, ended.bundle, ended.status, now)?;
    }
    match decision.service {
        Service::Continues => bundles::set_expiry(tx, id),
        Service::HandsOver(next) => hand_over(tx, id, &next),
        Service::Waits => {
            bundles::set_expiry(tx, id)?;
            // The provider may have started the next bundle already.
            ask_provider(tx, id, &esim)
        }
        Service::Ends => end_service(tx, actor, id, &esim, now),
    }
}

fn hand_over(tx: &mut Tx<'_>, id: EsimId, next: &Next) -> Result<()> {
    query::start(tx, next.bundle, next.period)?;
    query::set_plan(tx, id, next.plan)?;
    bundles::set_expiry(tx, id)
}

/// Expires an eSIM without another bundle, and asks its provider to confirm it.
fn end_service(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    esim: &DueEsim,
    now: DateTime<Utc>,
) -> Result<()> {
    let may_expire = can_change_status(esim.status, EsimStatus::Expired, Source::Expiry);
    if !may_expire || (esim.status == EsimStatus::Available && !esim.has_user) {
        return Ok(());
    }
    let change = StateChange {
        status: Some(EsimStatus::Expired),
        profile_state: None,
        reason: Some("No bundle is valid any more"),
        source: Source::Expiry,
        at: now,
    };
    change_state(tx, actor, id, change)?;
    if esim.has_provider {
        query::mark_unconfirmed(tx, id, now)?;
    }
    ask_provider(tx, id, esim)
}

fn ask_provider(tx: &mut Tx<'_>, id: EsimId, esim: &DueEsim) -> Result<()> {
    if esim.has_provider {
        jobs::enqueue(tx, &RefreshEsim { esim: id })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn esim(status: EsimStatus) -> DueEsim {
        DueEsim {
            status,
            expires_at: Some(NOW),
            has_user: true,
            has_provider: true,
            has_open_topup: false,
        }
    }

    fn bundle(status: BundleStatus, ends_in_hours: Option<i64>) -> DueBundle {
        DueBundle {
            id: BundleId::new(),
            plan_id: PlanId::new(),
            status,
            expires_at: ends_in_hours.map(|hours| NOW + TimeDelta::hours(hours)),
            total_bytes: Some(1_000),
            used_bytes: 10,
            validity_days: 7,
            is_first: false,
            is_started_by_provider: false,
        }
    }

    #[test]
    fn last_bundle_ends_the_esim() {
        let last = bundle(BundleStatus::Active, Some(0));
        let decision = decide(&esim(EsimStatus::Active), std::slice::from_ref(&last), NOW);
        assert_eq!(
            decision,
            Decision {
                ended: vec![Ended {
                    bundle: last.id,
                    status: BundleStatus::Expired
                }],
                service: Service::Ends,
            }
        );
    }

    #[test]
    fn used_up_bundle_hands_over_to_the_queued_one() {
        let used_up = DueBundle {
            used_bytes: 1_000,
            ..bundle(BundleStatus::Active, Some(48))
        };
        let queued = bundle(BundleStatus::Queued, None);
        let decision = decide(&esim(EsimStatus::Active), &[used_up, queued.clone()], NOW);
        assert_eq!(decision.ended[0].status, BundleStatus::Depleted);
        assert_eq!(
            decision.service,
            Service::HandsOver(Next {
                bundle: queued.id,
                plan: queued.plan_id,
                period: Period::of_days(NOW, 7)
            })
        );
    }

    #[test]
    fn paid_topup_wins_against_the_expiry() {
        let paid = DueEsim {
            has_open_topup: true,
            ..esim(EsimStatus::Active)
        };
        let last = bundle(BundleStatus::Active, Some(0));
        let decision = decide(&paid, &[last], NOW);
        assert_eq!(decision.service, Service::Waits);
    }

    #[test]
    fn bundle_that_the_provider_starts_is_not_started_here() {
        let ended = bundle(BundleStatus::Active, Some(-1));
        let queued = DueBundle {
            is_started_by_provider: true,
            ..bundle(BundleStatus::Queued, None)
        };
        let decision = decide(&esim(EsimStatus::Active), &[ended, queued], NOW);
        assert_eq!(decision.service, Service::Waits);
    }

    #[test]
    fn another_active_bundle_keeps_the_esim() {
        let ended = bundle(BundleStatus::Active, Some(-1));
        let other = bundle(BundleStatus::Active, Some(1));
        let decision = decide(&esim(EsimStatus::Active), &[ended, other], NOW);
        assert_eq!(
            (decision.ended.len(), decision.service),
            (1, Service::Continues)
        );
    }

    #[test]
    fn unused_bundle_expires_when_its_validity_began_with_the_purchase() {
        let unused = bundle(BundleStatus::Queued, Some(-1));
        let decision = decide(&esim(EsimStatus::Available), &[unused], NOW);
        assert_eq!(decision.ended[0].status, BundleStatus::Expired);
        assert_eq!(decision.service, Service::Ends);
    }

    #[test]
    fn first_bundle_without_dates_ends_with_its_esim() {
        let first = DueBundle {
            is_first: true,
            ..bundle(BundleStatus::Queued, None)
        };
        let decision = decide(&esim(EsimStatus::Active), &[first], NOW);
        assert_eq!((decision.ended.len(), decision.service), (1, Service::Ends));
    }

    #[test]
    fn unlimited_bundle_is_never_used_up() {
        let unlimited = DueBundle {
            total_bytes: None,
            used_bytes: i64::MAX,
            ..bundle(BundleStatus::Active, Some(1))
        };
        assert_eq!(end_of(&unlimited, &esim(EsimStatus::Active), NOW), None);
    }
}
