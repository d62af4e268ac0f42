//! Business rules of bundles: each ordered unit has one bundle, on the eSIM of the unit.

use super::query;
use platform::{Error, Result, Tx};
use wire::{BundleId, EsimId, OrderId, PlanId, ProblemCode, ProviderId};

/// A bundle to be created for an ordered unit.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBundle {
    /// The order.
    pub order_id: OrderId,
    /// The number of the unit within the order, from 1.
    pub unit_no: i32,
    /// The eSIM of the bundle.
    pub esim_id: EsimId,
    /// The plan that was sold.
    pub plan_id: PlanId,
    /// The provider; `None` for stock of unknown origin.
    pub provider_id: Option<ProviderId>,
    /// The reference of the provider.
    pub provider_ref: Option<String>,
    /// The data allowance; `None` is unlimited.
    pub total_bytes: Option<i64>,
}

/// Opens the bundle of a unit. A repeated call for the same unit and eSIM returns the existing bundle. The validity of a plan
/// that begins with the purchase begins here.
pub fn open(tx: &mut Tx<'_>, new: NewBundle) -> Result<BundleId> {
    query::insert(tx, &new)?;
    query::begin_with_purchase(tx, new.order_id, new.unit_no)?;
    match query::find_by_unit(tx.conn(), new.order_id, new.unit_no)? {
        Some((id, Some(esim))) if esim == new.esim_id => Ok(id),
        _ => Err(Error::with_detail(
            ProblemCode::Conflict,
            "This unit already has another eSIM, or the eSIM belongs to another unit of the order.",
        )),
    }
}
