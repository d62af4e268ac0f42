//! All SQL of the payment sums. One statement sums the rows by day; the sums of past days are stored.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    dsl::{max, min},
    prelude::*,
    sql_types::{Array, BigInt, Date, Numeric, Text, Timestamptz},
};
use platform::{Conn, Result, Tx, calendar::Day, prepared::Prepared};
use schema::{payment_days, sql_types, transactions};
use wire::{
    Currency, Money,
    billing::{payments::PaymentTotals, transactions::PaymentMethod},
};

/// The sums of one day, currency, method and gateway.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct DaySums {
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    #[diesel(sql_type = sql_types::PaymentMethod)]
    pub payment_method: PaymentMethod,
    #[diesel(sql_type = Text)]
    pub payment_gateway: String,
    #[diesel(sql_type = BigInt)]
    completed: i64,
    #[diesel(sql_type = BigInt)]
    free: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
    #[diesel(sql_type = Numeric)]
    gross_amount: Money,
    #[diesel(sql_type = Numeric)]
    tax_amount: Money,
    #[diesel(sql_type = Numeric)]
    discount_amount: Money,
    #[diesel(sql_type = BigInt)]
    refunds: i64,
    #[diesel(sql_type = Numeric)]
    refunded_amount: Money,
    #[diesel(sql_type = BigInt)]
    chargebacks: i64,
    #[diesel(sql_type = Numeric)]
    chargeback_amount: Money,
}

impl DaySums {
    /// Adds the sums to other sums.
    pub fn add_to(&self, sums: &mut PaymentTotals) {
        sums.payments += self.completed;
        sums.free += self.free;
        sums.failures += self.failed;
        sums.gross_amount.add(&self.gross_amount);
        sums.tax_amount.add(&self.tax_amount);
        sums.discount_amount.add(&self.discount_amount);
        sums.refunds += self.refunds;
        sums.refunded_amount.add(&self.refunded_amount);
        sums.chargebacks += self.chargebacks;
        sums.chargeback_amount.add(&self.chargeback_amount);
    }
}

/// Sums the rows of the days in `$1` to `$3` (the day, its start, its end). A payment counts on the day on which it was
/// completed, also after a refund; a refund and a lost dispute count by the method and gateway of their payment. A refund
/// that was made at the gateway counts while its case is open; after it is booked, it is a refund like any other. Rows of test
/// customers are left out: their `counts_at` is null. Each day
/// is looked up by an index. The number of days is hidden from the planner, so that the statement is planned once: planning
/// it for the actual days takes longer than summing one day.
const ROWS: &str = "SELECT day, currency, payment_method, payment_gateway, sum(completed)::bigint AS completed, sum(free)::bigint AS free, sum(failed)::bigint AS failed, \
    sum(gross_amount) AS gross_amount, sum(tax_amount) AS tax_amount, sum(discount_amount) AS discount_amount, \
    sum(refunds)::bigint AS refunds, sum(refunded_amount) AS refunded_amount, \
    sum(chargebacks)::bigint AS chargebacks, sum(chargeback_amount) AS chargeback_amount \
    FROM unnest((SELECT $1), (SELECT $2), (SELECT $3)) AS d(day, starts_at, ends_at) CROSS JOIN LATERAL ( \
    SELECT t.currency, t.payment_method, coalesce(t.payment_gateway, 'none') AS payment_gateway, count(*) AS completed, count(*) FILTER (WHERE t.total_amount = 0) AS free, 0 AS failed, \
        sum(t.total_amount) AS gross_amount, sum(t.tax_amount) AS tax_amount, sum(t.discount_amount) AS discount_amount, 0 AS refunds, 0 AS refunded_amount, 0 AS chargebacks, 0 AS chargeback_amount \
        FROM transactions t WHERE t.completed_at >= d.starts_at AND t.completed_at < d.ends_at AND t.status IN ('completed', 'refunded') AND t.counts_at IS NOT NULL GROUP BY 1, 2, 3 \
    UNION ALL SELECT t.currency, t.payment_method, coalesce(t.payment_gateway, 'none'), 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0 \
        FROM transactions t WHERE t.closed_at >= d.starts_at AND t.closed_at < d.ends_at AND t.status = 'failed' AND NOT is_test_sale(t.order_id, t.user_id) GROUP BY 1, 2, 3 \
    UNION ALL SELECT t.currency, t.payment_method, coalesce(t.payment_gateway, 'none'), 0, 0, 0, 0, 0, 0, count(*), sum(r.amount), 0, 0 \
        FROM refunds r JOIN transactions t ON t.id = r.transaction_id \
        WHERE r.processed_at >= d.starts_at AND r.processed_at < d.ends_at AND r.status = 'processed' AND r.counts_at IS NOT NULL GROUP BY 1, 2, 3 \
    UNION ALL SELECT c.currency, t.payment_method, coalesce(t.payment_gateway, 'none'), 0, 0, 0, 0, 0, 0, count(*), sum(c.amount), 0, 0 \
        FROM reconciliation_cases c JOIN transactions t ON t.id = c.transaction_id \
        WHERE c.kind = 'foreign_refund' AND c.status <> 'resolved' AND c.amount IS NOT NULL AND c.created_at >= d.starts_at AND c.created_at < d.ends_at AND NOT is_test_sale(t.order_id, t.user_id) GROUP BY 1, 2, 3 \
    UNION ALL SELECT p.currency, t.payment_method, coalesce(t.payment_gateway, 'none'), 0, 0, 0, 0, 0, 0, 0, 0, count(*), sum(p.amount) \
        FROM disputes p JOIN transactions t ON t.id = p.transaction_id \
        WHERE p.closed_at >= d.starts_at AND p.closed_at < d.ends_at AND p.state = 'lost' AND p.counts_at IS NOT NULL GROUP BY 1, 2, 3 \
    ) parts GROUP BY day, currency, payment_method, payment_gateway";

