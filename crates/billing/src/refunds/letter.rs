//! The letter that tells a customer what was given back, in the outbox with the transaction that notes it.

use super::query::{self, Payment, RefundRow};
use messaging::notifications::{self, EmailMessage};
use platform::{Result, Tx, crypto::Keyring};

/// Writes it, once per refund.
pub fn send(
    tx: &mut Tx<'_>,
    keys: &Keyring,
    (payment, row): (&Payment, &RefundRow),
    is_full: bool,
) -> Result<()> {
    let number = match payment.order_id {
        Some(id) => Some(query::sold(tx.conn(), id)?.order_number),
        None => None,
    };
    let amount = row.amount.in_currency(row.currency);
    let of = number.map_or_else(String::new, |number| format!(" for your order {number}"));
    let how = if is_full {
        "That is everything you have paid"
    } else {
        "That is a part of what you have paid"
    };
    let way = if payment.is_by_hand() {
        "We have sent it to you the way we have agreed."
    } else {
        "It goes back the way it came; depending on your bank it takes up to ten days to arrive."
    };
    notifications::notify(
        tx,
        keys,
        EmailMessage {
            user_id: payment.user_id,
            order_id: payment.order_id,
            esim_id: None,
            subject: format!("Your refund of {amount}"),
            text: format!("We have refunded {amount}. {how}{of}.\n\n{way}\n"),
            html: None,
            codes: Vec::new(),
            dedupe_key: format!("refund-{}", row.id),
        },
    )
}
