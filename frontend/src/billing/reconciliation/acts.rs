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
        "Take it up",
        "is yours for 15 minutes",
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
        "Lay it back",
        "is anybody's again",
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
    .asks("Somebody else takes it up. Say what has to be decided.")
    .when(is_mine)
    .icon(Icon::TriangleAlert)
}

/// Everything that puts a case right.
pub fn all() -> [Act<Case>; 8] {
    [
        by(
            CaseAction::RetryOrder,
            "Retry the order",
            "Stock and providers are asked once more. Nothing is delivered twice.",
            Icon::RotateCcw,
        )
        .primary(),
        by(
            CaseAction::Refund,
            "Give the money back",
            "A refund of all that is left is asked for; above the threshold somebody else approves it.",
            Icon::Undo2,
        ),
        by(
            CaseAction::RetryRefund,
            "Try the refund again",
            "The gateway is asked what became of it, or once more where it has refused.",
            Icon::RotateCcw,
        )
        .primary(),
        by(
            CaseAction::BookRefund,
            "Book the refund",
            "What was given back at the gateway is booked here as well, with its credit note. No money moves.",
            Icon::Check,
        )
        .primary(),
        by(
            CaseAction::AcceptAmount,
            "Accept the amount",
            "The amount that came in counts as the payment, and the order goes on. Less is booked as a discount; more has to be returned outside.",
            Icon::Check,
        )
        .primary(),
        by(
            CaseAction::RefundReceived,
            "Refund the amount",
            "The order is cancelled, and a refund of the amount that came in is requested.",
            Icon::Undo2,
        ),
        by(
            CaseAction::CancelOrder,
            "Cancel the order",
            "It will not be delivered. What came in must be given back at the gateway.",
            Icon::Ban,
        )
        .danger(),
        by(
            CaseAction::SettleOutside,
            "Settle",
            "It was put right elsewhere, or needs nothing. It will not be found again.",
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
