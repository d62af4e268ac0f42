//! The actions on a case.

use super::{is_free, is_mine};
use kit::{
    api,
    page::{Action, action, action_with_reason},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    billing::reconciliation::{Case, CaseAction, EscalateCase, ResolveCase},
};

/// Claims the case.
pub fn claim() -> Action<Case> {
    action(
        "Assign to me",
        "is locked to you for 15 minutes",
        Permission::CasesWrite,
        |case: Case| async move { api::post_action(&case, "claim", &()).await },
    )
    .when(is_free)
    .icon(Icon::Inbox)
    .primary()
    .key("c")
}

/// Releases the case.
pub fn release() -> Action<Case> {
    action(
        "Release",
        "released",
        Permission::CasesWrite,
        |case: Case| async move { api::post_action(&case, "release", &()).await },
    )
    .when(is_mine)
    .icon(Icon::Undo2)
}

/// Escalates the case to another person.
pub fn escalate() -> Action<Case> {
    action_with_reason(
        "Escalate",
        "escalated",
        Permission::CasesWrite,
        Reason::Required,
        |case: Case, reason| async move {
            api::post_action(&case, "escalate", &EscalateCase { reason }).await
        },
    )
    .asks("Another person takes over the case. Enter what has to be decided.")
    .when(is_mine)
    .icon(Icon::TriangleAlert)
}

/// Returns the actions that resolve a case.
pub fn resolutions() -> [Action<Case>; 8] {
    [
        resolve(
            CaseAction::RetryOrder,
            "Missing eSIMs are taken from stock or ordered from the providers again. Nothing is delivered twice.",
            Icon::RotateCcw,
        )
        .primary(),
        resolve(
            CaseAction::Refund,
            "A refund of the whole refundable amount is requested. Above the limit for one person, a second person approves it.",
            Icon::Undo2,
        ),
        resolve(
            CaseAction::RetryRefund,
            "The server asks the gateway for the result. If the gateway has declined the refund, the server requests it again.",
            Icon::RotateCcw,
        )
        .primary(),
        resolve(
            CaseAction::BookRefund,
            "The refund that was made at the gateway is recorded here too, with its credit note. No money is paid out.",
            Icon::Check,
        )
        .primary(),
        resolve(
            CaseAction::AcceptAmount,
            "The received amount counts as the payment, and the order continues. A lower amount is recorded as a discount. The excess of a higher amount has to be refunded outside.",
            Icon::Check,
        )
        .primary(),
        resolve(
            CaseAction::RefundReceived,
            "The order is cancelled, and a refund of the received amount is requested.",
            Icon::Undo2,
        ),
        resolve(
            CaseAction::CancelOrder,
            "The order is not delivered. A received amount has to be refunded at the gateway.",
            Icon::Ban,
        )
        .danger(),
        resolve(
            CaseAction::SettleOutside,
            "The case was resolved outside, such as an eSIM that was cancelled at the provider, or needs no action, such as a low margin that is accepted. The same finding does not open a case again.",
            Icon::Check,
        ),
    ]
}

fn resolve(action: CaseAction, text: &'static str, icon: Icon) -> Action<Case> {
    action_with_reason(
        label(action),
        "resolved",
        Permission::CasesWrite,
        Reason::Required,
        move |case: Case, reason| async move {
            api::post_action(&case, "resolve", &ResolveCase { action, reason }).await
        },
    )
    .asks(text)
    .when(move |case| is_mine(case) && case.actions.contains(&action))
    .icon(icon)
}

/// Returns the label of an action.
pub const fn label(action: CaseAction) -> &'static str {
    match action {
        CaseAction::RetryOrder => "Retry order",
        CaseAction::Refund => "Refund payment",
        CaseAction::RetryRefund => "Retry refund",
        CaseAction::BookRefund => "Record refund",
        CaseAction::AcceptAmount => "Accept amount",
        CaseAction::RefundReceived => "Refund received amount",
        CaseAction::CancelOrder => "Cancel order",
        CaseAction::SettleOutside => "Resolve",
    }
}
