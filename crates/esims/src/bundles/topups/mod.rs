//! Top-ups: additional data for an eSIM that has an owner, as a separate bundle on the same profile.

mod query;

pub use query::QueuedTopUp;

use super::{NewBundle, open};
use crate::inventory::{Source, StateChange, change_state};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Conn, Error, Result, Tx};
use wire::{
    EsimId, OrderId, ProblemCode, UserId,
    esims::inventory::{EsimStatus, ProfileState},
};

/// The period of a top-up, as the provider states it. A queued top-up does not activate an eSIM.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TopUpPeriod {
    /// The provider starts the top-up later.
    Queued,
    /// The top-up is active.
    Running {
        /// The start.
        from: DateTime<Utc>,
        /// The end.
        until: DateTime<Utc>,
    },
}

impl TopUpPeriod {
    /// Returns an active period with the start and end of the provider. Without them, the period begins now and lasts
    /// `days`.
    pub fn from_provider(
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
        days: i32,
        now: DateTime<Utc>,
    ) -> Self {
        let from = since.unwrap_or(now).min(now);
        let until = until.unwrap_or_else(|| from + TimeDelta::days(days.into()));
        Self::Running {
            from,
            // The clock of the provider may be behind, so the end is always after the start.
            until: until.max(from + TimeDelta::seconds(1)),
        }
    }
}

/// Locks an eSIM for a top-up and returns its ICCID. Rejects an eSIM that has ended or has another owner.
pub fn lock(tx: &mut Tx<'_>, id: EsimId, owner: UserId) -> Result<String> {
    let esim = query::lock(tx, id)?;
    let has_ended = esim.status == EsimStatus::Cancelled
        || esim.profile_state == ProfileState::Deleted
        || esim.user_id != Some(owner);
    if has_ended {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The eSIM was cancelled, deleted or assigned to another customer.",
        ));
    }
    if query::is_being_cancelled(tx.conn(), id)? {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The eSIM is being cancelled at its provider.",
        ));
    }
    Ok(esim.iccid)
}

/// Returns the queued top-up of an ordered unit, if its eSIM has not ended.
pub fn find_queued(
    conn: &mut Conn,
    order: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<QueuedTopUp>> {
    query::find_queued(conn, order, unit_no, now)
}

/// Adds a top-up to its eSIM and activates it if its period is active. A repeated call has no further effect.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: NewBundle,
    period: TopUpPeriod,
    now: DateTime<Utc>,
) -> Result<()> {
    let (order, unit_no) = (new.order_id, new.unit_no);
    open(tx, new)?;
    activate(tx, actor, order, unit_no, period, now).map(drop)
}

/// Activates a queued top-up. Returns `false` if it is not active yet or was activated before.
///
/// The eSIM expires with its longest bundle, an expired eSIM becomes active again, and the allowance of the new period
/// is recorded. A top-up that has already ended does not reactivate an expired eSIM.
pub fn activate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    unit_no: i32,
    period: TopUpPeriod,
    now: DateTime<Utc>,
) -> Result<bool> {
    let TopUpPeriod::Running { from, until } = period else {
        return Ok(false);
    };
    let Some(queued) = query::find_queued(tx.conn(), order, unit_no, now)? else {
        return Ok(false);
    };
    let esim = queued.esim_id;
    let before = query::lock(tx, esim)?;
    if !query::start(tx, queued.id, from, until, until > now)? {
        return Ok(false);
    }
    let is_reactivated = before.status == EsimStatus::Expired && until > now;
    let is_current = is_reactivated || (!queued.has_other_data && until > now);
    query::extend(tx, esim, until, is_current.then_some(queued.plan_id))?;
    query::insert_allowance(tx, esim, from, until, queued.total_bytes)?;
    if is_reactivated {
        let change = StateChange {
            status: Some(EsimStatus::Active),
            profile_state: None,
            reason: Some("Topped up"),
            source: Source::Order,
            at: now,
        };
        change_state(tx, actor, esim, change)?;
    }
    Ok(true)
}
