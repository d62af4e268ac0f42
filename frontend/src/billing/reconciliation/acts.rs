//! What can be done with a case.

use super::{is_free, is_mine};
use kit::{
    api,
    page::{Act, act, act_for},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    billing::reconciliation::{Case, CaseAction, EscalateCase, ResolveCase},
};

/// Takes it up.
pub fn claim() -> Act<Case> {
    act(
        "Assign to me",
        "is locked to you for 15 minutes",
        Permission::CasesWrite,
        |case: Case| async move { api::act(&case, "claim", &()).await },
    )
    .when(is_free)
    .icon(Icon::Inbox)
    .primary()
    .key("c")
}

/// Lays it back.
pub fn release() -> Act<Case> {
    act(
        "Release",
        "released",
        Permission::CasesWrite,
        |case: Case| async move { api::act(&case, "release", &()).await },
    )
    .when(is_mine)
    .icon(Icon::Undo2)
}

/// Calls for help.
pub fn escalate() -> Act<Case> {
    act_for(
        "Escalate",
        "escalated",
        Permission::CasesWrite,
        Reason::Required,
        |case: Case, reason| async move { api::act(&case, "escalate", &EscalateCase { reason }).await },
    )
    .asks("Another person takes over the case. Enter what has to be decided.")
    .when(is_mine)
    .icon(Icon::TriangleAlert)
}

/// Everything that puts a case right.
pub fn all() -> [Act<Case>; 8] {
    [
        by(
            CaseAction::RetryOrder,
            "Retry the order",
            "Missing eSIMs are taken from stock or ordered from the providers again. Nothing is delivered twice.",
            Icon::RotateCcw,
        )
        .primary(),
        by(
            CaseAction::Refund,
            "Refund payment",
            "A refund of the whole refundable amount is requested. Above the limit for one person, a second person approves it.",
            Icon::Undo2,
        ),
        by(
            CaseAction::RetryRefund,
            "Retry the refund",
            "The gateway is asked for the result, or for the refund again where it has refused it.",
            Icon::RotateCcw,
        )
        .primary(),
        by(
            CaseAction::BookRefund,
            "Book the refund",
            "The refund that was made at the gateway is booked here too, with its credit note. No money moves.",
            Icon::Check,
        )
        .primary(),
        by(
            CaseAction::AcceptAmount,
            "Accept the amount",
            "The received amount counts as the payment, and the order continues. A lower amount is booked as a discount; the excess of a higher amount has to be refunded outside.",
            Icon::Check,
        )
        .primary(),
        by(
            CaseAction::RefundReceived,
            "Refund the amount",
            "The order is cancelled, and a refund of the received amount is requested.",
            Icon::Undo2,
        ),
        by(
            CaseAction::CancelOrder,
            "Cancel the order",
            "The order is not delivered. A received amount has to be refunded at the gateway.",
            Icon::Ban,
        )
        .danger(),
        by(
            CaseAction::SettleOutside,
            "Resolve",
            "It was resolved outside, such as an eSIM that was cancelled at the provider, or needs no action, such as a low margin that is accepted. The same finding opens no case again.",
            Icon::Check,
        ),
    ]
}

fn by(action: CaseAction, label: &'static str, says: &'static str, sign: Icon) -> Act<Case> {
    act_for(
        label,
        "resolved",
        Permission::CasesWrite,
        Reason::Required,
        move |case: Case, reason| async move {
            api::act(&case, "resolve", &ResolveCase { action, reason }).await
        },
    )
    .asks(says)
    .when(move |case| is_mine(case) && case.actions.contains(&action))
    .icon(sign)
}
