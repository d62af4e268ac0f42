//! What can be done with a refund.

use kit::{
    api,
    format::money,
    page::{Act, act, act_for},
    session,
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    billing::refunds::{ConfirmRefund, Refund, RefundStage, RejectRefund},
};

/// Reasons that most rejections have.
const REASONS: &[(&str, &str)] = &[
    ("Used", "The data was used."),
    ("Too late", "The plan's time is over."),
    (
        "Works",
        "The eSIM works; support has helped the customer to install it.",
    ),
    (
        "Given before",
        "The customer was given something else for it.",
    ),
];

/// Has it paid.
pub fn approve() -> Act<Refund> {
    act(
        "Approve",
        "approved",
        Permission::RefundsDecide,
        |refund: Refund| async move { api::act(&refund, "approve", &()).await },
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

/// Says no.
pub fn reject() -> Act<Refund> {
    act_for(
        "Reject",
        "rejected",
        Permission::RefundsDecide,
        Reason::Suggested(REASONS),
        |refund: Refund, reason| async move {
            api::act(&refund, "reject", &RejectRefund { reason }).await
        },
    )
    .asks("No money is paid out. The person who requested it sees the reason.")
    .when(|refund| refund.stage == RefundStage::Requested)
    .icon(Icon::Ban)
    .danger()
    .key("x")
}

/// Has the gateway asked once more.
pub fn retry() -> Act<Refund> {
    act(
        "Try again",
        "on its way again",
        Permission::RefundsDecide,
        |refund: Refund| async move { api::act(&refund, "retry", &()).await },
    )
    .asks("The gateway has refused it clearly, so nothing is paid twice.")
    .when(|refund| refund.stage == RefundStage::Failed)
    .icon(Icon::RotateCcw)
    .primary()
}

/// Notes that it was paid by hand.
pub fn confirm() -> Act<Refund> {
    act_for(
        "Confirm as paid",
        "paid",
        Permission::RefundsDecide,
        Reason::Required,
        |refund: Refund, reference| async move {
            api::act(&refund, "confirm", &ConfirmRefund { reference }).await
        },
    )
    .titled(|refund| {
        let amount = money(&refund.amount, refund.currency);
        format!("{amount} was paid to {}?", refund.customer)
    })
    .asks("This payment did not come through a gateway. Enter as the reason what the bank or the wallet calls your payment.")
    .when(|refund| refund.stage == RefundStage::ToPayOut)
    .icon(Icon::CircleCheck)
    .primary()
}

/// Whether this person may approve it: above the threshold, not who has asked for it.
fn may_be_approved(refund: &Refund) -> bool {
    let is_own = refund.requested_by.is_some() && refund.requested_by == me();
    refund.stage == RefundStage::Requested && !(is_own && refund.needs_second_person == Some(true))
}

/// Who looks.
pub fn me() -> Option<wire::UserId> {
    leptos::prelude::untrack(session::user).map(|me| me.id)
}
