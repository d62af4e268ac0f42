//! SQL of the upkeep: rows of the monitor that are due for a new calculation, months, and rows that are no longer needed.

use chrono::{DateTime, Utc};
use diesel::{
    dsl,
    prelude::*,
    sql_types::{BigInt, Timestamptz},
};
use platform::{Conn, Result, Tx};
use schema::usage_monitor;
use wire::EsimId;

/// Returns the time of the database.
pub fn database_time(conn: &mut Conn) -> Result<DateTime<Utc>> {
    Ok(diesel::select(dsl::now.into_sql::<Timestamptz>()).get_result(conn)?)
}

/// Returns eSIMs whose row of the monitor is due for a new calculation.
pub fn to_refresh(conn: &mut Conn, count: i64) -> Result<Vec<EsimId>> {
    Ok(usage_monitor::table
        .filter(usage_monitor::needs_refresh)
        .order(usage_monitor::esim_id)
        .limit(count)
        .select(usage_monitor::esim_id)
        .load(conn)?)
}

/// The months of a batch are calculated again from all of their days, so repeating changes nothing.
const ROLL_UP: &str = "WITH open AS MATERIALIZED (SELECT DISTINCT esim_id, date_trunc('month', day)::date AS month FROM ( \
        SELECT esim_id, day FROM usage_days WHERE NOT is_rolled_up ORDER BY esim_id, day LIMIT $1) d), \
    locked AS MATERIALIZED (SELECT d.esim_id, d.day, d.country, d.network, d.used_bytes, open.month FROM usage_days d JOIN open ON open.esim_id = d.esim_id \
        AND d.day >= open.month AND d.day < open.month + interval '1 month' ORDER BY d.esim_id, d.day, d.country, d.network FOR UPDATE OF d), \
    summed AS (INSERT INTO usage_monthly (esim_id, month, used_bytes) SELECT esim_id, month, sum(used_bytes) FROM locked GROUP BY 1, 2 \
        ON CONFLICT (esim_id, month) DO UPDATE SET used_bytes = excluded.used_bytes, rolled_up_at = now() RETURNING 1) \
    UPDATE usage_days d SET is_rolled_up = true FROM locked WHERE NOT d.is_rolled_up AND d.esim_id = locked.esim_id AND d.day = locked.day \
        AND d.country = locked.country AND d.network = locked.network";

/// Adds up the months of up to so many days that have changed. Returns the number of days.
pub fn roll_up(tx: &mut Tx<'_>, count: i64) -> Result<usize> {
    Ok(diesel::sql_query(ROLL_UP)
        .bind::<BigInt, _>(count)
        .execute(tx.conn())?)
}

/// The points of the last five days are kept, and the last point before the window of the forecast. An eSIM that has ended
/// has no forecast.
const DELETE_POINTS: &str = "DELETE FROM usage_points WHERE ctid = ANY(ARRAY(SELECT p.ctid FROM usage_points p WHERE p.read_at < now() - interval '5 days' \
    AND (EXISTS (SELECT FROM usage_points later WHERE later.esim_id = p.esim_id AND later.read_at > p.read_at AND later.read_at < \
        (SELECT max(newest.read_at) FROM usage_points newest WHERE newest.esim_id = p.esim_id) - interval '72 hours') \
    OR EXISTS (SELECT FROM usage_monitor m WHERE m.esim_id = p.esim_id AND m.status IN ('expired', 'cancelled'))) LIMIT $1))";

/// Deletes up to so many points that no forecast needs. Returns the number of deleted points.
pub fn delete_points(tx: &mut Tx<'_>, count: i64) -> Result<usize> {
    delete_old(tx, DELETE_POINTS, count)
}

fn delete_old(tx: &mut Tx<'_>, statement: &str, count: i64) -> Result<usize> {
    Ok(diesel::sql_query(statement)
        .bind::<BigInt, _>(count)
        .execute(tx.conn())?)
}

/// Deletes events that were received more than 90 days ago. Returns the number of deleted events.
pub fn delete_events(tx: &mut Tx<'_>, count: i64) -> Result<usize> {
    delete_old(
        tx,
        "DELETE FROM usage_events WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage_events WHERE received_at < now() - interval '90 days' LIMIT $1))",
        count,
    )
}

/// Deletes anomalies that were last received more than a year ago. Returns the number of deleted anomalies.
pub fn delete_anomalies(tx: &mut Tx<'_>, count: i64) -> Result<usize> {
    delete_old(
        tx,
        "DELETE FROM usage_anomalies WHERE ctid = ANY(ARRAY(SELECT ctid FROM usage_anomalies WHERE received_at < now() - interval '1 year' LIMIT $1))",
        count,
    )
}
