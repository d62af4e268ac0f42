//! SQL of bundles.

use super::NewBundle;
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use schema::esim_bundles;
use wire::{BundleId, EsimId, OrderId};

/// Inserts a bundle, unless the unit has one or the order has one for this eSIM.
pub fn insert(tx: &mut Tx<'_>, new: &NewBundle) -> Result<()> {
    diesel::insert_into(esim_bundles::table)
        .values((
            esim_bundles::id.eq(BundleId::new()),
            esim_bundles::order_id.eq(new.order_id),
            esim_bundles::unit_no.eq(new.unit_no),
            esim_bundles::esim_id.eq(new.esim_id),
            esim_bundles::plan_id.eq(new.plan_id),
            esim_bundles::provider_id.eq(new.provider_id),
            esim_bundles::provider_ref.eq(&new.provider_ref),
            esim_bundles::total_bytes.eq(new.total_bytes),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the ids at the provider of the bundles on an eSIM, without those of an order.
pub fn provider_refs(conn: &mut Conn, esim: EsimId, except: OrderId) -> Result<Vec<String>> {
    Ok(esim_bundles::table
        .filter(esim_bundles::esim_id.eq(esim))
        .filter(esim_bundles::order_id.ne(except))
        .filter(esim_bundles::provider_ref.is_not_null())
        .select(esim_bundles::provider_ref.assume_not_null())
        .load(conn)?)
}

/// Returns the bundle of a unit and its eSIM.
pub fn find_by_unit(
    conn: &mut Conn,
    order: OrderId,
    unit_no: i32,
) -> Result<Option<(BundleId, Option<EsimId>)>> {
    Ok(esim_bundles::table
        .filter(esim_bundles::order_id.eq(order))
        .filter(esim_bundles::unit_no.eq(unit_no))
        .select((esim_bundles::id, esim_bundles::esim_id))
        .first(conn)
        .optional()?)
}

/// Cancels the bundle of an order on an eSIM. Returns whether it was cancelled now, not before.
pub fn cancel(tx: &mut Tx<'_>, order: OrderId, esim: EsimId) -> Result<bool> {
    use diesel::sql_types::Uuid;
    let cancelled = diesel::sql_query(
        "UPDATE esim_bundles SET status = 'cancelled' WHERE order_id = $1 AND esim_id = $2 AND status <> 'cancelled'",
    )
    .bind::<Uuid, _>(order)
    .bind::<Uuid, _>(esim)
    .execute(tx.conn())?;
    Ok(cancelled > 0)
}
