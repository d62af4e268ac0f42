//! Claiming, releasing and escalating cases.

use super::{
    query::{self, CaseRow},
    status::{CaseChange, transition},
    view::show,
};
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    people,
};
use wire::{
    CaseId, ProblemCode, UserId,
    billing::reconciliation::{CASE_CLAIM_DURATION, Case, CaseStatus},
    system::audit::AuditAction,
};

/// Claims a case for 15 minutes, or extends the claim.
pub fn claim(tx: &mut Tx<'_>, actor: &Actor, id: CaseId, now: DateTime<Utc>) -> Result<Case> {
    let row = query::lock(tx, actor, id)?;
    let me = check_claimable(tx.conn(), actor, &row, now)?;
    query::claim(tx, id, Some(me), Some(now + CASE_CLAIM_DURATION))?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::CaseClaim, id))?;
    show(tx.conn(), actor, id)
}

/// Releases a claimed case.
pub fn release(tx: &mut Tx<'_>, actor: &Actor, id: CaseId, now: DateTime<Utc>) -> Result<Case> {
    let row = query::lock(tx, actor, id)?;
    let me = check_claimable(tx.conn(), actor, &row, now)?;
    check_claimed(&row, me, now)?;
    query::claim(tx, id, None, None)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::CaseRelease, id))?;
    show(tx.conn(), actor, id)
}

/// Escalates a claimed case. The claim ends, so that another person can claim the case.
pub fn escalate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CaseId,
    version: i32,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Case> {
    let row = query::lock(tx, actor, id)?;
    let me = check_claimable(tx.conn(), actor, &row, now)?;
    check_claimed(&row, me, now)?;
    if row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    transition(
        tx,
        actor,
        &row,
        &CaseChange::Escalate,
        me,
        reason.trim(),
        now,
    )?;
    show(tx.conn(), actor, id)
}

/// Rejects an actor who cannot work on a case: the case is resolved, or another person has claimed it. Returns the actor.
pub fn check_claimable(
    conn: &mut Conn,
    actor: &Actor,
    row: &CaseRow,
    now: DateTime<Utc>,
) -> Result<UserId> {
    let me = actor.person()?;
    if row.status == CaseStatus::Resolved {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The case is resolved already.",
        ));
    }
    match claimant(row, now) {
        Some((other, until)) if other != me => {
            let names = people::names(conn, &actor.keys, &[other], false)?;
            let who = names.get(&other).map_or("Another person", String::as_str);
            let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
            Err(Error::with_detail(
                ProblemCode::Conflict,
                format!("{who} works on it until {until}."),
            ))
        }
        _ => Ok(me),
    }
}

/// Rejects a person who has not claimed a case, or whose claim has ended.
pub fn check_claimed(row: &CaseRow, me: UserId, now: DateTime<Utc>) -> Result<()> {
    match claimant(row, now) {
        Some((holder, _)) if holder == me => Ok(()),
        _ => Err(Error::with_detail(
            ProblemCode::WrongState,
            "Claim the case first: your claim has ended, or there was none.",
        )),
    }
}

/// Returns the person who has claimed a case, and the end of the claim.
fn claimant(row: &CaseRow, now: DateTime<Utc>) -> Option<(UserId, DateTime<Utc>)> {
    row.claimed_by
        .zip(row.claimed_until)
        .filter(|(_, until)| *until > now)
}
