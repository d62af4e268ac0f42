//! SQL of the figures. One statement sums the facts by time and currency, so that all sums are of one snapshot.

mod stocks;

pub use stocks::{OpenDisputes, active_esims, new_users, open_disputes};

use super::{Lock, Sums};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Numeric, Text, Timestamptz},
};
use platform::{Conn, Error, Result, Tx, prepared::Prepared};
use schema::report_locks as locks;
use wire::{Currency, Money, insights::rates::Rate};

/// A stretch of time whose facts are summed. The buckets of a statement are contiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// The day.
    pub day: NaiveDate,
    /// The start.
    pub starts_at: DateTime<Utc>,
    /// The end.
    pub ends_at: DateTime<Utc>,
}

/// The rate by which the facts of a bucket are converted.
#[derive(Debug, Clone)]
pub struct DayRate {
    /// The position of the bucket, from 1.
    pub bucket: i32,
    /// The currency.
    pub currency: Currency,
    /// The rate to the base currency.
    pub rate: Rate,
}

/// The sums of a bucket and currency.
#[derive(Debug, Clone)]
pub struct BucketSums {
    /// The position of the bucket in the list, from 0.
    pub bucket: usize,
    /// The currency.
    pub currency: Currency,
    /// The sums in the currency.
    pub paid: Sums,
    /// The sums in the base currency; `None` without a rate.
    pub converted: Option<Sums>,
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct Row {
    #[diesel(sql_type = Integer)]
    bucket: i32,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = BigInt)]
    sales: i64,
    #[diesel(sql_type = BigInt)]
    free: i64,
    #[diesel(sql_type = BigInt)]
    refunds: i64,
    #[diesel(sql_type = BigInt)]
    chargebacks: i64,
    #[diesel(sql_type = BigInt)]
    costs: i64,
    #[diesel(sql_type = BigInt)]
    late: i64,
    #[diesel(sql_type = Array<Numeric>)]
    paid: Vec<Money>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Array<Numeric>>)]
    converted: Option<Vec<Money>>,
}

/// The eight sums of amounts, in the order of [`sums`].
macro_rules! amounts {
    ($prefix:literal) => {
        concat!(
            "ARRAY[coalesce(sum(",
            $prefix,
            "amount) FILTER (WHERE kind = 'sale'), 0), \
            coalesce(sum(",
            $prefix,
            "tax) FILTER (WHERE kind = 'sale'), 0), \
            coalesce(sum(",
            $prefix,
            "discount) FILTER (WHERE kind = 'sale'), 0), \
            coalesce(sum(",
            $prefix,
            "amount) FILTER (WHERE kind = 'refund'), 0), \
            coalesce(sum(",
            $prefix,
            "tax) FILTER (WHERE kind = 'refund'), 0), \
            coalesce(sum(",
            $prefix,
            "amount) FILTER (WHERE kind = 'chargeback'), 0), \
            coalesce(sum(",
            $prefix,
            "tax) FILTER (WHERE kind = 'chargeback'), 0), \
            coalesce(sum(",
            $prefix,
            "amount) FILTER (WHERE kind IN ('cost', 'cost_reversal')), 0)]"
        )
    };
}

/// Sums the facts between the borders `$1`. Each fact is converted by itself at the rate of its bucket and currency (`$3` to
/// `$5`), rounded to the `$2` decimals of the base currency.
const BY_BUCKET: &str = concat!(
    "SELECT bucket, currency, count(*) FILTER (WHERE kind = 'sale') AS sales, count(*) FILTER (WHERE kind = 'sale' AND amount = 0) AS free, \
    count(*) FILTER (WHERE kind = 'refund') AS refunds, count(*) FILTER (WHERE kind = 'chargeback') AS chargebacks, \
    count(*) FILTER (WHERE kind IN ('cost', 'cost_reversal')) AS costs, count(*) FILTER (WHERE counts_at <> occurred_at) AS late, ",
    amounts!(""),
    " AS paid, CASE WHEN bool_and(rate IS NOT NULL) THEN ",
    amounts!("base_"),
    " END AS converted \
    FROM (SELECT f.*, r.rate, round_half_even(f.amount * r.rate, $2) AS base_amount, round_half_even(f.tax * r.rate, $2) AS base_tax, \
            round_half_even(f.discount * r.rate, $2) AS base_discount \
        FROM (SELECT width_bucket(m.counts_at, $1) AS bucket, m.kind, m.currency::text AS currency, m.counts_at, m.occurred_at, m.amount, \
                m.tax_amount AS tax, m.discount_amount AS discount \
            FROM money_facts m WHERE m.counts_at >= $6 AND m.counts_at < $7) f \
        LEFT JOIN unnest($3, $4, $5) AS r(bucket, currency, rate) ON r.bucket = f.bucket AND r.currency = f.currency) c \
    GROUP BY bucket, currency ORDER BY bucket, currency"
);

