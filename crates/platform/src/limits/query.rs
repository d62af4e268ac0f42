//! The SQL of the buckets.

use super::{TokenBatch, token_bucket::Bucket};
use crate::{db::Tx, error::Result};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Interval, Timestamptz},
};
use schema::rate_limits as buckets;

diesel::define_sql_function! {
    /// Returns the later of two times.
    fn greatest(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}

/// Draws a batch; the last tokens one by one.
pub(super) fn draw(
    tx: &mut Tx<'_>,
    key: &[u8],
    bucket: Bucket,
    now: DateTime<Utc>,
) -> Result<TokenBatch> {
    for tokens in [bucket.batch_size(), 1] {
        if let Some(full_at) = take(tx, key, bucket, tokens, now)? {
            return Ok(bucket.drawn(tokens, full_at, now));
        }
    }
    let known = buckets::table.find(key).select(buckets::full_at);
    Ok(bucket.empty(known.first(tx.conn())?, now))
}

/// Takes so many tokens, if the bucket has them; returns when the bucket will then be full again.
fn take(
    tx: &mut Tx<'_>,
    key: &[u8],
    bucket: Bucket,
    tokens: u32,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let refill_time = bucket.refill_time(tokens);
    let taken = diesel::insert_into(buckets::table)
        .values((buckets::key.eq(key), buckets::full_at.eq(now + refill_time)))
        .on_conflict(buckets::key)
        .do_update()
        .set(
            buckets::full_at
                .eq(greatest(buckets::full_at, now) + refill_time.into_sql::<Interval>()),
        );
    // Called by its full path: an upsert has another `filter` than a query.
    let taken = diesel::query_dsl::methods::FilterDsl::filter(
        taken,
        buckets::full_at.le(bucket.latest(tokens, now)),
    );
    Ok(taken
        .returning(buckets::full_at)
        .get_result(tx.conn())
        .optional()?)
}

/// Deletes the full buckets: a bucket without a row counts as full.
pub fn purge(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(buckets::table.filter(buckets::full_at.le(now))).execute(tx.conn())?)
}
