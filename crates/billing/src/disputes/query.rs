//! All SQL of disputes.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{InnerJoin, IntoBoxed, exists},
    pg::Pg,
    prelude::*,
};
use platform::{Actor, Conn, Result, Tx, any_of, page};
use schema::{disputes, esim_bundles, esim_data_usage, esims, transactions};
use wire::{
    Currency, DisputeId, Money, OrderId, Page, Paging, TransactionId,
    billing::disputes::{Dispute, DisputeFilter, DisputeSort, DisputeState},
};

type WithPayment = InnerJoin<disputes::table, transactions::table>;

fn matching(filter: &DisputeFilter) -> IntoBoxed<'static, WithPayment, Pg> {
    let mut rows = disputes::table.inner_join(transactions::table).into_boxed();
    if let Some(q) = &filter.q {
        rows = rows.filter(disputes::gateway_dispute_id.eq(q.clone()));
    }
    rows = any_of!(rows, disputes::state, filter.state);
    if let Some(id) = filter.transaction_id {
        rows = rows.filter(disputes::transaction_id.eq(id));
    }
    if let Some(id) = filter.user_id {
        rows = rows.filter(transactions::user_id.eq(id));
    }
    rows = any_of!(rows, disputes::currency, filter.currency);
    if let Some(from) = filter.closed_at_from {
        rows = rows.filter(disputes::closed_at.ge(from));
    }
    if let Some(to) = filter.closed_at_to {
        rows = rows.filter(disputes::closed_at.lt(to));
    }
    if let Some(to) = filter.due_by_to {
        rows = rows.filter(disputes::due_by.lt(to));
    }
    rows
}

/// Returns a page of disputes.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &DisputeFilter,
    paging: &Paging<DisputeSort>,
) -> Result<Page<Dispute>> {
    page!(conn, paging, matching(filter) => Dispute, tie disputes::id, {
        DisputeSort::CreatedAt => disputes::created_at, DisputeSort::DueBy => nullable disputes::due_by, DisputeSort::Amount => disputes::amount,
    })
}

/// Returns a dispute.
pub fn find(conn: &mut Conn, id: DisputeId) -> Result<Dispute> {
    Ok(matching(&DisputeFilter::default())
        .filter(disputes::id.eq(id))
        .select(Dispute::as_select())
        .first(conn)?)
}

/// The usage of an eSIM at a time.
#[derive(Queryable)]
pub struct Reading {
    pub recorded_at: DateTime<Utc>,
    pub iccid: String,
    pub used_bytes: i64,
}

/// Returns the last readings of an order's eSIMs since its bundles were added, the newest first. Readings without usage
/// are left out.
pub fn readings(conn: &mut Conn, order: OrderId, limit: i64) -> Result<Vec<Reading>> {
    let ordered = esim_bundles::table
        .filter(esim_bundles::order_id.eq(order))
        .filter(esim_bundles::esim_id.eq(esims::id.nullable()))
        .filter(esim_bundles::created_at.lt(esim_data_usage::period_end));
    Ok(esim_data_usage::table
        .inner_join(esims::table)
        .filter(exists(ordered))
        .filter(esim_data_usage::used_bytes.gt(0))
        .order((esim_data_usage::recorded_at.desc(), esims::iccid))
        .limit(limit)
        .select((
            esim_data_usage::recorded_at,
            esims::iccid,
            esim_data_usage::used_bytes,
        ))
        .load(conn)?)
}

/// Returns the state of a dispute, if the dispute is known.
pub fn state(tx: &mut Tx<'_>, gateway: &str, id: &str) -> Result<Option<DisputeState>> {
    Ok(disputes::table
        .filter(disputes::gateway.eq(gateway))
        .filter(disputes::gateway_dispute_id.eq(id))
        .select(disputes::state)
        .first(tx.conn())
        .optional()?)
}

/// A dispute as the gateway reports it.
#[derive(Insertable)]
#[diesel(table_name = disputes)]
pub struct DisputeReport<'a> {
    pub id: DisputeId,
    pub transaction_id: TransactionId,
    pub gateway: &'a str,
    pub gateway_dispute_id: &'a str,
    pub state: DisputeState,
    pub reason: Option<&'a str>,
    pub amount: Money,
    pub currency: Currency,
    pub due_by: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Inserts or updates a dispute, and writes its state to the payment.
pub fn upsert(tx: &mut Tx<'_>, report: &DisputeReport<'_>) -> Result<DisputeId> {
    let id = diesel::insert_into(disputes::table)
        .values(report)
        .on_conflict((disputes::gateway, disputes::gateway_dispute_id))
        .do_update()
        .set((
            disputes::state.eq(report.state),
            disputes::amount.eq(&report.amount),
            disputes::due_by.eq(report.due_by),
            disputes::closed_at.eq(report.closed_at),
        ))
        .returning(disputes::id)
        .get_result(tx.conn())?;
    diesel::update(transactions::table.find(report.transaction_id))
        .set(transactions::dispute_state.eq(report.state.as_str()))
        .execute(tx.conn())?;
    Ok(id)
}
