//! The email about a refund, put into the outbox in the transaction that marks the refund as processed.

use super::query::{self, Payment, RefundRow};
use messaging::notifications::{self, EmailMessage};
use platform::{Result, Tx, crypto::Keyring};

/// Puts the email about a processed refund into the outbox, once per refund.
pub fn send_refund(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    payment: &Payment,
    row: &RefundRow,
    is_full: bool,
) -> Result<()> {
    let number = match payment.order_id {
        Some(id) => Some(query::sold_order(tx.conn(), id)?.order_number),
        None => None,
    };
    let amount = row.amount.in_currency(row.currency);
    let order = number.map_or_else(String::new, |number| format!(" for your order {number}"));
    let how = if is_full {
        "This is the full amount you paid"
    } else {
        "This is a part of the amount you paid"
    };
    let way = if payment.is_paid_out_manually() {
        "We sent it to you in the way we agreed."
    } else {
        "It is returned to your original payment method; depending on your bank, this takes a maximum of ten days."
    };
    notifications::notify(
        tx,
        keys,
        EmailMessage {
            user_id: payment.user_id,
            order_id: payment.order_id,
            esim_id: None,
            subject: format!("Your refund of {amount}"),
            text: format!("We have refunded {amount}. {how}{order}.\n\n{way}\n"),
            html: None,
            codes: Vec::new(),
            dedupe_key: format!("refund-{}", row.id),
        },
    )
}
