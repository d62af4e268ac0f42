//! SQL of what one person requests and approves alone.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Actor, Conn, Result, Tx, people};
use schema::{api_clients, users};
use wire::{ApiClientId, Currency, Money, RefundId, TransactionId, UserId};

/// The approvals that are summed.
pub struct Alone {
    /// The person.
    pub by: UserId,
    /// The payment.
    pub payment: TransactionId,
    /// The currency of the day's sum.
    pub currency: Currency,
    /// When the business day began.
    pub day_began: DateTime<Utc>,
    /// A refund that is not counted.
    pub but: Option<RefundId>,
}

/// What one person has requested and approved alone.
#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ApprovedAlone {
    /// Of the payment.
    #[diesel(sql_type = Numeric)]
    pub of_payment: Money,
    /// Of all payments in the currency, on the business day.
    #[diesel(sql_type = Numeric)]
    pub of_day: Money,
}

const ALONE: &str = "SELECT coalesce(sum(r.amount) FILTER (WHERE r.transaction_id = $2), 0) AS of_payment, \
    coalesce(sum(r.amount) FILTER (WHERE r.currency = $3 AND r.decided_at >= $4), 0) AS of_day \
    FROM refunds r LEFT JOIN api_clients c ON c.id = r.requested_by_client \
    WHERE r.processed_by = $1 AND coalesce(c.created_by, r.requested_by) = $1 AND r.approval_state = 'approved' AND r.status <> 'failed' \
    AND (r.transaction_id = $2 OR r.decided_at >= $4) AND r.id IS DISTINCT FROM $5";

/// Sums what one person has requested and approved alone. Refunds that the gateway has refused moved no money.
pub fn approved_alone(conn: &mut Conn, alone: &Alone) -> Result<ApprovedAlone> {
    Ok(diesel::sql_query(ALONE)
        .bind::<SqlUuid, _>(alone.by)
        .bind::<SqlUuid, _>(alone.payment)
        .bind::<Text, _>(alone.currency)
        .bind::<Timestamptz, _>(alone.day_began)
        .bind::<Nullable<SqlUuid>, _>(alone.but)
        .get_result(conn)?)
}

/// Makes approvals by one person wait for each other until the end of the transaction.
pub fn one_approval_at_a_time(tx: &mut Tx<'_>, by: UserId) -> Result<()> {
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

/// Returns whether the actor may see a customer's rows.
pub fn is_theirs(conn: &mut Conn, actor: &Actor, customer: UserId) -> Result<bool> {
    let Some(owner) = actor.owner_filter() else {
        return Ok(true);
    };
    let theirs = users::table
        .filter(users::id.eq(customer))
        .filter(users::id.eq_any(people::customers_of(owner)));
    Ok(diesel::select(diesel::dsl::exists(theirs)).get_result(conn)?)
}
