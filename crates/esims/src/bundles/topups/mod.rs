//! More data for an eSIM that somebody has: a bundle of its own on the same profile.

mod query;

use super::{NewBundle, open};
use crate::inventory::{Move, Source, move_to};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Error, Result, Tx};
use wire::{
    EsimId, ProblemCode, UserId,
    esims::inventory::{EsimStatus, ProfileState},
};

/// When what was added runs, as its provider said. What it starts later waits, and no eSIM becomes active for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Run {
    /// Later.
    Queued,
    /// It runs already.
    Running {
        /** From when. */
        from: DateTime<Utc>,
        /** Until when. */
        until: DateTime<Utc>,
    },
}

impl Run {
    /// For so many days from now on, unless the provider has said until when.
    pub fn since(now: DateTime<Utc>, days: i32, until: Option<DateTime<Utc>>) -> Self {
        let until = until.unwrap_or_else(|| now + TimeDelta::days(days.into()));
        Self::Running {
            from: now,
            // A provider's clock may be behind: nothing ends before it has begun.
            until: until.max(now + TimeDelta::seconds(1)),
        }
    }
}

/// An eSIM as it stands before something is added to it, locked: its number, and whether that may be.
pub fn lock(tx: &mut Tx<'_>, id: EsimId, owner: UserId) -> Result<String> {
    let esim = query::lock(tx, id)?;
    let has_ended = esim.status == EsimStatus::Cancelled
        || esim.profile_state == ProfileState::Deleted
        || esim.user_id != Some(owner);
    if has_ended {
        return Err(Error::because(
            ProblemCode::WrongState,
            "The eSIM has been cancelled, deleted or given to somebody else.",
        ));
    }
    Ok(esim.iccid)
}

/// Puts what was added on its eSIM. The eSIM lasts as long as the longest of its bundles; an expired one is active
/// again, if what was added runs. Told again, it comes to the same.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: NewBundle,
    run: Run,
    now: DateTime<Utc>,
) -> Result<()> {
    let (esim, plan) = (new.esim_id, new.plan_id);
    let bundle = open(tx, new)?;
    let Run::Running { from, until } = run else {
        return Ok(());
    };
    if !query::start(tx, bundle, (from, until))? {
        return Ok(());
    }
    let before = query::lock(tx, esim)?;
    let is_revived = before.status == EsimStatus::Expired;
    query::extend(tx, esim, until, is_revived.then_some(plan))?;
    if is_revived {
        let step = Move {
            status: Some(EsimStatus::Active),
            profile_state: None,
            reason: Some("Topped up"),
            source: Source::Order,
            at: now,
        };
        move_to(tx, actor, esim, step)?;
    }
    Ok(())
}
