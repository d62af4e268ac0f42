//! SQL of the prices that an import sets, many at a time.

use super::*;
use wire::{Currency, Money, PlanId, PriceId, UserId, region::GLOBAL};

use chrono::{DateTime, Utc};
use diesel::{dsl::min, prelude::*};
use platform::{Conn, Result, Tx};
use schema::plan_pricing as prices;
use std::collections::{HashMap, HashSet};

/// A plan's price for everywhere, as a price list states it.
#[derive(Debug, Clone, PartialEq)]
pub struct Global {
    /// The plan.
    pub plan: PlanId,
    /// What we pay.
    pub cost: Money,
    /// What the customer pays.
    pub selling: Money,
    /// The currency of both.
    pub currency: Currency,
}

/// The global prices of plans that hold at the time, by plan and currency.
pub fn global(
    conn: &mut Conn,
    of: &[PlanId],
    at: DateTime<Utc>,
) -> Result<HashMap<(PlanId, Currency), Global>> {
    let rows: Vec<Row> = prices::table
        .filter(prices::plan_id.eq_any(of))
        .filter(coalesce(prices::region, GLOBAL).eq(GLOBAL))
        .filter(prices::effective_from.le(at))
        .filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(at)),
        )
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                (row.plan_id, row.currency),
                Global {
                    plan: row.plan_id,
                    cost: row.cost_price,
                    selling: row.selling_price,
                    currency: row.currency,
                },
            )
        })
        .collect())
}

/// Lets global prices begin now, until whatever was planned next. What holds now ends; the plans are held by the caller.
pub fn replace(
    tx: &mut Tx<'_>,
    by: Option<UserId>,
    new: &[Global],
    (note, now): (Option<&str>, DateTime<Utc>),
) -> Result<()> {
    for currency in new
        .iter()
        .map(|price| price.currency)
        .collect::<HashSet<_>>()
    {
        let part: Vec<&Global> = new
            .iter()
            .filter(|price| price.currency == currency)
            .collect();
        let of: Vec<PlanId> = part.iter().map(|price| price.plan).collect();
        end_global(tx, &of, currency, now)?;
        let until = next_global(tx.conn(), &of, currency, now)?;
        for part in part.chunks(AT_ONCE) {
            insert_global(tx, (by, note), part, &until, now)?;
        }
    }
    Ok(())
}

/// Ends the global prices of plans; one that began this very moment has sold nothing and goes.
fn end_global(
    tx: &mut Tx<'_>,
    of: &[PlanId],
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<()> {
    let global = || {
        prices::table
            .filter(prices::plan_id.eq_any(of))
            .filter(coalesce(prices::region, GLOBAL).eq(GLOBAL))
            .filter(prices::currency.eq(currency))
    };
    diesel::delete(global().filter(prices::effective_from.eq(now))).execute(tx.conn())?;
    diesel::update(
        global().filter(prices::effective_from.lt(now)).filter(
            prices::effective_to
                .is_null()
                .or(prices::effective_to.gt(now)),
        ),
    )
    .set((
        prices::effective_to.eq(now),
        prices::version.eq(prices::version + 1),
    ))
    .execute(tx.conn())?;
    Ok(())
}

/// When the next global price of each plan begins.
fn next_global(
    conn: &mut Conn,
    of: &[PlanId],
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<HashMap<PlanId, DateTime<Utc>>> {
    let rows: Vec<(PlanId, Option<DateTime<Utc>>)> = prices::table
        .filter(prices::plan_id.eq_any(of))
        .filter(coalesce(prices::region, GLOBAL).eq(GLOBAL))
        .filter(prices::currency.eq(currency))
        .filter(prices::effective_from.gt(now))
        .group_by(prices::plan_id)
        .select((prices::plan_id, min(prices::effective_from)))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(plan, from)| from.map(|from| (plan, from)))
        .collect())
}

fn insert_global(
    tx: &mut Tx<'_>,
    (by, note): (Option<UserId>, Option<&str>),
    part: &[&Global],
    until: &HashMap<PlanId, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> = part
        .iter()
        .map(|price| {
            (
                prices::id.eq(PriceId::new()),
                prices::plan_id.eq(price.plan),
                prices::region.eq(GLOBAL),
                prices::cost_price.eq(&price.cost),
                prices::selling_price.eq(&price.selling),
                prices::currency.eq(price.currency),
                prices::effective_from.eq(now),
                prices::effective_to.eq(until.get(&price.plan)),
                prices::note.eq(note),
                prices::created_by.eq(by),
            )
        })
        .collect();
    diesel::insert_into(prices::table)
        .values(rows)
        .execute(tx.conn())?;
    Ok(())
}
