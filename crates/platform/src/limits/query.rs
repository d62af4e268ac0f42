//! All SQL of the buckets.

use super::{Portion, bucket::Bucket};
use crate::{db::Tx, error::Result};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Interval, Timestamptz},
};
use schema::rate_limits as buckets;

diesel::define_sql_function! {
    /// The later of two times.
    fn greatest(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}

/// Draws a portion; the last tokens one by one.
pub(super) fn draw(
    tx: &mut Tx<'_>,
    key: &[u8],
    bucket: Bucket,
    now: DateTime<Utc>,
) -> Result<Portion> {
    for tokens in [bucket.portion(), 1] {
        if let Some(full_at) = take(tx, key, (bucket, tokens), now)? {
            return Ok(bucket.drawn(tokens, full_at, now));
        }
    }
    let known = buckets::table.find(key).select(buckets::full_at);
    Ok(bucket.empty(known.first(tx.conn())?, now))
}

/// Takes so many tokens, if the bucket has them; when it will be full again after that.
fn take(
    tx: &mut Tx<'_>,
    key: &[u8],
    (bucket, tokens): (Bucket, u32),
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let filling = bucket.filling(tokens);
    let taken = diesel::insert_into(buckets::table)
        .values((buckets::key.eq(key), buckets::full_at.eq(now + filling)))
        .on_conflict(buckets::key)
        .do_update()
        .set(buckets::full_at.eq(greatest(buckets::full_at, now) + filling.into_sql::<Interval>()));
    // Named in full: an upsert's `filter` is not the one of queries.
    let taken = diesel::query_dsl::methods::FilterDsl::filter(
        taken,
        buckets::full_at.le(bucket.latest(tokens, now)),
    );
    Ok(taken
        .returning(buckets::full_at)
        .get_result(tx.conn())
        .optional()?)
}

/// Forgets the buckets that are full: a bucket that nobody knows is full as well.
pub fn purge(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(buckets::table.filter(buckets::full_at.le(now))).execute(tx.conn())?)
}
