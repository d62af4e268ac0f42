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

type Paid = InnerJoin<disputes::table, transactions::table>;

fn matching(filter: &DisputeFilter) -> IntoBoxed<'static, Paid, Pg> {
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

/// A page of disputes.
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

/// One dispute.
pub fn find(conn: &mut Conn, id: DisputeId) -> Result<Dispute> {
    Ok(matching(&DisputeFilter::default())
        .filter(disputes::id.eq(id))
        .select(Dispute::as_select())
        .first(conn)?)
}

/// How much an eSIM had used at a moment.
#[derive(Queryable)]
pub struct Reading {
    pub recorded_at: DateTime<Utc>,
    pub iccid: String,
    pub used_bytes: i64,
}

/// Returns the last readings of an order's eSIMs since its bundles were added, the newest first. Readings without usage
/// are left out.
pub fn readings(conn: &mut Conn, order: OrderId, most: i64) -> Result<Vec<Reading>> {
    let ordered = esim_bundles::table
        .filter(esim_bundles::order_id.eq(order))
        .filter(esim_bundles::esim_id.eq(esims::id.nullable()))
        .filter(esim_bundles::created_at.lt(esim_data_usage::period_end));
    Ok(esim_data_usage::table
        .inner_join(esims::table)
        .filter(exists(ordered))
        .filter(esim_data_usage::used_bytes.gt(0))
        .order((esim_data_usage::recorded_at.desc(), esims::iccid))
        .limit(most)
        .select((
            esim_data_usage::recorded_at,
            esims::iccid,
            esim_data_usage::used_bytes,
        ))
        .load(conn)?)
}

/// The payment that the gateway calls so, held: news of one payment wait for each other.
pub fn payment(tx: &mut Tx<'_>, gateway: &str, id: &str) -> Result<Option<TransactionId>> {
    let named = transactions::gateway_transaction_id
        .eq(id)
        .or(transactions::gateway_payment_id.eq(id));
    Ok(transactions::table
        .filter(transactions::payment_gateway.eq(gateway))
        .filter(named)
        .select(transactions::id)
        .for_update()
        .first(tx.conn())
        .optional()?)
}

/// How far a dispute is known to have come.
pub fn state(tx: &mut Tx<'_>, gateway: &str, id: &str) -> Result<Option<DisputeState>> {
    Ok(disputes::table
        .filter(disputes::gateway.eq(gateway))
        .filter(disputes::gateway_dispute_id.eq(id))
        .select(disputes::state)
        .first(tx.conn())
        .optional()?)
}

/// What was heard of a dispute.
#[derive(Insertable)]
#[diesel(table_name = disputes)]
pub struct Heard<'a> {
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

/// Keeps it, and says at the payment how far its dispute is.
pub fn keep(tx: &mut Tx<'_>, heard: &Heard<'_>) -> Result<DisputeId> {
    let id = diesel::insert_into(disputes::table)
        .values(heard)
        .on_conflict((disputes::gateway, disputes::gateway_dispute_id))
        .do_update()
        .set((
            disputes::state.eq(heard.state),
            disputes::amount.eq(&heard.amount),
            disputes::due_by.eq(heard.due_by),
            disputes::closed_at.eq(heard.closed_at),
        ))
        .returning(disputes::id)
        .get_result(tx.conn())?;
    diesel::update(transactions::table.find(heard.transaction_id))
        .set(transactions::dispute_state.eq(heard.state.as_str()))
        .execute(tx.conn())?;
    Ok(id)
}
