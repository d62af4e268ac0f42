//! What must hold for a bundle: one for each ordered unit, on the eSIM that the unit was given.

use super::query;
use platform::{Error, Result, Tx};
use wire::{BundleId, EsimId, OrderId, PlanId, ProblemCode, ProviderId};

/// The package that an ordered unit puts on an eSIM.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBundle {
    /// The order.
    pub order_id: OrderId,
    /// Which of the order's units, from 1.
    pub unit_no: i32,
    /// The eSIM that carries it.
    pub esim_id: EsimId,
    /// The plan that was sold.
    pub plan_id: PlanId,
    /// Who supplied it; none from stock of unknown origin.
    pub provider_id: Option<ProviderId>,
    /// The provider's own reference.
    pub provider_ref: Option<String>,
    /// The data in it; none is unlimited.
    pub total_bytes: Option<i64>,
}

/// Opens a unit's bundle. Asked again for the same unit and eSIM, it answers with the bundle that is there.
pub fn open(tx: &mut Tx<'_>, new: NewBundle) -> Result<BundleId> {
    query::insert(tx, &new)?;
    match query::of_unit(tx.conn(), new.order_id, new.unit_no)? {
        Some((id, Some(esim))) if esim == new.esim_id => Ok(id),
        _ => Err(Error::because(
            ProblemCode::Conflict,
            "This unit of the order has another eSIM already, or the eSIM another unit of it.",
        )),
    }
}
