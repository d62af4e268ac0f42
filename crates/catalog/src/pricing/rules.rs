//! Decisions about prices.

use super::query::{self, Change, Row, Window};
use wire::{
    Check, Currency, Permission, PlanId, PriceId, ProblemCode, Reach,
    catalog::{
        plans::Quote,
        pricing::{EditPrice, NewPrice, Price, QuoteOptions},
    },
    region::GLOBAL,
};

use crate::plans;
use chrono::{DateTime, SecondsFormat, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
};

/// What a plan costs: the price of the region that holds at the time, else the global one.
///
/// The only place where a price is chosen. The cost in the answer is for us; whoever shows it to others takes it out.
pub fn quote(
    conn: &mut Conn,
    plan_id: PlanId,
    region: Option<&str>,
    currency: Currency,
    at: DateTime<Utc>,
) -> Result<Quote> {
    let row = query::in_force(conn, plan_id, region.unwrap_or(GLOBAL), currency, at)?
        .ok_or_else(|| Error::refuse(ProblemCode::PlanNotOnSale))?;
    Ok(Quote {
        price_id: row.id,
        plan_id,
        region: row.region.unwrap_or_else(|| GLOBAL.to_owned()),
        selling_price: row.selling_price,
        cost_price: Some(row.cost_price),
        currency,
        at,
        effective_to: row.effective_to,
    })
}

/// The same for somebody who asks: others than staff learn neither the cost nor a price of another time.
pub fn quote_for(
    conn: &mut Conn,
    actor: &Actor,
    plan_id: PlanId,
    options: &QuoteOptions,
    now: DateTime<Utc>,
) -> Result<Quote> {
    if options.at.is_some() && actor.reach != Reach::All {
        return Err(Error::field(
            "at",
            "not_allowed",
            "Only the price of this moment can be asked for.",
        ));
    }
    plans::find(
        conn,
        &Actor {
            reach: Reach::All,
            ..actor.clone()
        },
        plan_id,
    )?;
    let quote = quote(
        conn,
        plan_id,
        options.region.as_deref(),
        options.currency.unwrap_or(Currency::Usd),
        options.at.unwrap_or(now),
    )?;
    Ok(if actor.can(Permission::CostsRead) {
        quote
    } else {
        Quote {
            cost_price: None,
            ..quote
        }
    })
}

/// Sets a price.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewPrice, now: DateTime<Utc>) -> Result<Price> {
    match plans::hold(tx, new.plan_id) {
        Err(error) if error.code() == Some(ProblemCode::NotFound) => {
            return Err(Error::field(
                "plan_id",
                "unknown",
                "There is no such plan, or it was withdrawn.",
            ));
        }
        held => held?,
    };
    let new = NewPrice {
        effective_from: Some(new.effective_from.unwrap_or(now)),
        ..new
    };
    faultless(&new)?;
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
    let whole = NewPrice {
        plan_id: row.plan_id,
        region: row.region.clone().unwrap_or_else(|| GLOBAL.to_owned()),
        cost_price: edit
            .cost_price
            .clone()
            .unwrap_or_else(|| row.cost_price.clone()),
        selling_price: edit
            .selling_price
            .clone()
            .unwrap_or_else(|| row.selling_price.clone()),
        currency: row.currency,
        effective_from: Some(edit.effective_from.unwrap_or(row.effective_from)),
        effective_to: edit.effective_to.unwrap_or(row.effective_to),
        note: edit.note.clone().unwrap_or_else(|| row.note.clone()),
    };
    let only_its_end = EditPrice {
        effective_to: None,
        ..edit.clone()
    } == EditPrice::default();
    match Phase::of(row, now) {
        Phase::Over => return Err(over()),
        Phase::Running if !only_its_end => {
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
        Phase::Ahead => faultless(&whole)?,
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

fn faultless(price: &NewPrice) -> Result<()> {
    let faults = price.faults();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::fields(faults))
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
mod tests {
    use super::*;
    use wire::Money;

    fn at(day: u32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(2026, 1, day)
            .unwrap_or_default()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
    }
    fn money(text: &str) -> Money {
        text.parse().unwrap_or_else(|_| Money::zero())
    }
    fn price(from: u32, to: Option<u32>) -> Row {
        Row {
            id: PriceId(uuid::Uuid::nil()),
            plan_id: PlanId(uuid::Uuid::nil()),
            region: None,
            cost_price: money("4.00"),
            selling_price: money("9.00"),
            currency: Currency::Usd,
            effective_from: at(from),
            effective_to: to.map(at),
            note: None,
            version: 1,
        }
    }
    fn code(result: Result<Change>) -> Option<ProblemCode> {
        result.err().and_then(|error| error.code())
    }

    #[test]
    fn a_price_that_has_begun_can_only_be_ended() {
        let dearer = EditPrice {
            selling_price: Some(money("10.00")),
            ..EditPrice::default()
        };
        let ended = EditPrice {
            effective_to: Some(Some(at(20))),
            ..EditPrice::default()
        };
        assert_eq!(
            code(changed(&price(1, None), &dearer, at(10))),
            Some(ProblemCode::WrongState)
        );
        assert_eq!(
            changed(&price(1, None), &ended, at(10))
                .ok()
                .and_then(|change| change.effective_to),
            Some(at(20))
        );
        assert_eq!(
            code(changed(&price(1, None), &ended, at(21))),
            Some(ProblemCode::Invalid)
        );
        assert_eq!(
            code(changed(&price(1, Some(5)), &ended, at(10))),
            Some(ProblemCode::WrongState)
        );
        assert_eq!(
            changed(&price(11, None), &dearer, at(10))
                .ok()
                .map(|change| change.selling_price),
            Some(money("10.00"))
        );
    }

    #[test]
    fn below_cost_needs_a_reason_and_time_runs_forward() {
        let cheap = EditPrice {
            selling_price: Some(money("3.00")),
            ..EditPrice::default()
        };
        assert_eq!(
            code(changed(&price(11, None), &cheap, at(10))),
            Some(ProblemCode::Invalid)
        );
        let explained = EditPrice {
            note: Some(Some("Opening week".into())),
            ..cheap
        };
        assert!(changed(&price(11, None), &explained, at(10)).is_ok());
        let backwards = EditPrice {
            effective_to: Some(Some(at(11))),
            ..EditPrice::default()
        };
        assert_eq!(
            code(changed(&price(12, None), &backwards, at(10))),
            Some(ProblemCode::Invalid)
        );
    }

    #[test]
    fn a_clash_names_the_window() {
        assert!(clash(at(1), None).contains("from 2026-01-01T00:00:00Z with no end"));
        assert!(clash(at(1), Some(at(2))).contains("until 2026-01-02T00:00:00Z"));
    }
}
