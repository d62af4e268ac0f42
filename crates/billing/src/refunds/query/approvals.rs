//! SQL of the refunds that one person requests and approves.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Actor, Conn, Result, Tx, people};
use schema::{api_clients, users};
use wire::{ApiClientId, Currency, Money, RefundId, TransactionId, UserId};

/// The approvals of one person to sum.
pub struct OwnApprovals {
    /// The person.
    pub by: UserId,
    /// The payment.
    pub payment: TransactionId,
    /// The currency of the day's sum.
    pub currency: Currency,
    /// The start of the business day.
    pub day_start: DateTime<Utc>,
    /// A refund that is not counted.
    pub except: Option<RefundId>,
}

/// The sums of the refunds that one person requested and approved.
#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct OwnApprovalSums {
    /// The sum for the payment.
    #[diesel(sql_type = Numeric)]
    pub of_payment: Money,
    /// The sum for all payments in the currency, on the business day.
    #[diesel(sql_type = Numeric)]
    pub of_day: Money,
}

const OWN_APPROVALS: &str = "SELECT coalesce(sum(r.amount) FILTER (WHERE r.transaction_id = $2), 0) AS of_payment, \
    coalesce(sum(r.amount) FILTER (WHERE r.currency = $3 AND r.decided_at >= $4), 0) AS of_day \
    FROM refunds r LEFT JOIN api_clients c ON c.id = r.requested_by_client \
    WHERE r.processed_by = $1 AND coalesce(c.created_by, r.requested_by) = $1 AND r.approval_state = 'approved' AND r.status <> 'failed' \
    AND (r.transaction_id = $2 OR r.decided_at >= $4) AND r.id IS DISTINCT FROM $5";

/// Sums the refunds that one person requested and approved. Refunds that the gateway rejected moved no money, so they are
/// left out.
pub fn sum_own_approvals(conn: &mut Conn, own: &OwnApprovals) -> Result<OwnApprovalSums> {
    Ok(diesel::sql_query(OWN_APPROVALS)
        .bind::<SqlUuid, _>(own.by)
        .bind::<SqlUuid, _>(own.payment)
        .bind::<Text, _>(own.currency)
        .bind::<Timestamptz, _>(own.day_start)
        .bind::<Nullable<SqlUuid>, _>(own.except)
        .get_result(conn)?)
}

/// Locks the approvals of one person until the end of the transaction.
pub fn lock_approvals(tx: &mut Tx<'_>, by: UserId) -> Result<()> {
    diesel::sql_query(
        "SELECT pg_advisory_xact_lock(hashtext('refund_approvals'), hashtext($1::text))",
    )
    .bind::<SqlUuid, _>(by)
    .execute(tx.conn())?;
    Ok(())
}

/// Returns the person who created an integrator's client.
pub fn creator_of(conn: &mut Conn, client: ApiClientId) -> Result<Option<UserId>> {
    Ok(api_clients::table
        .find(client)
        .select(api_clients::created_by)
        .first(conn)?)
}

/// Returns whether a customer is the actor, or a customer of the actor's API client.
pub fn is_own_customer(conn: &mut Conn, actor: &Actor, customer: UserId) -> Result<bool> {
    let Some(owner) = actor.owner_filter() else {
        return Ok(true);
    };
    let own = users::table
        .filter(users::id.eq(customer))
        .filter(users::id.eq_any(people::customers_of(owner)));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(conn)?)
}