type DayColumns = (Vec<NaiveDate>, Vec<DateTime<Utc>>, Vec<DateTime<Utc>>);

fn day_columns(days: &[Day]) -> DayColumns {
    (
        days.iter().map(|day| day.day).collect(),
        days.iter().map(|day| day.starts_at).collect(),
        days.iter().map(|day| day.ends_at).collect(),
    )
}

/// Sums the rows of days.
pub fn from_rows(conn: &mut Conn, days: &[Day]) -> Result<Vec<DaySums>> {
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let (names, starts, ends) = day_columns(days);
    let rows = diesel::sql_query(ROWS)
        .bind::<Array<Date>, _>(names)
        .bind::<Array<Timestamptz>, _>(starts)
        .bind::<Array<Timestamptz>, _>(ends);
    Ok(Prepared(rows).load(conn)?)
}

/// Returns the stored sums of past days.
pub fn stored(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<DaySums>> {
    if from >= to {
        return Ok(Vec::new());
    }
    let days = diesel::sql_query("SELECT day, currency, payment_method, payment_gateway, completed::bigint, free::bigint, failed::bigint, gross_amount, tax_amount, discount_amount, \
        refunds::bigint, refunded_amount, chargebacks::bigint, chargeback_amount FROM payment_days WHERE day >= $1 AND day < $2")
        .bind::<Date, _>(from)
        .bind::<Date, _>(to);
    Ok(Prepared(days).load(conn)?)
}

/// Returns the last stored day of a time zone; `None` where no day is stored, or a day of another time zone.
pub fn last_stored(conn: &mut Conn, zone: &str) -> Result<Option<NaiveDate>> {
    type Ends = (Option<String>, Option<String>, Option<NaiveDate>);
    // Each value is an end of an index.
    let (first, last, day): Ends = payment_days::table
        .select((
            min(payment_days::time_zone),
            max(payment_days::time_zone),
            max(payment_days::day),
        ))
        .first(conn)?;
    let is_zone = |found: Option<String>| found.is_some_and(|found| found == zone);
    Ok(day.filter(|_| is_zone(first) && is_zone(last)))
}

/// Returns when the first payment was created.
pub fn first_payment_at(conn: &mut Conn) -> Result<Option<DateTime<Utc>>> {
    Ok(transactions::table
        .select(min(transactions::created_at))
        .first(conn)?)
}

/// Deletes the stored days from a day on, and all days of other time zones.
pub fn delete_from(tx: &mut Tx<'_>, from: NaiveDate, zone: &str) -> Result<()> {
    diesel::delete(
        payment_days::table.filter(
            payment_days::day
                .ge(from)
                .or(payment_days::time_zone.ne(zone)),
        ),
    )
    .execute(tx.conn())?;
    Ok(())
}

/// Deletes one stored day.
pub fn delete_day(tx: &mut Tx<'_>, day: NaiveDate) -> Result<()> {
    diesel::delete(payment_days::table.filter(payment_days::day.eq(day))).execute(tx.conn())?;
    Ok(())
}

/// Locks the stored days until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('payment_days'), 0)")
        .execute(tx.conn())?;
    Ok(())
}

/// Stores the sums of past days.
pub fn store(tx: &mut Tx<'_>, days: &[Day], zone: &str) -> Result<()> {
    if days.is_empty() {
        return Ok(());
    }
    let (names, starts, ends) = day_columns(days);
    diesel::sql_query(format!(
        "INSERT INTO payment_days (day, time_zone, currency, payment_method, payment_gateway, completed, free, failed, gross_amount, tax_amount, discount_amount, refunds, refunded_amount, chargebacks, chargeback_amount) \
         SELECT day, $4, currency, payment_method, payment_gateway, completed, free, failed, gross_amount, tax_amount, discount_amount, refunds, refunded_amount, chargebacks, chargeback_amount FROM ({ROWS}) made"
    ))
    .bind::<Array<Date>, _>(names)
    .bind::<Array<Timestamptz>, _>(starts)
    .bind::<Array<Timestamptz>, _>(ends)
    .bind::<Text, _>(zone)
    .execute(tx.conn())?;
    Ok(())
}
