//! What may be done with eSIMs: who sees which, what may be edited, how codes are opened, and what is told about it.

mod admit;
mod import;
mod states;

pub use admit::{Arrival, admit};
pub use import::import;
pub use states::{Move, Source, may_move, move_to, reserve};

use super::query::{self, Sealed};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act, Reasons, Subject},
    crypto::{Keyring, Place},
};
use wire::{
    EsimId, ProblemCode,
    esims::{inventory::*, profile::ActivationCode, usage::EsimUsage},
    identifier,
};

/// The states an eSIM went through. Its owner sees what happened; who did it and why is for the staff.
pub fn history(conn: &mut Conn, actor: &Actor, id: EsimId) -> Result<EsimHistory> {
    query::find(conn, actor.only(), id)?;
    let mut data = query::history(conn, id)?;
    let about = Subject {
        kind: "esim",
        id: id.0,
    };
    let reasons = Reasons::of(conn, &actor.keys, std::iter::once(about))?;
    for change in &mut data {
        change.reason = reasons.open(about, change.reason.take());
    }
    if actor.only().is_some() {
        data.iter_mut().for_each(|change| {
            change.reason = None;
            change.actor_id = None;
        });
    }
    Ok(EsimHistory { data })
}

/// Returns the usage of an eSIM that the actor may see.
pub fn usage(conn: &mut Conn, actor: &Actor, id: EsimId) -> Result<EsimUsage> {
    query::find(conn, actor.only(), id)?;
    query::usage(conn, id)
}

/// Edits an eSIM in stock. Once it has an owner, only its way through the states changes it.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (EsimId, i32),
    edit: &EditEsim,
) -> Result<Esim> {
    let before = query::find(tx.conn(), actor.only(), id)?;
    if before.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if !is_in_stock(&before) {
        return Err(Error::because(
            ProblemCode::WrongState,
            "Only an eSIM in stock can be edited; this one has been given away or has ended.",
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
        .map(|text| corrected(&actor.keys, id, text))
        .transpose()?;
    // The statement says again what was just read: somebody may have bought the eSIM in between.
    if !query::update_stock(tx, (id, version), &edit, code.as_ref())? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), actor.only(), id)?;
    let mut change = audit::change(&before, &after);
    if let (Some(fields), true) = (change.as_object_mut(), code.is_some()) {
        fields.insert("activation_code".into(), "replaced".into());
    }
    audit::record(
        tx,
        actor,
        Act::new("esim.edit", "esim", id.0).changing(change),
    )?;
    Ok(after)
}

/// Parses a corrected activation code and seals it for its eSIM.
fn corrected(keys: &Keyring, id: EsimId, text: &str) -> Result<query::SealedCode> {
    let code = ActivationCode::parse(text).map_err(|why| {
        let says = format!("The activation code {why}.");
        Error::field("activation_code", "activation_code", says)
    })?;
    Ok(query::SealedCode {
        activation_code: keys.seal(code_of(id), &code.lpa())?,
        matching_id: keys.seal(matching_id_of(id), &code.matching_id)?,
        confirmation_code_required: code.confirmation_code_required,
        smdp_address: code.smdp_address,
    })
}

/// Withdraws an eSIM from the stock, such as one that was imported by mistake. Once it has an owner it stays.
pub fn withdraw(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (EsimId, i32),
    now: DateTime<Utc>,
) -> Result<()> {
    let esim = query::find(tx.conn(), actor.only(), id)?;
    if esim.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if !is_in_stock(&esim) {
        return Err(Error::because(
            ProblemCode::WrongState,
            "Only an eSIM in stock can be withdrawn; this one has an owner or has ended.",
        ));
    }
    if !query::withdraw(tx, (id, version), now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(tx, actor, Act::new("esim.withdraw", "esim", id.0))
}

fn is_in_stock(esim: &Esim) -> bool {
    esim.user_id.is_none() && esim.status == EsimStatus::Available
}

/// Opens an eSIM's code for a person, and logs that.
pub fn reveal(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    reason: Option<&str>,
) -> Result<Revealed> {
    Ok(Revealed::from(&open_for(tx, actor, id, reason)?))
}

/// Draws an eSIM's code for a person, and logs that like any other opening.
pub fn draw<T>(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    picture: impl Fn(&str) -> Result<T>,
) -> Result<T> {
    picture(&open_for(tx, actor, id, Some("QR code"))?.lpa())
}

fn open_for(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    reason: Option<&str>,
) -> Result<ActivationCode> {
    let esim = query::find(tx.conn(), actor.only(), id)?;
    if esim.status == EsimStatus::Cancelled {
        return Err(Error::because(
            ProblemCode::WrongState,
            "This eSIM was cancelled: its activation code is not shown any more.",
        ));
    }
    let sealed = query::sealed(tx.conn(), &[id])?
        .into_iter()
        .next()
        .ok_or_else(Error::not_found)?;
    let code = open(&actor.keys, &sealed)?.ok_or_else(|| {
        Error::because(
            ProblemCode::WrongState,
            "This eSIM has no activation code yet.",
        )
    })?;
    audit::record(
        tx,
        actor,
        Act::new("esim.reveal", "esim", id.0).because(reason),
    )?;
    audit::accessed(tx, actor, "esim", id.0, "activation_code", reason)?;
    Ok(code)
}

/// The numbers and codes of some eSIMs, for the mail that delivers them. The system's own act: people use [`reveal`].
pub fn codes(
    conn: &mut Conn,
    keys: &Keyring,
    ids: &[EsimId],
) -> Result<Vec<(EsimId, String, ActivationCode)>> {
    query::sealed(conn, ids)?
        .into_iter()
        .map(|sealed| {
            let code = open(keys, &sealed)?.ok_or_else(|| {
                Error::internal(format!("eSIM {} has no activation code", sealed.id))
            })?;
            Ok((sealed.id, sealed.iccid, code))
        })
        .collect()
}

/// Opens a sealed code. What is sealed was checked before, so one that cannot be read is a fault.
fn open(keys: &Keyring, sealed: &Sealed) -> Result<Option<ActivationCode>> {
    let Some(bytes) = &sealed.activation_code else {
        return Ok(None);
    };
    let text = keys.open(code_of(sealed.id), bytes)?;
    ActivationCode::parse(&text)
        .map(Some)
        .map_err(|why| Error::internal(format!("the activation code of eSIM {} {why}", sealed.id)))
}

const fn code_of<'a>(id: EsimId) -> Place<'a> {
    Place::new("esims", "activation_code", id.0)
}
const fn matching_id_of<'a>(id: EsimId) -> Place<'a> {
    Place::new("esims", "matching_id", id.0)
}
