//! Decisions about prices.

mod limits;
mod quote;

pub use limits::Limits;
pub use quote::{explain, quote, quote_for};

use super::query::{self, Change, Row, Window};
use wire::{
    Check, PriceId, ProblemCode,
    catalog::{
        plans::Plan,
        pricing::{EditPrice, NewPrice, Price},
    },
    region::{self, GLOBAL},
};

use crate::plans;
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
};

/// Sets a price.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewPrice, now: DateTime<Utc>) -> Result<Price> {
    let plan = match plans::hold(tx, new.plan_id) {
        Err(error) if error.code() == Some(ProblemCode::NotFound) => {
            return Err(Error::field(
                "plan_id",
                "unknown",
                "There is no such plan, or it was withdrawn.",
            ));
        }
        held => held?,
    };
    works_there(&plan, &new.region)?;
    let new = NewPrice {
        effective_from: Some(not_before(now, new.effective_from)?),
        ..new
    };
    faultless(tx.conn(), &new)?;
    let window = Window::of(&new, now);
    for ended in query::end_open(tx, &window)? {
        audit::record(tx, actor, Act::new("price.end", "price", ended.0))?;
    }
    free(tx.conn(), &window, None)?;
    let id = query::insert(tx, &new, window.from, actor.id)?;
    let price = query::find(tx.conn(), actor, id)?;
    audit::record(
        tx,
        actor,
        Act::new("price.create", "price", id.0).changing(audit::change(&(), &price)),
    )?;
    Ok(price)
}

/// Returns when a price begins: at the given time, or now. A time in the past is rejected, because the orders of that
/// time were sold at another price.
fn not_before(now: DateTime<Utc>, from: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    match from {
        Some(from) if from < now => Err(Error::field(
            "effective_from",
            "past",
            "A price cannot begin in the past: choose a time from now on, or leave it out for now.",
        )),
        from => Ok(from.unwrap_or(now)),
    }
}

/// Rejects a price for a region where the plan does not work.
fn works_there(plan: &Plan, region: &str) -> Result<()> {
    if region == GLOBAL || region::overlap(&plan.regions.0, &[region.to_owned()]) {
        return Ok(());
    }
    Err(Error::field(
        "region",
        "not_in_plan",
        "The plan does not work in this region, so a price for it would never apply.",
    ))
}

/// Changes a price that has not begun, or the end of one that has.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceId,
    version: i32,
    edit: &EditPrice,
    now: DateTime<Utc>,
) -> Result<Price> {
    let row = held(tx, id, version)?;
    let before = query::find(tx.conn(), actor, id)?;
    let change = changed(&row, edit, now)?;
    if !only_its_end(edit) {
        faultless(tx.conn(), &whole(&row, edit))?;
    }
    free(
        tx.conn(),
        &Window {
            from: change.effective_from,
            to: change.effective_to,
            ..Window::of_row(&row)
        },
        Some(id),
    )?;
    query::update(tx, id, &change)?;
    let after = query::find(tx.conn(), actor, id)?;
    audit::record(
        tx,
        actor,
        Act::new("price.edit", "price", id.0).changing(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Ends a price that holds, or takes back one that has not begun.
pub fn end(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: PriceId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = held(tx, id, version)?;
    match Phase::of(&row, now) {
        Phase::Over => Err(over()),
        Phase::Running => {
            query::end(tx, id, now)?;
            audit::record(tx, actor, Act::new("price.end", "price", id.0))
        }
        Phase::Ahead => {
            query::remove(tx, id)?;
            audit::record(tx, actor, Act::new("price.remove", "price", id.0))
        }
    }
}

/// Where a price stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Ahead,
    Running,
    Over,
}

impl Phase {
    fn of(row: &Row, now: DateTime<Utc>) -> Self {
        // One that begins this very moment has not sold anything yet.
        if row.effective_from >= now {
            return Self::Ahead;
        }
        if row.effective_to.is_some_and(|to| to <= now) {
            Self::Over
        } else {
            Self::Running
        }
    }
}

/// What an edit makes of a price, if its time allows it.
fn changed(row: &Row, edit: &EditPrice, now: DateTime<Utc>) -> Result<Change> {
    let whole = whole(row, edit);
    match Phase::of(row, now) {
        Phase::Over => return Err(over()),
        Phase::Running if !only_its_end(edit) => {
            return Err(Error::because(
                ProblemCode::WrongState,
                "The price has begun. End it and set a new one.",
            ));
        }
        Phase::Running if whole.effective_to.is_some_and(|to| to < now) => {
            return Err(Error::field(
                "effective_to",
                "past",
                "It cannot have ended before now.",
            ));
        }
        // It was checked when it was set, by the rules of that day.
        Phase::Running => {}
        Phase::Ahead => {
            if edit.effective_from.is_some() {
                not_before(now, edit.effective_from)?;
            }
            well_formed(&whole)?;
        }
    }
    let NewPrice {
        cost_price,
        selling_price,
        effective_to,
        note,
        ..
    } = whole;
    Ok(Change {
        cost_price,
        selling_price,
        effective_from: whole.effective_from.unwrap_or(row.effective_from),
        effective_to,
        note,
    })
}

/// The price with an edit made, as if it were set anew.
fn whole(row: &Row, edit: &EditPrice) -> NewPrice {
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

fn only_its_end(edit: &EditPrice) -> bool {
    let rest = EditPrice {
        effective_to: None,
        ..edit.clone()
    };
    rest == EditPrice::default()
}

fn well_formed(price: &NewPrice) -> Result<()> {
    match price.faults() {
        faults if faults.is_empty() => Ok(()),
        faults => Err(Error::fields(faults)),
    }
}

/// As it must be, and within what we and the providers of the plan allow.
fn faultless(conn: &mut Conn, price: &NewPrice) -> Result<()> {
    well_formed(price)?;
    let limits = Limits::of(conn, &[price.plan_id])?;
    let said = price
        .note
        .as_deref()
        .is_some_and(|note| !note.trim().is_empty());
    let window = (price.plan_id, price.currency);
    match limits.fault(window, (&price.cost_price, &price.selling_price), said) {
        None => Ok(()),
        Some(fault) => Err(Error::fields(vec![fault])),
    }
}

fn over() -> Error {
    Error::because(
        ProblemCode::WrongState,
        "The price has ended. Set a new one.",
    )
}

/// The price, held together with its plan: whoever changes prices of a plan takes the plan first.
fn held(tx: &mut Tx<'_>, id: PriceId, version: i32) -> Result<Row> {
    let plan = query::plan_of(tx.conn(), id)?;
    query::hold_plan(tx, plan)?;
    let row = query::lock(tx, id)?;
    if row.version == version {
        Ok(row)
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

/// No other price may hold within the window.
fn free(conn: &mut Conn, window: &Window, but: Option<PriceId>) -> Result<()> {
    let Some(other) = query::clash(conn, window, but)? else {
        return Ok(());
    };
    Err(Error::because(
        ProblemCode::Conflict,
        clash(other.effective_from, other.effective_to),
    ))
}

fn clash(from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> String {
    let show = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let until = to.map_or_else(
        || "with no end".to_owned(),
        |to| format!("until {}", show(to)),
    );
    format!(
        "Another price of this plan, region and currency holds from {} {until}. End it, or choose another time.",
        show(from)
    )
}

#[cfg(test)]
mod tests;
