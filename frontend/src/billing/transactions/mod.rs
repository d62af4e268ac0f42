//! Payments: what was asked for, what came in.

mod acts;
mod detail;
mod list;
mod story;

use kit::{Screen, ui::Tone};
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

/// How far it has come.
pub fn status(paid: &Transaction) -> (&'static str, Tone) {
    let tone = match paid.status {
        TransactionStatus::Pending => Tone::Waiting,
        TransactionStatus::Completed => Tone::Good,
        TransactionStatus::Failed => Tone::Bad,
        TransactionStatus::Refunded => Tone::News,
        TransactionStatus::Cancelled => Tone::Neutral,
    };
    (paid.status.as_str(), tone)
}
