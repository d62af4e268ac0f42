//! All SQL of orders.

mod charges;
mod checkout;
mod money;
mod progress;

pub use charges::*;
pub use checkout::*;
pub use progress::*;

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Nullable, Timestamptz},
};
use platform::{
    Actor, Conn, Error, Result, Tx, any_of, list::number_pattern, page, people, prepared::Prepared,
};
use schema::{api_clients, esim_bundles, notifications, orders, plans, users};
use std::collections::HashMap;
use wire::{
    Currency, Decimal, EsimId, Money, OrderId, Page, Paging, Permission, PlanId, UserId,
    accounts::api_clients::ApiClientMode,
    billing::orders::{Order, OrderFilter, OrderKind, OrderSort, OrderStatus, PlanTerms},
    catalog::plans::Plan,
    identifier::order_number,
};

/// A row of the table of orders.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct OrderRow {
    pub id: OrderId,
    pub order_number: String,
    pub user_id: UserId,
    pub plan_id: PlanId,
    pub terms: serde_json::Value,
    pub kind: OrderKind,
    pub quantity: i32,
    pub region: Option<String>,
    pub unit_price: Money,
    pub unit_cost: Money,
    pub discount_amount: Money,
    pub tax_amount: Money,
    pub total_amount: Money,
    pub currency: Currency,
    pub status: OrderStatus,
    pub status_reason: Option<String>,
    pub reference: Option<String>,
    pub esim_id: Option<EsimId>,
    pub created_by: Option<UserId>,
    pub expires_at: Option<DateTime<Utc>>,
    pub reserved_until: Option<DateTime<Utc>>,
    pub paid_at: Option<DateTime<Utc>>,
    pub fulfilled_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl OrderRow {
    /// Returns the terms of the plan at the time of the order.
    pub fn terms(&self) -> Result<PlanTerms> {
        serde_json::from_value(self.terms.clone()).map_err(Error::internal)
    }
}

