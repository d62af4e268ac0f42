//! SQL of the steps that a refund takes.

use super::RefundRow;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Nullable, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Error, Result, Tx};
use schema::{refunds, transactions};
use wire::{
    ApiClientId, Currency, Money, OrderId, ProblemCode, RefundId, TransactionId, UserId,
    billing::refunds::{
        RefundApprovalState, RefundEffect, RefundEligibility, RefundReason, RefundStatus,
    },
};

/// A refund to be written.
pub struct Draft<'a> {
    pub id: RefundId,
    pub transaction: TransactionId,
    pub amount: &'a Money,
    pub currency: Currency,
    pub reason_code: RefundReason,
    pub reason: Option<&'a str>,
    pub effect: RefundEffect,
    pub eligibility: &'a RefundEligibility,
    pub requested_by: Option<UserId>,
    pub requested_by_client: Option<ApiClientId>,
    pub needs_second_person: bool,
    pub now: DateTime<Utc>,
}

/// Writes a refund that somebody has to decide about.
pub fn insert(tx: &mut Tx<'_>, draft: &Draft<'_>) -> Result<()> {
    let known = serde_json::to_value(draft.eligibility).map_err(Error::internal)?;
    diesel::insert_into(refunds::table)
        .values((
            refunds::id.eq(draft.id),
            refunds::transaction_id.eq(draft.transaction),
            refunds::amount.eq(draft.amount),
            refunds::currency.eq(draft.currency),
            refunds::reason_code.eq(draft.reason_code),
            refunds::reason.eq(draft.reason),
            refunds::effect.eq(draft.effect),
            refunds::eligibility.eq(known),
            refunds::recommended_amount.eq(&draft.eligibility.recommended_amount),
            refunds::requested_by.eq(draft.requested_by),
            refunds::requested_by_client.eq(draft.requested_by_client),
            refunds::needs_second_person.eq(draft.needs_second_person),
            refunds::status.eq(RefundStatus::Pending),
            refunds::approval_state.eq(RefundApprovalState::Requested),
            refunds::created_at.eq(draft.now),
        ))
        .execute(tx.conn())
        .map_err(clash)?;
    Ok(())
}

/// What the database refuses, in the trade's words.
fn clash(error: diesel::result::Error) -> Error {
    match Error::violated_constraint(&error) {
        Some("refunds_one_open_per_transaction") => under_way(),
        Some("refunds_within_total") => too_much(),
        _ => error.into(),
    }
}

/// Another refund of the payment is open.
pub fn under_way() -> Error {
    Error::with_detail(
        ProblemCode::Conflict,
        "Another refund of this payment is under way: decide about that one first.",
    )
}

/// More than was paid.
pub fn too_much() -> Error {
    Error::with_detail(
        ProblemCode::Conflict,
        "With this, more would be given back than was paid.",
    )
}

/// A refund, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: RefundId) -> Result<Option<RefundRow>> {
    Ok(refunds::table
        .find(id)
        .for_update()
        .select(RefundRow::as_select())
        .first(tx.conn())
        .optional()?)
}

/// The payment that a refund gives back.
pub fn payment_of(conn: &mut Conn, id: RefundId) -> Result<Option<TransactionId>> {
    Ok(refunds::table
        .find(id)
        .select(refunds::transaction_id)
        .first(conn)
        .optional()?)
}

/// The order whose payment a refund gives back.
pub fn order_of(conn: &mut Conn, id: RefundId) -> Result<Option<OrderId>> {
    Ok(refunds::table
        .inner_join(transactions::table)
        .filter(refunds::id.eq(id))
        .select(transactions::order_id)
        .first(conn)?)
}

/// The refund that a gateway has given this id.
pub fn by_gateway_id(conn: &mut Conn, id: &str) -> Result<Option<RefundId>> {
    Ok(refunds::table
        .filter(refunds::gateway_refund_id.eq(id))
        .select(refunds::id)
        .first(conn)
        .optional()?)
}

/// The refund of a payment that is open.
pub fn open_of(conn: &mut Conn, payment: TransactionId) -> Result<Option<RefundRow>> {
    Ok(refunds::table
        .filter(refunds::transaction_id.eq(payment))
        .filter(refunds::status.eq(RefundStatus::Pending))
        .select(RefundRow::as_select())
        .first(conn)
        .optional()?)
}

/// What somebody decided.
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    pub approval: RefundApprovalState,
    pub by: Option<UserId>,
    pub reason: Option<&'a str>,
    pub at: DateTime<Utc>,
}

