//! The steps of customers as analytics events: written in the transaction of the step, so that each step has its event. Steps of
//! test customers have none.

use crate::{
    db::Tx,
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;
use wire::{EsimId, OrderId, RefundId, insights::analytics::EventType};

/// A delivered top-up is a step of its own.
const ORDER_STEP: &str = "INSERT INTO analytics_events (id, event_uid, event_type, user_id, esim_id, metadata, created_at) \
    SELECT $1, s.step || ':' || o.id, s.step, o.user_id, o.esim_id, jsonb_build_object('order_id', o.id, 'plan_id', o.plan_id), $4 \
    FROM orders o CROSS JOIN LATERAL (SELECT CASE WHEN $3 = 'delivered' AND o.kind = 'topup' THEN 'topped_up' ELSE $3 END AS step) s \
    WHERE o.id = $2 AND NOT o.is_test \
        AND NOT EXISTS (SELECT 1 FROM analytics_events e WHERE e.event_uid = s.step || ':' || o.id AND e.user_id = o.user_id)";

/// Records that an order was placed, paid or delivered. An order has each step once.
pub fn record_order_step(
    tx: &mut Tx<'_>,
    order: OrderId,
    step: EventType,
    at: DateTime<Utc>,
) -> Result<()> {
    execute(tx, ORDER_STEP, order.0, step, at)
}

const REFUND: &str = "INSERT INTO analytics_events (id, event_uid, event_type, user_id, esim_id, metadata, created_at) \
    SELECT $1, $3 || ':' || r.id, $3, t.user_id, t.esim_id, jsonb_build_object('order_id', t.order_id, 'plan_id', t.plan_id), $4 \
    FROM refunds r JOIN transactions t ON t.id = r.transaction_id \
    WHERE r.id = $2 AND NOT is_test_sale(t.order_id, t.user_id)";

/// Records that a refund was paid out.
pub fn record_refund(tx: &mut Tx<'_>, refund: RefundId, at: DateTime<Utc>) -> Result<()> {
    execute(tx, REFUND, refund.0, EventType::Refunded, at)
}

fn execute(
    tx: &mut Tx<'_>,
    statement: &str,
    subject: Uuid,
    step: EventType,
    at: DateTime<Utc>,
) -> Result<()> {
    diesel::sql_query(statement)
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<SqlUuid, _>(subject)
        .bind::<Text, _>(step.as_str())
        .bind::<Timestamptz, _>(at)
        .execute(tx.conn())
        .map(drop)
        .map_err(Error::from)
}

const ESIM_STEP: &str = "INSERT INTO analytics_events (id, event_uid, event_type, user_id, esim_id, metadata, created_at) \
    SELECT gen_random_uuid(), $2 || ':' || e.id, $2, e.user_id, e.id, jsonb_build_object('plan_id', e.plan_id), now() \
    FROM esims e WHERE e.id = ANY($1) AND e.user_id IS NOT NULL AND NOT is_test_user(e.user_id) \
        AND NOT EXISTS (SELECT 1 FROM analytics_events a WHERE a.esim_id = e.id AND a.event_type = $2)";

/// Records that eSIMs were installed or used for the first time. An eSIM without an owner has no steps.
pub fn record_esim_steps(tx: &mut Tx<'_>, esims: &[EsimId], step: EventType) -> Result<()> {
    if esims.is_empty() {
        return Ok(());
    }
    diesel::sql_query(ESIM_STEP)
        .bind::<Array<SqlUuid>, _>(esims.to_vec())
        .bind::<Text, _>(step.as_str())
        .execute(tx.conn())?;
    Ok(())
}
