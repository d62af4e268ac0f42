//! SQL of the progress of orders: their eSIMs, their payments, their audit events and their emails.

use super::DELIVERIES;
use crate::timeline::{self, TimelineAudit};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, not, sql},
    prelude::*,
    sql_types::{BigInt, Bool, Uuid as SqlUuid},
};
use platform::{Conn, Result, crypto::Keyring};
use schema::{
    disputes, esim_bundles, esims, notifications, orders, reconciliation_cases as cases, refunds,
    transactions,
};
use wire::{
    DisputeId, EsimId, OrderId, RefundId, TransactionId,
    billing::{orders::OrderStatus, reconciliation::CaseKind, transactions::TransactionStatus},
    esims::inventory::EsimStatus,
    messaging::notifications::NotificationStatus,
    system::audit::Auditable,
};

/// Returns the eSIMs of an order that can be used: neither the eSIM nor the order's bundle on it is cancelled.
pub fn usable_esims(conn: &mut Conn, id: OrderId) -> Result<Vec<EsimId>> {
    let esims: Vec<Option<EsimId>> = esim_bundles::table
        .inner_join(esims::table)
        .filter(esim_bundles::order_id.eq(id))
        .filter(esims::status.ne(EsimStatus::Cancelled))
        .filter(sql::<Bool>("esim_bundles.status <> 'cancelled'"))
        .order(esim_bundles::unit_no)
        .select(esim_bundles::esim_id)
        .load(conn)?;
    Ok(esims.into_iter().flatten().collect())
}

/// Returns unpaid orders whose payment window has ended.
pub fn past_payment_window(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<OrderId>> {
    Ok(orders::table
        .filter(orders::status.eq(OrderStatus::PendingPayment))
        .filter(orders::expires_at.lt(now))
        .order(orders::expires_at)
        .limit(200)
        .select(orders::id)
        .load(conn)?)
}

/// Returns paid orders that did not change for two minutes, because their job was lost.
pub fn idle_since_paid(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<OrderId>> {
    Ok(orders::table
        .filter(orders::status.eq_any([OrderStatus::Paid, OrderStatus::Provisioning]))
        .filter(orders::updated_at.lt(now - chrono::TimeDelta::minutes(2)))
        .order(orders::updated_at)
        .limit(200)
        .select(orders::id)
        .load(conn)?)
}

/// Returns orders that were paid before a time, were not changed since, and are not delivered.
pub fn undelivered_since(conn: &mut Conn, before: DateTime<Utc>) -> Result<Vec<OrderId>> {
    let seen = cases::table
        .filter(cases::order_id.eq(orders::id.nullable()))
        .filter(cases::kind.eq(CaseKind::PaidNotDelivered));
    Ok(orders::table
        .filter(orders::status.eq_any([OrderStatus::Paid, OrderStatus::Provisioning]))
        .filter(orders::paid_at.lt(before))
        .filter(orders::updated_at.lt(before))
        .filter(not(exists(seen)))
        .order(orders::paid_at)
        .limit(200)
        .select(orders::id)
        .load(conn)?)
}

/// Returns the audit events of an order, its payments, and their refunds and disputes, the oldest first.
pub fn audit_events(
    conn: &mut Conn,
    keys: &Keyring,
    id: OrderId,
    payments: &[TransactionId],
) -> Result<Vec<TimelineAudit>> {
    let refund_ids: Vec<RefundId> = refunds::table
        .filter(refunds::transaction_id.eq_any(payments))
        .select(refunds::id)
        .load(conn)?;
    let dispute_ids: Vec<DisputeId> = disputes::table
        .filter(disputes::transaction_id.eq_any(payments))
        .select(disputes::id)
        .load(conn)?;
    let subjects: Vec<uuid::Uuid> = payments
        .iter()
        .map(|payment| payment.0)
        .chain(refund_ids.iter().map(|refund| refund.0))
        .chain(dispute_ids.iter().map(|dispute| dispute.0))
        .chain([id.0])
        .collect();
    let kinds = [
        OrderId::KIND,
        TransactionId::KIND,
        RefundId::KIND,
        DisputeId::KIND,
    ];
    timeline::audit_events(conn, keys, &kinds, &subjects)
}

/// Returns the payments of an order.
pub fn payments(conn: &mut Conn, id: OrderId) -> Result<Vec<TransactionId>> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .select(transactions::id)
        .load(conn)?)
}

/// Returns the pending payments of an order, with the gateway's ID of each.
pub fn pending_payments(
    conn: &mut Conn,
    id: OrderId,
) -> Result<Vec<(TransactionId, Option<String>)>> {
    Ok(transactions::table
        .filter(transactions::order_id.eq(id))
        .filter(transactions::status.eq(TransactionStatus::Pending))
        .select((transactions::id, transactions::gateway_transaction_id))
        .load(conn)?)
}

/// An email about an order, and its status.
#[derive(Queryable, Selectable)]
#[diesel(table_name = notifications, check_for_backend(diesel::pg::Pg))]
pub struct DeliveryEmail {
    pub created_at: DateTime<Utc>,
    pub status: NotificationStatus,
    pub sent_at: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
}

/// Returns the delivery emails of an order, the oldest first.
pub fn delivery_emails(conn: &mut Conn, id: OrderId) -> Result<Vec<DeliveryEmail>> {
    Ok(notifications::table
        .filter(notifications::order_id.eq(id))
        .filter(notifications::dedupe_key.like(DELIVERIES))
        .order(notifications::created_at)
        .select(DeliveryEmail::as_select())
        .load(conn)?)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct OpenUnits {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Returns whether the provisioning of every unit of an order has failed.
pub fn is_undeliverable(conn: &mut Conn, order: OrderId) -> Result<bool> {
    let left: OpenUnits = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE status <> 'failed') + (CASE WHEN count(*) = 0 THEN 1 ELSE 0 END) AS count FROM provisioning_jobs WHERE order_id = $1",
    )
    .bind::<SqlUuid, _>(order)
    .get_result(conn)?;
    Ok(left.count == 0)
}
