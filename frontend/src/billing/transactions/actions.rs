//! The bulk refund of payments, and the address of the refund form.

use kit::{
    api,
    page::{Action, action_with_reason},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission, Resource,
    billing::{
        refunds::{NewRefund, Refund, RefundReason},
        transactions::{Transaction, TransactionStatus},
    },
};

/// Refunds the remaining amount of each payment.
pub fn refund() -> Action<Transaction> {
    action_with_reason(
        "Refund",
        "queued for refund",
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
            let key = kit::ids::uuid();
            api::create::<Refund>(&new, &key).await.map(drop)
        },
    )
    .asks("The remaining amount of each payment is refunded. Amounts above the limit for one person wait for a second approval.")
    .when(|paid| paid.status == TransactionStatus::Completed)
    .bulk_request("refund")
    .icon(Icon::Undo2)
    .danger()
}

/// Returns the address of the refund form, for completed payments.
pub fn refund_at(paid: &Transaction) -> Option<String> {
    (paid.status == TransactionStatus::Completed)
        .then(|| format!("/billing/refunds/new?transaction_id={}", paid.id()))
}
