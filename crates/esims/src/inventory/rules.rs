//! Business rules of eSIMs: visibility, edits, withdrawal, and the reveal of activation codes.

mod delivery;
mod import;
mod listing;
mod states;

pub use delivery::{DeliveredEsim, accept_delivery};
pub use import::import;
pub use listing::{ListedProfile, ListingOutcome, merge_listed, sync_listed};
pub(crate) use states::record_unchanged;
pub use states::{Source, StateChange, can_change_status, change_state, reserve};

use super::query::{self, StoredCode};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent, Reasons, Subject},
    crypto::{FieldContext, Keyring},
};
use wire::{
    EsimId, ProblemCode,
    esims::{inventory::*, profile::ActivationCode},
    identifier,
    system::audit::AuditAction,
};

/// Returns the status history of an eSIM. Only staff see the actors and the reasons.
pub fn history(conn: &mut Conn, actor: &Actor, id: EsimId) -> Result<EsimHistory> {
    query::find(conn, actor.owner_filter(), id)?;
    let mut data = query::history(conn, id)?;
    let about = Subject {
        kind: "esim",
        id: id.0,
    };
    let reasons = Reasons::load(conn, &actor.keys, std::iter::once(about))?;
    for change in &mut data {
        change.reason = reasons.open(about, change.reason.take());
    }
    if actor.owner_filter().is_some() {
        data.iter_mut().for_each(|change| {
            change.reason = None;
            change.actor_id = None;
        });
    }
    Ok(EsimHistory { data })
}

/// Edits an eSIM in stock. An eSIM with an owner is changed only by its state changes.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    version: i32,
    edit: &EditEsim,
) -> Result<Esim> {
    let before = query::find(tx.conn(), actor.owner_filter(), id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if !is_in_stock(&before) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only an eSIM in stock can be edited. This eSIM has an owner or has ended.",
        ));
    }
    let edit = EditEsim {
        eid: edit
            .eid
            .clone()
            .map(|eid| eid.map(|text| identifier::digits(&text))),
        ..edit.clone()
    };
    let code = edit
        .activation_code
        .as_deref()
        .map(|text| seal_corrected_code(&actor.keys, id, text))
        .transpose()?;
    // The statement checks the stock again: another transaction may have sold the eSIM in between.
    if !query::update_stock(tx, id, version, &edit, code.as_ref())? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), actor.owner_filter(), id)?;
    let mut change = audit::change(&before, &after);
    if let (Some(fields), true) = (change.as_object_mut(), code.is_some()) {
        fields.insert("activation_code".into(), "replaced".into());
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimEdit, id).with_change(change),
    )?;
    Ok(after)
}

/// Parses a corrected activation code and seals it for its eSIM.
fn seal_corrected_code(keys: &Keyring, id: EsimId, text: &str) -> Result<query::SealedCode> {
    let code = ActivationCode::parse(text).map_err(|why| {
        let message = format!("The activation code {why}.");
        Error::field("activation_code", "activation_code", message)
    })?;
    Ok(query::SealedCode {
        activation_code: keys.seal(activation_code_context(id), &code.lpa())?,
        matching_id: keys.seal(matching_id_context(id), &code.matching_id)?,
        confirmation_code_required: code.confirmation_code_required,
        smdp_address: code.smdp_address,
    })
}

/// Withdraws an eSIM from the stock, for example one that was imported by mistake. An eSIM with an owner cannot be
/// withdrawn.
pub fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let esim = query::find(tx.conn(), actor.owner_filter(), id)?;
    if esim.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if !is_in_stock(&esim) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Only an eSIM in stock can be withdrawn. This eSIM has an owner or has ended.",
        ));
    }
    if !query::withdraw(tx, id, version, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(tx, actor, AuditEvent::new(AuditAction::EsimWithdraw, id))
}

fn is_in_stock(esim: &Esim) -> bool {
    esim.user_id.is_none() && esim.status == EsimStatus::Available
}

/// Reveals the activation code of an eSIM to a person, and logs the access.
pub fn reveal(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    reason: Option<&str>,
) -> Result<EsimInstallation> {
    Ok(EsimInstallation::from(&reveal_code(tx, actor, id, reason)?))
}

/// Draws the QR code of an eSIM for a person, and logs the access like a reveal.
pub fn draw_qr_code<T>(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    draw: impl Fn(&str) -> Result<T>,
) -> Result<T> {
    draw(&reveal_code(tx, actor, id, Some("QR code"))?.lpa())
}

fn reveal_code(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    reason: Option<&str>,
) -> Result<ActivationCode> {
    let esim = query::find(tx.conn(), actor.owner_filter(), id)?;
    if esim.status == EsimStatus::Cancelled {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "This eSIM is cancelled, so its activation code cannot be revealed.",
        ));
    }
    let stored = query::find_codes(tx.conn(), &[id])?
        .into_iter()
        .next()
        .ok_or_else(Error::not_found)?;
    let code = open_code(&actor.keys, &stored)?.ok_or_else(|| {
        Error::with_detail(
            ProblemCode::WrongState,
            "This eSIM has no activation code yet.",
        )
    })?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::EsimReveal, id).with_reason(reason),
    )?;
    audit::record_field_access(tx, actor, "esim", id.0, "activation_code", reason)?;
    Ok(code)
}

/// Returns the ICCIDs and activation codes of eSIMs, for the email that delivers them. Only the system calls this
/// function; people use [`reveal`].
pub fn activation_codes(
    conn: &mut Conn,
    keys: &Keyring,
    ids: &[EsimId],
) -> Result<Vec<(EsimId, String, ActivationCode)>> {
    query::find_codes(conn, ids)?
        .into_iter()
        .map(|stored| {
            let code = open_code(keys, &stored)?.ok_or_else(|| {
                Error::internal(format!("eSIM {} has no activation code", stored.id))
            })?;
            Ok((stored.id, stored.iccid, code))
        })
        .collect()
}

/// Opens a sealed activation code. A code is validated before it is sealed, so an invalid one is an internal error.
fn open_code(keys: &Keyring, stored: &StoredCode) -> Result<Option<ActivationCode>> {
    let Some(bytes) = &stored.activation_code else {
        return Ok(None);
    };
    let text = keys.open(activation_code_context(stored.id), bytes)?;
    ActivationCode::parse(&text)
        .map(Some)
        .map_err(|why| Error::internal(format!("the activation code of eSIM {} {why}", stored.id)))
}

const fn activation_code_context<'a>(id: EsimId) -> FieldContext<'a> {
    FieldContext::new("esims", "activation_code", id.0)
}
const fn confirmation_code_context<'a>(id: EsimId) -> FieldContext<'a> {
    FieldContext::new("esims", "confirmation_code", id.0)
}
const fn matching_id_context<'a>(id: EsimId) -> FieldContext<'a> {
    FieldContext::new("esims", "matching_id", id.0)
}