fn matching<'a>(filter: &OrderFilter, actor: &Actor) -> orders::BoxedQuery<'a, diesel::pg::Pg> {
    let mut rows = orders::table.into_boxed();
    if let Some(owner) = actor.owner_filter() {
        rows = rows.filter(orders::user_id.eq_any(people::customers_of(owner)));
    }
    if let Some(q) = &filter.q {
        rows = rows.filter(
            orders::order_number
                .like(number_pattern(&order_number(q)))
                .or(orders::reference.eq(q.clone())),
        );
    }
    rows = any_of!(rows, orders::status, filter.status);
    rows = any_of!(rows, orders::kind, filter.kind);
    if let Some(id) = filter.user_id {
        rows = rows.filter(orders::user_id.eq(id));
    }
    if let Some(id) = filter.esim_id {
        let delivered = esim_bundles::table
            .filter(esim_bundles::esim_id.eq(id))
            .select(esim_bundles::order_id);
        rows = rows.filter(orders::id.eq_any(delivered));
    }
    if let Some(id) = filter.plan_id {
        rows = rows.filter(orders::plan_id.eq(id));
    }
    rows = any_of!(rows, orders::currency, filter.currency);
    if let Some(from) = filter.created_at_from {
        rows = rows.filter(orders::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_to {
        rows = rows.filter(orders::created_at.lt(to));
    }
    rows
}

/// Returns a page of the orders that the actor may see.
pub fn page(
    conn: &mut Conn,
    actor: &Actor,
    filter: &OrderFilter,
    paging: &Paging<OrderSort>,
) -> Result<Page<Order>> {
    let page = page!(conn, paging, matching(filter, actor) => OrderRow, tie orders::id, {
        OrderSort::CreatedAt => orders::created_at, OrderSort::TotalAmount => orders::total_amount, OrderSort::UpdatedAt => orders::updated_at,
    })?;
    page.try_all(|rows| to_orders(conn, actor, rows))
}

/// Returns an order that the actor may see.
pub fn find(conn: &mut Conn, actor: &Actor, id: OrderId) -> Result<Order> {
    let row = matching(&OrderFilter::default(), actor)
        .filter(orders::id.eq(id))
        .select(OrderRow::as_select())
        .first(conn)?;
    to_orders(conn, actor, vec![row])?
        .pop()
        .ok_or_else(Error::not_found)
}

/// Converts rows to orders as the actor may see them: with the customers' names, and without costs where the actor may
/// not read them.
fn to_orders(conn: &mut Conn, actor: &Actor, rows: Vec<OrderRow>) -> Result<Vec<Order>> {
    let people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    let mut names = people::names(
        conn,
        &actor.keys,
        &people,
        people::is_masked_for(actor.role),
    )?;
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let (delivered, codes) = (delivered_at(conn, &ids)?, promo_codes(conn, &ids)?);
    let mut money = money::refunds_and_disputes(conn, &ids)?;
    let payments = money::last_changes(conn, &ids)?;
    let sees_costs = actor.can(Permission::CostsRead);
    let charged = if sees_costs {
        charges(conn, &ids)?
    } else {
        HashMap::new()
    };
    rows.into_iter()
        .map(|row| {
            let charge = charged.get(&row.id);
            let cost = Cost::calculate(&row, charge.map_or(&[], Vec::as_slice));
            let money = money.remove(&row.id).unwrap_or_default();
            Ok(Order {
                refund_state: money.state(),
                refunded_amount: money.refunded,
                pending_refund_amount: money.pending,
                refundable_payment_id: money.refundable,
                dispute_state: money.dispute_state,
                payment_updated_at: payments.get(&row.id).copied(),
                terms: row.terms()?,
                margin_amount: cost.margin(&row).filter(|_| sees_costs),
                customer: names.entry(row.user_id).or_default().clone(),
                delivered_at: delivered.get(&row.id).copied(),
                id: row.id,
                order_number: row.order_number,
                user_id: row.user_id,
                plan_id: row.plan_id,
                kind: row.kind,
                quantity: row.quantity,
                region: row.region,
                unit_price: row.unit_price,
                unit_cost: cost.unit.filter(|_| sees_costs),
                discount_amount: row.discount_amount,
                promo_code: codes.get(&row.id).cloned(),
                tax_amount: row.tax_amount,
                total_amount: row.total_amount,
                currency: row.currency,
                status: row.status,
                status_reason: row.status_reason,
                reference: row.reference,
                esim_id: row.esim_id,
                created_by: row.created_by,
                expires_at: row.expires_at,
                paid_at: row.paid_at,
                fulfilled_at: row.fulfilled_at,
                cancelled_at: row.cancelled_at,
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

/// Matches the deduplication keys of deliveries: an order's other emails, such as the payment instructions, are left
/// out.
const DELIVERIES: &str = "order-%";

/// Returns when each order's delivery was first sent; orders without one are left out.
fn delivered_at(conn: &mut Conn, ids: &[OrderId]) -> Result<HashMap<OrderId, DateTime<Utc>>> {
    let sent: Vec<(OrderId, DateTime<Utc>)> = notifications::table
        .filter(notifications::order_id.eq_any(ids))
        .filter(notifications::dedupe_key.like(DELIVERIES))
        .filter(notifications::sent_at.is_not_null())
        .order(notifications::sent_at.desc())
        .select((
            notifications::order_id.assume_not_null(),
            notifications::sent_at.assume_not_null(),
        ))
        .load(conn)?;
    // The rows are sorted by time, descending, so the map keeps the first delivery.
    Ok(sent.into_iter().collect())
}

/// Returns whether the customer belongs to an API client in test mode.
pub fn is_trial(conn: &mut Conn, id: UserId) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(
        users::table
            .inner_join(api_clients::table.on(users::client_id.eq(api_clients::id.nullable())))
            .filter(users::id.eq(id))
            .filter(api_clients::mode.eq(ApiClientMode::Test)),
    ))
    .get_result(conn)?)
}

/// Returns whether a user is the actor, or a customer of the actor's API client.
pub fn is_own_customer(conn: &mut Conn, actor: &Actor, id: UserId) -> Result<bool> {
    let Some(owner) = actor.owner_filter() else {
        return Ok(true);
    };
    Ok(diesel::select(diesel::dsl::exists(
        people::customers_of(owner).filter(users::id.eq(id)),
    ))
    .get_result(conn)?)
}

/// Returns a plan, if it is active.
pub fn plan(conn: &mut Conn, id: PlanId) -> Result<Option<Plan>> {
    Ok(plans::table
        .find(id)
        .filter(plans::deleted_at.is_null())
        .filter(plans::is_active)
        .select(Plan::as_select())
        .first(conn)
        .optional()?)
}

/// Returns an order, locked until the end of the transaction. Use [`super::lock_sale`] where its payments may change.
pub fn lock(tx: &mut Tx<'_>, id: OrderId) -> Result<OrderRow> {
    Ok(orders::table
        .find(id)
        .for_update()
        .select(OrderRow::as_select())
        .first(tx.conn())?)
}

/// Returns the status of an order.
pub fn status(conn: &mut Conn, id: OrderId) -> Result<OrderStatus> {
    Ok(orders::table.find(id).select(orders::status).first(conn)?)
}

diesel::define_sql_function! {
    /// Returns the first time, or the default where it is null.
    fn coalesce(first: Nullable<Timestamptz>, default: Timestamptz) -> Nullable<Timestamptz>;
}

/// Writes the status of a locked order, with the times that belong to the status.
pub fn set_status(
    tx: &mut Tx<'_>,
    id: OrderId,
    to: OrderStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let paid = matches!(to, OrderStatus::Paid).then_some(now);
    let fulfilled = matches!(to, OrderStatus::Fulfilled).then_some(now);
    let cancelled = matches!(to, OrderStatus::Cancelled).then_some(now);
    let update = diesel::update(orders::table.find(id)).set((
        orders::status.eq(to),
        orders::status_reason.eq(reason),
        orders::version.eq(orders::version + 1),
        // A retried order keeps the time it was paid at.
        paid.map(|at| orders::paid_at.eq(coalesce(orders::paid_at, at))),
        paid.map(|_| orders::cancelled_at.eq(None::<DateTime<Utc>>)),
        fulfilled.map(|at| orders::fulfilled_at.eq(at)),
        cancelled.map(|at| orders::cancelled_at.eq(at)),
    ));
    Prepared(update).execute(tx.conn())?;
    Ok(())
}

/// Converts megabytes of 1,000,000 bytes to bytes.
pub fn bytes(megabytes: &Decimal) -> Option<i64> {
    megabytes.whole().and_then(|mb| mb.checked_mul(1_000_000))
}
