//! The actions on a refund.

use kit::{
    api,
    format::money,
    page::{Action, action, action_with_reason},
    session,
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    billing::refunds::{ConfirmRefund, Refund, RefundStage, RejectRefund},
};

/// Suggested reasons for a rejection.
const REASONS: &[(&str, &str)] = &[
    ("Data used", "The data was used."),
    ("Expired", "The validity of the plan has ended."),
    (
        "eSIM works",
        "The eSIM works. Support helped the customer to install it.",
    ),
    (
        "Compensated",
        "The customer has already been compensated in another way.",
    ),
];

/// Approves the refund, which sends it to the gateway.
pub fn approve() -> Action<Refund> {
    action(
        "Approve",
        "approved",
        Permission::RefundsDecide,
        |refund: Refund| async move { api::post_action(&refund, "approve", &()).await },
    )
    .titled(|refund| {
        let amount = money(&refund.amount, refund.currency);
        format!("Refund {amount} to {}?", refund.customer)
    })
    .asks("The refund is sent to the gateway now. The page shows what happens to the eSIMs.")
    .when(may_be_approved)
    .icon(Icon::Check)
    .primary()
    .key("a")
}

/// Rejects the refund with a reason.
pub fn reject() -> Action<Refund> {
    action_with_reason(
        "Reject",
        "rejected",
        Permission::RefundsDecide,
        Reason::Suggested(REASONS),
        |refund: Refund, reason| async move {
            api::post_action(&refund, "reject", &RejectRefund { reason }).await
        },
    )
    .asks("No money is paid out. The requester sees the reason.")
    .when(|refund| refund.stage == RefundStage::Requested)
    .icon(Icon::Ban)
    .danger()
    .key("x")
}

/// Requests the refund at the gateway again.
pub fn retry() -> Action<Refund> {
    action(
        "Retry refund",
        "sent to the gateway again",
        Permission::RefundsDecide,
        |refund: Refund| async move { api::post_action(&refund, "retry", &()).await },
    )
    .asks("The gateway has declined the refund, so nothing is paid twice.")
    .when(|refund| refund.stage == RefundStage::Failed)
    .icon(Icon::RotateCcw)
    .primary()
}

/// Records that the refund was paid out manually.
pub fn confirm() -> Action<Refund> {
    action_with_reason(
        "Mark as paid",
        "paid",
        Permission::RefundsDecide,
        Reason::Required,
        |refund: Refund, reference| async move {
            api::post_action(&refund, "confirm", &ConfirmRefund { reference }).await
        },
    )
    .titled(|refund| {
        let amount = money(&refund.amount, refund.currency);
        format!("Mark {amount} as paid to {}?", refund.customer)
    })
    .asks("This payment did not come through a gateway. Enter the reference of your payout as the reason.")
    .when(|refund| refund.stage == RefundStage::ToPayOut)
    .icon(Icon::CircleCheck)
    .primary()
}

/// Returns true if the current user may approve the refund. Above the threshold, the requester may not approve it.
fn may_be_approved(refund: &Refund) -> bool {
    let is_own = refund.requested_by.is_some() && refund.requested_by == current_user_id();
    refund.stage == RefundStage::Requested && !(is_own && refund.needs_second_person == Some(true))
}

/// Returns the ID of the current user.
pub fn current_user_id() -> Option<wire::UserId> {
    leptos::prelude::untrack(session::user).map(|me| me.id)
}
