//! Reviews: one reviewer at a time claims a document, and decides about it once.

use super::{response, status as kyc_status};
use crate::kyc::{
    email,
    query::{self, Decision, DocumentRow},
};
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    people,
};
use serde_json::json;
use wire::{
    KycDocumentId, ProblemCode, UserId,
    accounts::kyc::{CLAIM_DURATION, KycDocument, KycDocumentStatus},
    system::audit::AuditAction,
};

/// Claims a document for a quarter of an hour, or extends the claim.
pub fn claim(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    query::find(tx.conn(), actor, id)?;
    let row = query::lock(tx, id)?;
    let reviewer = ensure_reviewer(tx.conn(), actor, &row, now)?;
    let row = query::set_claim(tx, id, Some((reviewer, now + CLAIM_DURATION)))?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::KycClaim, id))?;
    response::build(tx.conn(), actor, row)
}

/// Releases the claim of a document without a decision.
pub fn release(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    query::find(tx.conn(), actor, id)?;
    let row = query::lock(tx, id)?;
    let reviewer = ensure_reviewer(tx.conn(), actor, &row, now)?;
    ensure_claimed(&row, reviewer, now)?;
    let row = query::set_claim(tx, id, None)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::KycRelease, id))?;
    response::build(tx.conn(), actor, row)
}

/// Approves a document that the actor has claimed and read at this version.
pub fn approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    let verdict = Verdict {
        status: KycDocumentStatus::Approved,
        reason: None,
    };
    decide(tx, actor, id, version, verdict, now)
}

/// Rejects a document that the actor has claimed and read at this version, with a reason.
pub fn reject(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    version: i32,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    let verdict = Verdict {
        status: KycDocumentStatus::Rejected,
        reason: Some(reason.trim()),
    };
    decide(tx, actor, id, version, verdict, now)
}

/// The verdict of a review.
struct Verdict<'a> {
    status: KycDocumentStatus,
    reason: Option<&'a str>,
}

/// Records a decision, updates the KYC status of the customer and queues the email, all in one transaction.
fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    version: i32,
    verdict: Verdict<'_>,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    let Verdict { status, reason } = verdict;
    let row = query::find(tx.conn(), actor, id)?;
    let before = query::lock_customer(tx, row.user_id)?;
    let row = query::lock(tx, id)?;
    let reviewer = ensure_reviewer(tx.conn(), actor, &row, now)?;
    ensure_claimed(&row, reviewer, now)?;
    let decision = Decision {
        status,
        by: reviewer,
        at: now,
        reason,
    };
    let row = query::decide(tx, id, version, decision)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    let (action, was) = match status {
        KycDocumentStatus::Rejected => (AuditAction::KycReject, KycDocumentStatus::Pending),
        _ => (AuditAction::KycApprove, KycDocumentStatus::Pending),
    };
    let change = json!({ "status": { "before": was, "after": status } });
    audit::record(
        tx,
        actor,
        AuditEvent::new(action, id)
            .with_change(change)
            .with_reason(reason),
    )?;
    let new_status = kyc_status::update(tx, actor, row.user_id, before)?;
    email::send_decision(tx, &actor.keys, &row, new_status)?;
    response::build(tx.conn(), actor, row)
}

/// Checks that the actor may review a document and that no other reviewer has claimed it; returns the actor.
fn ensure_reviewer(
    conn: &mut Conn,
    actor: &Actor,
    row: &DocumentRow,
    now: DateTime<Utc>,
) -> Result<UserId> {
    let me = actor.person()?;
    if row.user_id == me || row.uploaded_by == Some(me) {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "You cannot review your own document or one that you uploaded.",
        ));
    }
    if row.status != KycDocumentStatus::Pending {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The document is already {}.", row.status),
        ));
    }
    match current_claim(row, now) {
        Some((other, until)) if other != me => Err(claimed_by(conn, actor, other, until)?),
        _ => Ok(me),
    }
}

/// Checks that the actor has claimed the document.
fn ensure_claimed(row: &DocumentRow, me: UserId, now: DateTime<Utc>) -> Result<()> {
    match current_claim(row, now) {
        Some((claimant, _)) if claimant == me => Ok(()),
        _ => Err(Error::with_detail(
            ProblemCode::WrongState,
            "Claim the document first: your claim has expired, or there was none.",
        )),
    }
}

/// Returns the reviewer who has claimed the document, and the end of the claim.
fn current_claim(row: &DocumentRow, now: DateTime<Utc>) -> Option<(UserId, DateTime<Utc>)> {
    row.claimed_by
        .zip(row.claimed_until)
        .filter(|(_, until)| *until > now)
}

fn claimed_by(
    conn: &mut Conn,
    actor: &Actor,
    other: UserId,
    until: DateTime<Utc>,
) -> Result<Error> {
    let names = people::names(conn, &actor.keys, &[other], false)?;
    let who = names.get(&other).map_or("Another reviewer", String::as_str);
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(Error::with_detail(
        ProblemCode::Conflict,
        format!("{who} is reviewing this document until {until}."),
    ))
}
