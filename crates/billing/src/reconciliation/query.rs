//! All SQL of the hourly checks; the statements are in `checks`.

use super::checks;
use crate::cases::{Finding, REPORTED};
use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    sql_types::{Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use schema::{gateway_checks, reconciliation_cases as cases, sql_types};
use wire::{
    CaseId, Currency, EsimId, Money, OrderId, RefundId, TransactionId,
    billing::reconciliation::{CaseKind, CaseStatus},
};

/// Returns the number of cases that are not resolved.
pub fn open_count(conn: &mut Conn) -> Result<i64> {
    Ok(cases::table
        .filter(cases::status.ne(CaseStatus::Resolved))
        .count()
        .get_result(conn)?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
struct FindingRow {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    finding: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    order_id: Option<OrderId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    transaction_id: Option<TransactionId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    refund_id: Option<RefundId>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    esim_id: Option<EsimId>,
    #[diesel(sql_type = Nullable<Numeric>)]
    amount: Option<Money>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<Currency>,
}

/// Returns the discrepancies of a kind that have no open case. A discrepancy that an administrator settled outside is left
/// out.
pub fn new_findings(conn: &mut Conn, kind: CaseKind, now: DateTime<Utc>) -> Result<Vec<Finding>> {
    let statement = format!(
        "SELECT f.* FROM ({}) f WHERE NOT EXISTS (SELECT 1 FROM reconciliation_cases c WHERE c.dedupe_key = f.key AND c.status <> 'resolved') \
         AND NOT EXISTS (SELECT 1 FROM reconciliation_cases c WHERE c.dedupe_key = f.key AND c.action = 'settle_outside') ORDER BY f.key LIMIT 500",
        checks::statement(kind)
    );
    let found: Vec<FindingRow> = diesel::sql_query(statement)
        .bind::<Timestamptz, _>(now)
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|found| Finding {
            kind,
            key: found.key,
            finding: found.finding,
            order_id: found.order_id,
            transaction_id: found.transaction_id,
            refund_id: found.refund_id,
            esim_id: found.esim_id,
            amount: found.amount,
            currency: found.currency,
        })
        .collect())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(Pg))]
struct ResolvedRow {
    #[diesel(sql_type = SqlUuid)]
    id: CaseId,
}

/// Resolves the cases of a kind whose discrepancy no longer exists, and returns them. Cases that a gateway, a provider or
/// an administrator reported are left to an administrator, because no row shows whether they still exist.
pub fn resolve_corrected(
    tx: &mut Tx<'_>,
    kind: CaseKind,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Vec<CaseId>> {
    let statement = format!(
        "UPDATE reconciliation_cases c SET status = 'resolved', resolved_at = $1, resolution = $3, claimed_by = NULL, claimed_until = NULL, version = version + 1 \
         WHERE c.kind = $2 AND c.status <> 'resolved' AND c.dedupe_key NOT LIKE '%{REPORTED}' AND NOT EXISTS (SELECT 1 FROM ({}) f WHERE f.key = c.dedupe_key) RETURNING c.id",
        checks::statement(kind)
    );
    let resolved: Vec<ResolvedRow> = diesel::sql_query(statement)
        .bind::<Timestamptz, _>(now)
        .bind::<sql_types::CaseKind, _>(kind)
        .bind::<Text, _>(reason)
        .load(tx.conn())?;
    Ok(resolved.into_iter().map(|row| row.id).collect())
}

/// Returns the time up to which a gateway's events were loaded.
pub fn checked_to(conn: &mut Conn, gateway: &str) -> Result<Option<DateTime<Utc>>> {
    Ok(gateway_checks::table
        .find(gateway)
        .select(gateway_checks::checked_to)
        .first(conn)
        .optional()?)
}

/// Records the time up to which a gateway's events were loaded.
pub fn check_to(tx: &mut Tx<'_>, gateway: &str, at: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(gateway_checks::table)
        .values((
            gateway_checks::gateway.eq(gateway),
            gateway_checks::checked_to.eq(at),
        ))
        .on_conflict(gateway_checks::gateway)
        .do_update()
        .set(gateway_checks::checked_to.eq(at))
        .execute(tx.conn())?;
    Ok(())
}
