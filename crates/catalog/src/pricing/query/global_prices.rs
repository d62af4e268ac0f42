//! SQL of the global prices that a price list sets.

use super::*;
use wire::{Currency, Money, PlanId, PriceId, UserId, region::GLOBAL};

use chrono::{DateTime, Utc};
use diesel::{dsl::min, prelude::*};
use platform::{Conn, Result, Tx};
use schema::plan_pricing as prices;
use std::collections::{HashMap, HashSet};

/// The global price of a plan, as a price list states it.
#[derive(Debug, Clone, PartialEq)]
pub struct GlobalPrice {
    /// The plan.
    pub plan: PlanId,
    /// The cost price.
    pub cost: Money,
    /// The selling price.
    pub selling: Money,
    /// The currency of both prices.
    pub currency: Currency,
}

/// Returns the global prices of the plans that are active at the time, by plan and currency.
pub fn current_global_prices(
    conn: &mut Conn,
    plans: &[PlanId],
    at: DateTime<Utc>,
) -> Result<HashMap<(PlanId, Currency), GlobalPrice>> {
    let rows: Vec<Row> = prices::table
        .filter(prices::plan_id.eq_any(plans))
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
                GlobalPrice {
                    plan: row.plan_id,
                    cost: row.cost_price,
                    selling: row.selling_price,
                    currency: row.currency,
                },
            )
        })
        .collect())
}

/// Replaces the active global prices of plans. A new price begins now and ends where the next scheduled price begins.
/// The caller must hold the locks of the plans.
pub fn replace_global_prices(
    tx: &mut Tx<'_>,
    by: Option<UserId>,
    new: &[GlobalPrice],
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    for currency in new
        .iter()
        .map(|price| price.currency)
        .collect::<HashSet<_>>()
    {
        let in_currency: Vec<&GlobalPrice> = new
            .iter()
            .filter(|price| price.currency == currency)
            .collect();
        let plans: Vec<PlanId> = in_currency.iter().map(|price| price.plan).collect();
        end_global_prices(tx, &plans, currency, now)?;
        let ends = next_starts(tx.conn(), &plans, currency, now)?;
        for chunk in in_currency.chunks(BATCH_SIZE) {
            insert_global_prices(tx, by, note, chunk, &ends, now)?;
        }
    }
    Ok(())
}

/// Ends the active global prices of plans. Deletes a price that began exactly now, because it has not been sold.
fn end_global_prices(
    tx: &mut Tx<'_>,
    plans: &[PlanId],
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<()> {
    let global = || {
        prices::table
            .filter(prices::plan_id.eq_any(plans))
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

/// Returns when the next scheduled global price of each plan begins.
fn next_starts(
    conn: &mut Conn,
    plans: &[PlanId],
    currency: Currency,
    now: DateTime<Utc>,
) -> Result<HashMap<PlanId, DateTime<Utc>>> {
    let rows: Vec<(PlanId, Option<DateTime<Utc>>)> = prices::table
        .filter(prices::plan_id.eq_any(plans))
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

fn insert_global_prices(
    tx: &mut Tx<'_>,
    by: Option<UserId>,
    note: Option<&str>,
    chunk: &[&GlobalPrice],
    ends: &HashMap<PlanId, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> = chunk
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
                prices::effective_to.eq(ends.get(&price.plan)),
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
