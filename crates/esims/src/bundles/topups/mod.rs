//! More data for an eSIM that somebody has: a bundle of its own on the same profile.

mod query;

pub use query::Waiting;

use super::{NewBundle, open};
use crate::inventory::{Move, Source, move_to};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Conn, Error, Result, Tx};
use wire::{
    EsimId, OrderId, ProblemCode, UserId,
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
    /// For so many days from now on, unless the provider has said since when and until when.
    pub fn told(
        (since, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
        days: i32,
        now: DateTime<Utc>,
    ) -> Self {
        let from = since.unwrap_or(now).min(now);
        let until = until.unwrap_or_else(|| from + TimeDelta::days(days.into()));
        Self::Running {
            from,
            // A provider's clock may be behind: nothing ends before it has begun.
            until: until.max(from + TimeDelta::seconds(1)),
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

/// The bundle of an ordered unit that waits, on an eSIM that has not ended.
pub fn waiting(
    conn: &mut Conn,
    order: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>> {
    query::waiting(conn, order, unit_no, now)
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
    let (order, unit_no) = (new.order_id, new.unit_no);
    open(tx, new)?;
    begin(tx, actor, (order, unit_no), run, now).map(drop)
}

/// What waited runs; whether it was the first to say so. Its eSIM lasts as long as the longest of its bundles, an
/// expired one is active again, and what may be used in the new period is noted. What has ended by the time that one
/// hears of it revives nothing.
pub fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (order, unit_no): (OrderId, i32),
    run: Run,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Run::Running { from, until } = run else {
        return Ok(false);
    };
    let Some(waiting) = query::waiting(tx.conn(), order, unit_no, now)? else {
        return Ok(false);
    };
    let esim = waiting.esim_id;
    let before = query::lock(tx, esim)?;
    if !query::start(tx, waiting.id, (from, until), until > now)? {
        return Ok(false);
    }
    let is_revived = before.status == EsimStatus::Expired && until > now;
    let is_current = is_revived || (!waiting.is_served && until > now);
    query::extend(tx, esim, until, is_current.then_some(waiting.plan_id))?;
    query::limit(tx, esim, (from, until), waiting.total_bytes)?;
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
    Ok(true)
}
