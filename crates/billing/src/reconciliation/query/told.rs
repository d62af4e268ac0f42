//! SQL of cases that only the outside tells of.

use super::{CaseStatus, Currency, Money, cases};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
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

/// Resolves the open case of a key, because what it tells of is so no more; which one it was.
pub fn withdraw(
    tx: &mut Tx<'_>,
    key: &str,
    why: &str,
    now: DateTime<Utc>,
) -> Result<Option<CaseId>> {
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
        .returning(cases::id)
        .get_result(tx.conn())
        .optional()?)
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
