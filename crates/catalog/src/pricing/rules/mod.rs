//! Business rules of prices.

mod limits;
mod quote;

pub use limits::Limits;
pub use quote::{explain, quote, quote_for};

use super::query::{self, PriceUpdate, Row, Window};
use wire::{
    Check, PriceId, ProblemCode,
    catalog::{
        plans::Plan,
        pricing::{EditPrice, NewPrice, Price},
    },
    region::{self, GLOBAL},
    system::audit::AuditAction,
};

use crate::plans;
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
};

/// Creates a price.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewPrice, now: DateTime<Utc>) -> Result<Price> {
    let plan = match plans::lock(tx, new.plan_id) {
        Err(error) if error.code() == Some(ProblemCode::NotFound) => {
            return Err(Error::field(
                "plan_id",
                "unknown",
                "There is no such plan, or it was withdrawn.",
            ));
        }
        locked => locked?,
    };
    ensure_plan_covers_region(&plan, &new.region)?;
    let new = NewPrice {
        effective_from: Some(validate_start(now, new.effective_from)?),
        ..new
    };
    validate(tx.conn(), &new)?;
    let window = Window::from_new(&new, now);
    for ended in query::end_open(tx, &window)? {
        audit::record(tx, actor, AuditEvent::new(AuditAction::PriceEnd, ended))?;
    }
    ensure_no_overlap(tx.conn(), &window, None)?;
    let id = query::insert(tx, &new, window.from, actor.id)?;
    let price = query::find(tx.conn(), actor, id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PriceCreate, id).with_change(audit::change(&(), &price)),
    )?;
    Ok(price)
}

/// Returns when a price begins: at the given time, or now. A time in the past is rejected, because the orders of that
/// time were sold at another price.
fn validate_start(now: DateTime<Utc>, from: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    match from {
        Some(from) if from < now => Err(Error::field(
            "effective_from",
            "past",
            "A price cannot begin in the past. Choose a later time, or leave the field empty to begin now.",
        )),
        from => Ok(from.unwrap_or(now)),
    }
}

/// Rejects a price for a region where the plan does not work.
fn ensure_plan_covers_region(plan: &Plan, region: &str) -> Result<()> {
    if region == GLOBAL || region::overlap(&plan.regions.0, &[region.to_owned()]) {
        return Ok(());
    }
    Err(Error::field(
        "region",
        "not_in_plan",
        "The plan does not work in this region, so a price for it would never apply.",
    ))
}

/// Changes a scheduled price, or the end of an active price.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceId,
    version: i32,
    edit: &EditPrice,
    now: DateTime<Utc>,
) -> Result<Price> {
    let row = lock_price(tx, id, version)?;
    let before = query::find(tx.conn(), actor, id)?;
    let update = apply_edit(&row, edit, now)?;
    if !changes_only_end(edit) {
        validate(tx.conn(), &merge_edit(&row, edit))?;
    }
    ensure_no_overlap(
        tx.conn(),
        &Window {
            from: update.effective_from,
            to: update.effective_to,
            ..Window::from_row(&row)
        },
        Some(id),
    )?;
    query::update(tx, id, &update)?;
    let after = query::find(tx.conn(), actor, id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PriceEdit, id).with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Ends an active price, or deletes a scheduled price.
pub fn end(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = lock_price(tx, id, version)?;
    match Phase::at(&row, now) {
        Phase::Ended => Err(ended_error()),
        Phase::Active => {
            query::end(tx, id, now)?;
            audit::record(tx, actor, AuditEvent::new(AuditAction::PriceEnd, id))
        }
        Phase::Scheduled => {
            query::remove(tx, id)?;
            audit::record(tx, actor, AuditEvent::new(AuditAction::PriceDelete, id))
        }
    }
}

/// The phase of a price at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Scheduled,
    Active,
    Ended,
}

impl Phase {
    fn at(row: &Row, now: DateTime<Utc>) -> Self {
        // A price that begins exactly now has not been sold yet.
        if row.effective_from >= now {
            return Self::Scheduled;
        }
        if row.effective_to.is_some_and(|to| to <= now) {
            Self::Ended
        } else {
            Self::Active
        }
    }
}

