//! SQL that reads and writes the progress of refunds.

use super::{super::status::Decision, RefundRow};
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

/// The values of a new refund.
pub struct RefundDraft<'a> {
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

/// Inserts a requested refund.
pub fn insert(tx: &mut Tx<'_>, draft: &RefundDraft<'_>) -> Result<()> {
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
        .map_err(constraint_problem)?;
    Ok(())
}

/// Converts the violation of a constraint to a problem that a caller understands.
fn constraint_problem(error: diesel::result::Error) -> Error {
    match Error::violated_constraint(&error) {
        Some("refunds_one_open_per_transaction") => another_pending(),
        Some("refunds_within_total") => exceeds_payment(),
        _ => error.into(),
    }
}

/// Returns the problem that another refund of the payment is pending.
pub fn another_pending() -> Error {
    Error::with_detail(
        ProblemCode::Conflict,
        "Another refund of this payment is pending. Approve or reject that refund first.",
    )
}

/// Returns the problem that a refund exceeds the payment.
pub fn exceeds_payment() -> Error {
    Error::with_detail(
        ProblemCode::Conflict,
        "The refund exceeds the amount that is still refundable.",
    )
}

/// Returns a refund, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: RefundId) -> Result<Option<RefundRow>> {
    Ok(refunds::table
        .find(id)
        .for_update()
        .select(RefundRow::as_select())
        .first(tx.conn())
        .optional()?)
}

/// Returns the payment of a refund.
pub fn payment_of(conn: &mut Conn, id: RefundId) -> Result<Option<TransactionId>> {
    Ok(refunds::table
        .find(id)
        .select(refunds::transaction_id)
        .first(conn)
        .optional()?)
}

/// Returns the order of a refund.
pub fn order_of(conn: &mut Conn, id: RefundId) -> Result<Option<OrderId>> {
    Ok(refunds::table
        .inner_join(transactions::table)
        .filter(refunds::id.eq(id))
        .select(transactions::order_id)
        .first(conn)?)
}

/// Returns the refund with a gateway ID.
pub fn by_gateway_id(conn: &mut Conn, id: &str) -> Result<Option<RefundId>> {
    Ok(refunds::table
        .filter(refunds::gateway_refund_id.eq(id))
        .select(refunds::id)
        .first(conn)
        .optional()?)
}

/// Returns the pending refund of a payment.
pub fn pending_of(conn: &mut Conn, payment: TransactionId) -> Result<Option<RefundRow>> {
    Ok(refunds::table
        .filter(refunds::transaction_id.eq(payment))
        .filter(refunds::status.eq(RefundStatus::Pending))
        .select(RefundRow::as_select())
        .first(conn)
        .optional()?)
}

/// Writes the decision about a locked refund.
pub fn decide(
    tx: &mut Tx<'_>,
    id: RefundId,
    approval: RefundApprovalState,
    decision: Decision<'_>,
) -> Result<()> {
    let status = match approval {
        RefundApprovalState::Rejected => RefundStatus::Failed,
        _ => RefundStatus::Pending,
    };
    diesel::update(refunds::table.find(id))
        .set((
            refunds::status.eq(status),
            refunds::approval_state.eq(approval),
            refunds::processed_by.eq(decision.by),
            refunds::decided_at.eq(decision.at),
            refunds::failure_reason.eq(decision.reason),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the current eligibility of a requested refund.
pub fn set_eligibility(tx: &mut Tx<'_>, id: RefundId, current: &RefundEligibility) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::eligibility.eq(serde_json::to_value(current).map_err(Error::internal)?),
            refunds::recommended_amount.eq(&current.recommended_amount),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Records the next attempt, before the request is sent to the gateway.
pub fn set_sent(tx: &mut Tx<'_>, id: RefundId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::sent_at.eq(now),
            refunds::attempts.eq(refunds::attempts + 1),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the gateway's ID of a refund that is not paid out yet.
pub fn set_gateway_id(tx: &mut Tx<'_>, id: RefundId, gateway_refund_id: &str) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set(refunds::gateway_refund_id.eq(gateway_refund_id))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a locked refund as processed.
pub fn set_processed(
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
            _ => constraint_problem(error),
        })?;
    Ok(())
}

/// Marks a locked refund as failed.
pub fn set_failed(tx: &mut Tx<'_>, id: RefundId, reason: &str) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::status.eq(RefundStatus::Failed),
            refunds::failure_reason.eq(reason),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a locked refund as pending again, for another attempt.
pub fn set_retried(tx: &mut Tx<'_>, id: RefundId) -> Result<()> {
    diesel::update(refunds::table.find(id))
        .set((
            refunds::status.eq(RefundStatus::Pending),
            refunds::failure_reason.eq(None::<String>),
            refunds::gateway_refund_id.eq(None::<String>),
            refunds::sent_at.eq(None::<DateTime<Utc>>),
            refunds::version.eq(refunds::version + 1),
        ))
        .execute(tx.conn())
        .map_err(constraint_problem)?;
    Ok(())
}

const SET_REFUNDED: &str = "UPDATE transactions t SET refunded_amount = back.sum \
    FROM (SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE transaction_id = $1 AND status = 'processed') back WHERE t.id = $1";

/// Writes the sum of the processed refunds to a payment.
pub fn set_refunded_amount(tx: &mut Tx<'_>, id: TransactionId) -> Result<()> {
    diesel::sql_query(SET_REFUNDED)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

diesel::define_sql_function! {
    /// Returns the first time, or the second where the first is null.
    fn coalesce(first: Nullable<Timestamptz>, second: Nullable<Timestamptz>) -> Nullable<Timestamptz>;
}

/// Returns approved refunds without an event for ten minutes, because their job or the gateway's event was lost.
pub fn idle_approved(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<RefundId>> {
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
