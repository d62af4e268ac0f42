//! The lock of a sale: an order together with its payments.
//!
//! Every process that changes a payment, a refund or an order takes this lock first. Because the rows are always locked
//! in the same order (payments by id, then the order), two processes wait for each other and never deadlock.

use super::query::{self, OrderRow};
use crate::transactions;
use platform::{Result, Tx};
use wire::{OrderId, TransactionId, billing::transactions::Transaction};

/// Locks the payments of an order by id, then the order, until the end of the transaction. Returns the order.
pub fn lock_sale(tx: &mut Tx<'_>, order: OrderId) -> Result<OrderRow> {
    transactions::query::lock_payments_of(tx, order)?;
    query::lock(tx, order)
}

/// Locks the sale that a payment belongs to; a payment without an order is locked alone. Returns the payment, or `None`
/// where no payment has this id.
pub fn lock_sale_of(tx: &mut Tx<'_>, payment: TransactionId) -> Result<Option<Transaction>> {
    match transactions::query::order_of(tx.conn(), payment)? {
        None => return Ok(None),
        Some(Some(order)) => {
            lock_sale(tx, order)?;
        }
        Some(None) => transactions::query::lock(tx, payment)?,
    }
    transactions::query::payment(tx.conn(), payment).map(Some)
}
