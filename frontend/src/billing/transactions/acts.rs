//! What can be done with payments.

use kit::{
    api,
    page::{Act, act_for},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission, Resource,
    billing::{
        refunds::{NewRefund, Refund, RefundReason},
        transactions::{Transaction, TransactionStatus},
    },
};

/// Gives back all that is left of each.
pub fn refund() -> Act<Transaction> {
    act_for(
        "Refund",
        "to be refunded",
        Permission::RefundsRequest,
        Reason::Required,
        |paid: Transaction, reason| async move {
            let new = NewRefund {
                transaction_id: paid.id,
                amount: None,
                reason_code: RefundReason::Other,
                reason: Some(reason),
                effect: None,
            };
            let key = kit::chance::uuid();
            api::create::<Refund>(&new, &key).await.map(drop)
        },
    )
    .asks("All that is left of each payment is refunded. Amounts above the limit for one person wait for a second person.")
    .when(|paid| paid.status == TransactionStatus::Completed)
    .at_once("refund")
    .icon(Icon::Undo2)
    .danger()
}

/// Where a refund of this one is asked for, while something is left.
pub fn refund_at(paid: &Transaction) -> Option<String> {
    (paid.status == TransactionStatus::Completed)
        .then(|| format!("/billing/refunds/new?transaction_id={}", paid.id()))
}
