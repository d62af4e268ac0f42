//! The email about a refund, put into the outbox in the transaction that marks the refund as processed.

use super::query::{self, Payment, RefundRow};
use messaging::{
    emails::EmailTemplate,
    notifications::{self, EmailMessage},
};
use platform::{Result, Tx, crypto::Keyring};

/// Puts the email about a processed refund into the outbox, once per refund.
pub fn send_refund(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    payment: &Payment,
    row: &RefundRow,
    is_full: bool,
) -> Result<()> {
    let order_number = match payment.order_id {
        Some(id) => Some(query::sold_order(tx.conn(), id)?.order_number),
        None => None,
    };
    notifications::notify(
        tx,
        keys,
        EmailMessage {
            user_id: payment.user_id,
            order_id: payment.order_id,
            esim_id: None,
            template: EmailTemplate::RefundProcessed {
                amount: row.amount.in_currency(row.currency),
                is_full,
                order_number,
                is_paid_out_manually: payment.is_paid_out_manually(),
            },
            dedupe_key: format!("refund-{}", row.id),
        },
    )
}
