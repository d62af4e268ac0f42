//! SQL of the figures that are not sums of facts: new customers, active eSIMs, open disputes.

use super::Bucket;
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Numeric, Text, Timestamptz},
};
use platform::{Conn, Error, Result, prepared::Prepared};
use wire::{Currency, Money};

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Count {
    #[diesel(sql_type = Integer)]
    position: i32,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const NEW_USERS: &str = "SELECT width_bucket(u.created_at, $1) AS position, count(*) AS count \
    FROM users u LEFT JOIN api_clients c ON c.id = u.client_id \
    WHERE u.role = 'customer' AND u.created_at >= $2 AND u.created_at < $3 AND c.mode IS DISTINCT FROM 'test' GROUP BY 1";

/// Returns the number of new customers of each bucket. A customer who is deleted or erased later stays counted.
pub fn new_users(conn: &mut Conn, buckets: &[Bucket]) -> Result<Vec<i64>> {
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else {
        return Ok(Vec::new());
    };
    let starts: Vec<DateTime<Utc>> = buckets.iter().map(|one| one.starts_at).collect();
    let rows: Vec<Count> = Prepared(
        diesel::sql_query(NEW_USERS)
            .bind::<Array<Timestamptz>, _>(starts)
            .bind::<Timestamptz, _>(first.starts_at)
            .bind::<Timestamptz, _>(last.ends_at),
    )
    .load(conn)?;
    let mut counts = vec![0; buckets.len()];
    for row in rows {
        let position = usize::try_from(row.position - 1).map_err(Error::internal)?;
        if let Some(count) = counts.get_mut(position) {
            *count = row.count;
        }
    }
    Ok(counts)
}

/// The number of active eSIMs now at position 0, and by how many the changes between two times have raised it.
const ACTIVE_ESIMS: &str = "SELECT 0 AS position, count(*) AS count FROM esims e LEFT JOIN users u ON u.id = e.user_id LEFT JOIN api_clients c ON c.id = u.client_id \
        WHERE e.status = 'active' AND c.mode IS DISTINCT FROM 'test' \
    UNION ALL SELECT width_bucket(h.created_at, $1), \
        sum((h.to_status = 'active')::int - (h.from_status IS NOT DISTINCT FROM 'active')::int)::bigint \
        FROM esim_state_history h JOIN esims e ON e.id = h.esim_id LEFT JOIN users u ON u.id = e.user_id LEFT JOIN api_clients c ON c.id = u.client_id \
        WHERE h.created_at >= $2 AND c.mode IS DISTINCT FROM 'test' \
            AND (h.to_status = 'active') <> (h.from_status IS NOT DISTINCT FROM 'active') GROUP BY 1";

/// Returns the number of active eSIMs at each of these times, which are in order: the present number less all later changes.
pub fn active_esims(conn: &mut Conn, times: &[DateTime<Utc>]) -> Result<Vec<i64>> {
    let Some(first) = times.first() else {
        return Ok(Vec::new());
    };
    let rows: Vec<Count> = Prepared(
        diesel::sql_query(ACTIVE_ESIMS)
            .bind::<Array<Timestamptz>, _>(times.to_vec())
            .bind::<Timestamptz, _>(*first),
    )
    .load(conn)?;
    let at = |position: i32| {
        let later = rows.iter().filter(|row| row.position > position);
        let now = rows.iter().filter(|row| row.position == 0);
        now.map(|row| row.count).sum::<i64>() - later.map(|row| row.count).sum::<i64>()
    };
    (0..times.len())
        .map(|index| i32::try_from(index).map(at).map_err(Error::internal))
        .collect()
}

/// The sum of open disputes at a time, in one currency.
#[derive(Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct OpenDisputes {
    /// The time.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// The currency.
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    /// The sum.
    #[diesel(sql_type = Numeric)]
    pub amount: Money,
}

const OPEN_DISPUTES: &str = "SELECT p.at, d.currency, sum(d.amount) AS amount FROM unnest($1) AS p(at) \
    JOIN disputes d ON d.created_at < p.at AND (d.closed_at IS NULL OR d.closed_at >= p.at) JOIN transactions t ON t.id = d.transaction_id \
    WHERE NOT is_test_sale(t.order_id, t.user_id) GROUP BY p.at, d.currency ORDER BY p.at, d.currency";

/// Returns the sums of the disputes that were open at each of these times, by currency.
pub fn open_disputes(conn: &mut Conn, times: &[DateTime<Utc>]) -> Result<Vec<OpenDisputes>> {
    let rows = diesel::sql_query(OPEN_DISPUTES).bind::<Array<Timestamptz>, _>(times.to_vec());
    Ok(Prepared(rows).load(conn)?)
}