/// Decides a refund that waits at this revision; whether it did.
pub fn decide(
    tx: &mut Tx<'_>,
    (id, version): (RefundId, i32),
    decision: Decision<'_>,
) -> Result<bool> {
    let waiting = refunds::table
        .find(id)
        .filter(refunds::version.eq(version))
        .filter(refunds::status.eq(RefundStatus::Pending))
        .filter(refunds::approval_state.eq(RefundApprovalState::Requested));
    let status = match decision.approval {
        RefundApprovalState::Rejected => RefundStatus::Failed,
        _ => RefundStatus::Pending,
    };
    let decided = diesel::update(waiting)
        .set((
            refunds::status.eq(status),
            refunds::approval_state.eq(decision.approval),
            refunds::processed_by.eq(decision.by),
            refunds::decided_at.eq(decision.at),
            refunds::failure_reason.eq(decision.reason),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(decided == 1)
}

/// Notes what is known of the sale by now.
pub fn reread(tx: &mut Tx<'_>, id: RefundId, known: &RefundEligibility) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::eligibility.eq(serde_json::to_value(known).map_err(Error::internal)?),
            refunds::recommended_amount.eq(&known.recommended_amount),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes, before the gateway is asked, that it is: the next attempt.
pub fn sent(tx: &mut Tx<'_>, id: RefundId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::sent_at.eq(now),
            refunds::attempts.eq(refunds::attempts + 1),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes what the gateway calls a refund that it has not paid yet.
pub fn named(tx: &mut Tx<'_>, id: RefundId, gateway_refund_id: &str) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set(refunds::gateway_refund_id.eq(gateway_refund_id))
        .execute(tx.conn())?;
    Ok(())
}

/// The money has gone out.
pub fn processed(
    tx: &mut Tx<'_>,
    id: RefundId,
    gateway_refund_id: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::status.eq(RefundStatus::Processed),
            refunds::gateway_refund_id.eq(gateway_refund_id),
            refunds::failure_reason.eq(None::<String>),
            refunds::processed_at.eq(now),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())
        .map_err(|error| match Error::violated_constraint(&error) {
            Some("refunds_gateway_refund_id_key") => Error::field(
                "reference",
                "taken",
                "Another refund has this reference already.",
            ),
            _ => clash(error),
        })?;
    Ok(())
}

/// The gateway has refused it.
pub fn failed(tx: &mut Tx<'_>, id: RefundId, reason: &str) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::status.eq(RefundStatus::Failed),
            refunds::failure_reason.eq(reason),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Opens a failed refund again at this revision; whether it did.
pub fn reopen(tx: &mut Tx<'_>, (id, version): (RefundId, i32)) -> Result<bool> {
    let failed = refunds::table
        .find(id)
        .filter(refunds::version.eq(version))
        .filter(refunds::status.eq(RefundStatus::Failed))
        .filter(refunds::approval_state.eq(RefundApprovalState::Approved));
    let opened = diesel::update(failed)
        .set((
            refunds::status.eq(RefundStatus::Pending),
            refunds::failure_reason.eq(None::<String>),
            refunds::gateway_refund_id.eq(None::<String>),
            refunds::sent_at.eq(None::<DateTime<Utc>>),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())
        .map_err(clash)?;
    Ok(opened == 1)
}

const GIVE_BACK: &str = "UPDATE transactions t SET refunded_amount = back.sum, status = CASE WHEN back.sum = t.total_amount THEN 'refunded' ELSE t.status END \
    FROM (SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE transaction_id = $1 AND status = 'processed') back WHERE t.id = $1";

/// Brings a payment to what was given back of it; whether that is everything.
pub fn give_back(tx: &mut Tx<'_>, id: TransactionId) -> Result<bool> {
    diesel::sql_query(GIVE_BACK)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(transactions::table
        .find(id)
        .select(transactions::refunded_amount.eq(transactions::total_amount))
        .first(tx.conn())?)
}

diesel::define_sql_function! {
    /// The first time, or else the second.
    fn coalesce(first: Nullable<Timestamptz>, second: Nullable<Timestamptz>) -> Nullable<Timestamptz>;
}

/// Approved refunds that nobody has heard of for a while: their job was lost, or the gateway's word was.
pub fn standing_still(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<RefundId>> {
    let last = coalesce(refunds::sent_at, refunds::decided_at);
    Ok(refunds::table
        .inner_join(transactions::table)
        .filter(refunds::status.eq(RefundStatus::Pending))
        .filter(refunds::approval_state.eq(RefundApprovalState::Approved))
        .filter(transactions::recorded_by.is_null())
        .filter(transactions::gateway_transaction_id.is_not_null())
        .filter(last.lt(now - TimeDelta::minutes(10)))
        .order(refunds::created_at)
        .limit(200)
        .select(refunds::id)
        .load(conn)?)
}