/// Returns the sums of the facts of each bucket, by currency. Buckets without facts have none.
pub fn by_bucket(
    conn: &mut Conn,
    buckets: &[Bucket],
    base: Option<Currency>,
    rates: &[DayRate],
) -> Result<Vec<BucketSums>> {
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else {
        return Ok(Vec::new());
    };
    let mut borders: Vec<DateTime<Utc>> = buckets.iter().map(|one| one.starts_at).collect();
    borders.push(last.ends_at);
    let digits = base.map_or(2, Currency::exponent);
    let digits = i32::try_from(digits).map_err(Error::internal)?;
    let rows: Vec<Row> = Prepared(
        diesel::sql_query(BY_BUCKET)
            .bind::<Array<Timestamptz>, _>(borders)
            .bind::<Integer, _>(digits)
            .bind::<Array<Integer>, _>(rates.iter().map(|one| one.bucket).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rates.iter().map(|one| one.currency).collect::<Vec<_>>())
            .bind::<Array<Numeric>, _>(rates.iter().map(|one| &one.rate).collect::<Vec<_>>())
            .bind::<Timestamptz, _>(first.starts_at)
            .bind::<Timestamptz, _>(last.ends_at),
    )
    .load(conn)?;
    rows.into_iter().map(to_sums).collect()
}

fn to_sums(row: Row) -> Result<BucketSums> {
    let counts = Sums {
        sales: row.sales,
        free: row.free,
        refunds: row.refunds,
        chargebacks: row.chargebacks,
        costs: row.costs,
        late: row.late,
        ..Sums::default()
    };
    let converted = row.converted.map(|amounts| sums(&counts, amounts));
    Ok(BucketSums {
        bucket: usize::try_from(row.bucket - 1).map_err(Error::internal)?,
        currency: row.currency,
        paid: sums(&counts, row.paid)?,
        converted: converted.transpose()?,
    })
}

fn sums(counts: &Sums, amounts: Vec<Money>) -> Result<Sums> {
    let amounts: [Money; 8] = amounts
        .try_into()
        .map_err(|_| Error::internal("a row of sums has another number of amounts"))?;
    let [
        gross,
        tax,
        discount,
        refunded,
        refunded_tax,
        lost,
        lost_tax,
        cost,
    ] = amounts;
    Ok(Sums {
        gross_amount: gross,
        tax_amount: tax,
        discount_amount: discount,
        refunded_amount: refunded,
        refunded_tax,
        chargeback_amount: lost,
        chargeback_tax: lost_tax,
        cost,
        ..counts.clone()
    })
}

/// Returns the locks of past days.
pub fn locks(conn: &mut Conn) -> Result<Vec<Lock>> {
    let rows: Vec<(NaiveDate, String)> = locks::table
        .select((locks::locked_before, locks::time_zone))
        .order_by(locks::locked_before)
        .load(conn)?;
    rows.into_iter()
        .map(|(before, zone)| {
            let zone = zone.parse().map_err(Error::internal)?;
            Ok(Lock { before, zone })
        })
        .collect()
}

/// Waits for the transactions that record facts of past days, and excludes them until the end of this transaction. Facts of
/// the last day are recorded without this lock.
pub fn block_late_facts(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('report_locks'), 0)")
        .execute(tx.conn())?;
    Ok(())
}
