//! SQL of cases that only the outside tells of.

use super::{CaseStatus, Currency, Finding, Money, cases};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use schema::gateway_checks;
use wire::billing::reconciliation::CaseKind;
use wire::{CaseId, RefundId, TransactionId, UserId};

/// Whether there is or was a case of this key, however it ended.
pub fn was_seen(conn: &mut Conn, key: &str) -> Result<bool> {
    let seen = cases::table.filter(cases::dedupe_key.eq(key));
    Ok(diesel::select(diesel::dsl::exists(seen)).get_result(conn)?)
}

/// Notes what the gateway calls the refund that an open case is about.
pub fn name(tx: &mut Tx<'_>, key: &str, gateway_refund_id: &str) -> Result<()> {
    diesel::update(cases::table.filter(cases::dedupe_key.eq(key)))
        .set(cases::gateway_refund_id.eq(gateway_refund_id))
        .execute(tx.conn())?;
    Ok(())
}

/// Names the refund by which a case was booked.
pub fn booked(tx: &mut Tx<'_>, id: CaseId, refund: RefundId) -> Result<()> {
    diesel::update(cases::table.find(id))
        .set(cases::refund_id.eq(refund))
        .execute(tx.conn())?;
    Ok(())
}

/// A case that was withdrawn, its kind, and when it was opened.
type Withdrawn = (CaseId, CaseKind, DateTime<Utc>);

/// Resolves the open case of a key whose finding no longer holds, and returns that case.
pub fn withdraw(
    tx: &mut Tx<'_>,
    key: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<Option<Withdrawn>> {
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
        .returning((cases::id, cases::kind, cases::created_at))
        .get_result(tx.conn())
        .optional()?)
}

/// An amount that was received earlier for a payment, as its open case has it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(diesel::pg::Pg))]
pub struct ReceivedBefore {
    /** What was received, and what was due. */
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

/// Returns what was received before, if its case is open.
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

/// What was given back at the gateway, as a case has it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases, check_for_backend(diesel::pg::Pg))]
pub struct GivenBack {
    pub transaction_id: Option<TransactionId>,
    pub gateway_refund_id: Option<String>,
    pub amount: Option<Money>,
    pub currency: Option<Currency>,
}

/// What was given back at the gateway.
pub fn given_back(conn: &mut Conn, id: CaseId) -> Result<GivenBack> {
    Ok(cases::table
        .find(id)
        .select(GivenBack::as_select())
        .first(conn)?)
}