/// Returns the update that an edit makes, if the phase of the price allows it.
fn apply_edit(row: &Row, edit: &EditPrice, now: DateTime<Utc>) -> Result<PriceUpdate> {
    let edited = merge_edit(row, edit);
    match Phase::at(row, now) {
        Phase::Ended => return Err(ended_error()),
        Phase::Active if !changes_only_end(edit) => {
            return Err(Error::with_detail(
                ProblemCode::WrongState,
                "The price is already active. End it and create a new price.",
            ));
        }
        Phase::Active if edited.effective_to.is_some_and(|to| to < now) => {
            return Err(Error::field(
                "effective_to",
                "past",
                "The end of an active price cannot be in the past.",
            ));
        }
        // The rest of the price was validated when it was created.
        Phase::Active => {}
        Phase::Scheduled => {
            if edit.effective_from.is_some() {
                validate_start(now, edit.effective_from)?;
            }
            validate_fields(&edited)?;
        }
    }
    let NewPrice {
        cost_price,
        selling_price,
        effective_to,
        note,
        ..
    } = edited;
    Ok(PriceUpdate {
        cost_price,
        selling_price,
        effective_from: edited.effective_from.unwrap_or(row.effective_from),
        effective_to,
        note,
    })
}

/// Returns the price with the edit applied, as input for validation.
fn merge_edit(row: &Row, edit: &EditPrice) -> NewPrice {
    let or = |given: &Option<wire::Money>, known: &wire::Money| {
        given.clone().unwrap_or_else(|| known.clone())
    };
    NewPrice {
        plan_id: row.plan_id,
        region: row.region.clone().unwrap_or_else(|| GLOBAL.to_owned()),
        cost_price: or(&edit.cost_price, &row.cost_price),
        selling_price: or(&edit.selling_price, &row.selling_price),
        currency: row.currency,
        effective_from: Some(edit.effective_from.unwrap_or(row.effective_from)),
        effective_to: edit.effective_to.unwrap_or(row.effective_to),
        note: edit.note.clone().unwrap_or_else(|| row.note.clone()),
    }
}

fn changes_only_end(edit: &EditPrice) -> bool {
    let rest = EditPrice {
        effective_to: None,
        ..edit.clone()
    };
    rest == EditPrice::default()
}

fn validate_fields(price: &NewPrice) -> Result<()> {
    match price.field_errors() {
        errors if errors.is_empty() => Ok(()),
        errors => Err(Error::fields(errors)),
    }
}

/// Validates the fields of a price, the minimum margin and the minimum prices of the providers.
fn validate(conn: &mut Conn, price: &NewPrice) -> Result<()> {
    validate_fields(price)?;
    let limits = Limits::load(conn, &[price.plan_id])?;
    let has_reason = price
        .note
        .as_deref()
        .is_some_and(|note| !note.trim().is_empty());
    let error = limits.check(
        price.plan_id,
        price.currency,
        &price.cost_price,
        &price.selling_price,
        has_reason,
    );
    match error {
        None => Ok(()),
        Some(error) => Err(Error::fields(vec![error])),
    }
}

fn ended_error() -> Error {
    Error::with_detail(
        ProblemCode::WrongState,
        "The price has ended. Create a new price.",
    )
}

/// Locks the plan of a price and then the price. Every change of prices locks the plan first, to avoid deadlocks.
fn lock_price(tx: &mut Tx<'_>, id: PriceId, version: i32) -> Result<Row> {
    let plan = query::find_plan_id(tx.conn(), id)?;
    query::lock_plan(tx, plan)?;
    let row = query::lock(tx, id)?;
    if row.version == version {
        Ok(row)
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

/// Rejects a window in which another price is active.
fn ensure_no_overlap(conn: &mut Conn, window: &Window, except: Option<PriceId>) -> Result<()> {
    let Some(other) = query::find_overlap(conn, window, except)? else {
        return Ok(());
    };
    Err(Error::with_detail(
        ProblemCode::Conflict,
        overlap_message(other.effective_from, other.effective_to),
    ))
}

fn overlap_message(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> String {
    let format_time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let until = to.map_or_else(
        || "with no end".to_owned(),
        |to| format!("until {}", format_time(to)),
    );
    format!(
        "Another price of this plan, region and currency is active from {} {until}. End it, or choose another time.",
        format_time(from)
    )
}

#[cfg(test)]
mod tests;
