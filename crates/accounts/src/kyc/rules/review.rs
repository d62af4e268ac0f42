//! Reviewing: one person at a time has a document, and decides about it once.

use super::{shown, standing};
use crate::kyc::{
    letter,
    query::{self, Decision, DocumentRow},
};
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    people,
};
use serde_json::json;
use wire::{
    KycDocumentId, ProblemCode, UserId,
    accounts::kyc::{CLAIM, KycDocument, KycDocumentStatus},
};

/// Takes a document up for a quarter of an hour, or for another one.
pub fn claim(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    query::find(tx.conn(), actor, id)?;
    let row = query::lock(tx, id)?;
    let me = reviewer(tx.conn(), actor, &row, now)?;
    let row = query::claim(tx, id, Some((me, now + CLAIM)))?;
    audit::record(tx, actor, Act::new("kyc.claim", "kyc_document", id.0))?;
    shown::complete(tx.conn(), actor, row)
}

/// Lays a document back undecided.
pub fn release(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: KycDocumentId,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    query::find(tx.conn(), actor, id)?;
    let row = query::lock(tx, id)?;
    let me = reviewer(tx.conn(), actor, &row, now)?;
    held(&row, me, now)?;
    let row = query::claim(tx, id, None)?;
    audit::record(tx, actor, Act::new("kyc.release", "kyc_document", id.0))?;
    shown::complete(tx.conn(), actor, row)
}

/// Accepts a document that the actor has, as they have read it.
pub fn approve(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (KycDocumentId, i32),
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    decide(tx, actor, read, (KycDocumentStatus::Approved, None, now))
}

/// Rejects a document that the actor has, as they have read it, and says why.
pub fn reject(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (KycDocumentId, i32),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<KycDocument> {
    let reason = Some(reason.trim());
    decide(tx, actor, read, (KycDocumentStatus::Rejected, reason, now))
}

/// The decision, what follows from it for the customer, and the letter that tells them, at once or not at all.
fn decide(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (KycDocumentId, i32),
    (status, reason, at): (KycDocumentStatus, Option<&str>, DateTime<Utc>),
) -> Result<KycDocument> {
    let row = query::find(tx.conn(), actor, id)?;
    let before = query::hold_customer(tx, row.user_id)?;
    let row = query::lock(tx, id)?;
    let by = reviewer(tx.conn(), actor, &row, at)?;
    held(&row, by, at)?;
    let decision = Decision {
        status,
        by,
        at,
        reason,
    };
    let row = query::decide(tx, (id, version), decision)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    let (action, was) = match status {
        KycDocumentStatus::Rejected => ("kyc.reject", KycDocumentStatus::Pending),
        _ => ("kyc.approve", KycDocumentStatus::Pending),
    };
    let change = json!({ "status": { "before": was, "after": status } });
    audit::record(
        tx,
        actor,
        Act::new(action, "kyc_document", id.0)
            .changing(change)
            .because(reason),
    )?;
    let standing = standing::settle(tx, actor, row.user_id, before)?;
    letter::send(tx, &actor.keys, &row, standing)?;
    shown::complete(tx.conn(), actor, row)
}

/// Whether the actor may review a document at all, and nobody else does. Who they are.
fn reviewer(
    conn: &mut Conn,
    actor: &Actor,
    row: &DocumentRow,
    now: DateTime<Utc>,
) -> Result<UserId> {
    let me = actor.person()?;
    if row.user_id == me || row.uploaded_by == Some(me) {
        return Err(Error::because(
            ProblemCode::Forbidden,
            "Nobody reviews their own document, nor one that they have uploaded.",
        ));
    }
    if row.status != KycDocumentStatus::Pending {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!("The document was {} already.", row.status),
        ));
    }
    match holder(row, now) {
        Some((other, until)) if other != me => Err(taken(conn, actor, other, until)?),
        _ => Ok(me),
    }
}

/// Whether the actor has it.
fn held(row: &DocumentRow, me: UserId, now: DateTime<Utc>) -> Result<()> {
    match holder(row, now) {
        Some((holder, _)) if holder == me => Ok(()),
        _ => Err(Error::because(
            ProblemCode::WrongState,
            "Take the document up first: your claim has ended, or there was none.",
        )),
    }
}

/// Who has it, and until when.
fn holder(row: &DocumentRow, now: DateTime<Utc>) -> Option<(UserId, DateTime<Utc>)> {
    row.claimed_by
        .zip(row.claimed_until)
        .filter(|(_, until)| *until > now)
}

fn taken(conn: &mut Conn, actor: &Actor, other: UserId, until: DateTime<Utc>) -> Result<Error> {
    let names = people::names(conn, &actor.keys, &[other], false)?;
    let who = names.get(&other).map_or("Somebody else", String::as_str);
    let until = until.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(Error::because(
        ProblemCode::Conflict,
        format!("{who} reviews it until {until}."),
    ))
}
