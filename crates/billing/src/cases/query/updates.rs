//! SQL of cases that a gateway, a provider or an administrator reported.

use super::{CaseStatus, Currency, Finding, Money, cases};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use wire::{CaseId, RefundId, TransactionId, UserId, billing::reconciliation::CaseKind};

/// Returns whether there is a case with a key, open or resolved.
pub fn exists(conn: &mut Conn, key: &str) -> Result<bool> {
    let seen = cases::table.filter(cases::dedupe_key.eq(key));
    Ok(diesel::select(diesel::dsl::exists(seen)).get_result(conn)?)
}

/// Writes the gateway's ID of the refund to the case with a key.
pub fn set_gateway_refund_id(tx: &mut Tx<'_>, key: &str, gateway_refund_id: &str) -> Result<()> {
    diesel::update(cases::table.filter(cases::dedupe_key.eq(key)))
        .set(cases::gateway_refund_id.eq(gateway_refund_id))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the refund that a case was booked as.
pub fn set_refund(tx: &mut Tx<'_>, id: CaseId, refund: RefundId) -> Result<()> {
    diesel::update(cases::table.find(id))
        .set(cases::refund_id.eq(refund))
        .execute(tx.conn())?;
    Ok(())
}

/// A case that was withdrawn.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(diesel::pg::Pg))]
pub struct WithdrawnCase {
    pub id: CaseId,
    pub kind: CaseKind,
    pub created_at: DateTime<Utc>,
}

/// Resolves the open case with a key, because its discrepancy no longer exists, and returns the case.
pub fn withdraw(
    tx: &mut Tx<'_>,
    key: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<Option<WithdrawnCase>> {
    let open = cases::table
        .filter(cases::dedupe_key.eq(key))
        .filter(cases::status.ne(CaseStatus::Resolved));
    Ok(diesel::update(open)
        .set((
            cases::status.eq(CaseStatus::Resolved),
            cases::resolved_at.eq(now),
            cases::resolution.eq(why),
            cases::claimed_by.eq(None::<UserId>),
            cases::claimed_until.eq(None::<DateTime<Utc>>),
            cases::version.eq(cases::version + 1),
        ))
        .returning(WithdrawnCase::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// An amount that was received earlier for a payment, from its open case.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(diesel::pg::Pg))]
pub struct ReceivedBefore {
    /// The received amounts and the amount due, as a text.
    pub finding: String,
    amount: Option<Money>,
    currency: Option<Currency>,
}

impl ReceivedBefore {
    /// Returns the amount, if it is in this currency.
    pub fn amount(&self, currency: Currency) -> Option<&Money> {
        self.amount
            .as_ref()
            .filter(|_| self.currency == Some(currency))
    }
}

/// Returns the amount that was received before, if its case is open.
pub fn received_before(conn: &mut Conn, key: &str) -> Result<Option<ReceivedBefore>> {
    Ok(cases::table
        .filter(cases::dedupe_key.eq(key))
        .filter(cases::status.ne(CaseStatus::Resolved))
        .select(ReceivedBefore::as_select())
        .first(conn)
        .optional()?)
}

/// Updates the amount in the open case of a finding. Returns when that case was opened, if there is one.
pub fn update_amount(tx: &mut Tx<'_>, finding: &Finding) -> Result<Option<DateTime<Utc>>> {
    let open = cases::table
        .filter(cases::dedupe_key.eq(&finding.key))
        .filter(cases::status.ne(CaseStatus::Resolved));
    Ok(diesel::update(open)
        .set((
            cases::amount.eq(&finding.amount),
            cases::currency.eq(finding.currency),
            cases::finding.eq(&finding.finding),
            cases::version.eq(cases::version + 1),
        ))
        .returning(cases::created_at)
        .get_result(tx.conn())
        .optional()?)
}

/// A refund that was made at the gateway, from its case.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(diesel::pg::Pg))]
pub struct ReportedRefund {
    pub transaction_id: Option<TransactionId>,
    pub gateway_refund_id: Option<String>,
    pub amount: Option<Money>,
    pub currency: Option<Currency>,
}

/// Returns the refund at the gateway that a case is about.
pub fn reported_refund(conn: &mut Conn, id: CaseId) -> Result<ReportedRefund> {
    Ok(cases::table
        .find(id)
        .select(ReportedRefund::as_select())
        .first(conn)?)
}
