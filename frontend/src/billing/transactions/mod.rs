//! Transactions: the payments of orders.

mod actions;
mod detail;
mod list;
pub mod record;
mod timeline;

use super::orders::{dispute_badge, refund_badge};
use kit::{
    Screen,
    format::money,
    ui::{Tone, Value},
};
use wire::{
    Permission,
    billing::transactions::{Transaction, TransactionStatus},
};

/// The screens of payments.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/transactions",
        title: "Transactions",
        needs: Permission::TransactionsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/transactions/{id}",
        title: "Transaction",
        needs: Permission::TransactionsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the status badge of a payment.
pub fn status(paid: &Transaction) -> (&'static str, Tone) {
    status_badge(paid.status)
}

/// Returns the badge of a status.
pub const fn status_badge(status: TransactionStatus) -> (&'static str, Tone) {
    let tone = match status {
        TransactionStatus::Pending => Tone::Waiting,
        TransactionStatus::Completed => Tone::Good,
        TransactionStatus::Failed => Tone::Bad,
        TransactionStatus::Refunded => Tone::Info,
        TransactionStatus::Cancelled => Tone::Neutral,
    };
    (status.as_str(), tone)
}

/// Returns the badge of the refunds of a payment, with the amount.
fn refunded(paid: &Transaction) -> Option<(String, Tone)> {
    let amount = money(&paid.refunded_amount, paid.currency);
    Some(refund_badge(paid.refund_state()?, &amount))
}

/// Returns the badge of the dispute of a payment.
fn disputed(paid: &Transaction) -> Option<(String, Tone)> {
    dispute_badge(paid.dispute_state.as_deref())
}

/// Returns the status with the badges of refunds and disputes, for lists.
pub fn status_badges(paid: &Transaction) -> Value {
    let (word, tone) = status(paid);
    // The status already shows a full refund.
    let refunded = refunded(paid).filter(|_| paid.status != TransactionStatus::Refunded);
    let also = [refunded, disputed(paid)];
    also.into_iter()
        .flatten()
        .fold(Value::state(word, tone), |value, (text, tone)| {
            value.also(text, tone)
        })
}
