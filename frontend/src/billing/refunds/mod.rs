//! Refunds and their approval and payout, and the supplier claims that follow from them.

mod actions;
mod detail;
mod eligibility;
mod form;
mod list;
mod supplier_claims;

use kit::{
    Screen,
    page::{Related, related},
    table::{ago, state, text, value},
    ui::{Tone, Value},
};
use wire::{
    Permission,
    billing::refunds::{Refund, RefundFilter, RefundStage},
};

/// The screens of refunds.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/refunds",
        title: "Refunds",
        needs: Permission::RefundsRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/refunds/new",
        title: "New refund",
        needs: Permission::RefundsRequest,
        view: |_| Some(form::screen()),
    },
    Screen {
        path: "/billing/refunds/{id}",
        title: "Refund",
        needs: Permission::RefundsRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/billing/claims",
        title: "Supplier claims",
        needs: Permission::CostsRead,
        view: |_| Some(supplier_claims::screen()),
    },
];

/// Returns the status badge of a refund.
pub fn status(refund: &Refund) -> (&'static str, Tone) {
    let tone = match refund.stage {
        RefundStage::Requested | RefundStage::ToPayOut => Tone::Info,
        RefundStage::Approved | RefundStage::Sent => Tone::Waiting,
        RefundStage::Processed => Tone::Good,
        RefundStage::Failed => Tone::Bad,
        RefundStage::Rejected => Tone::Neutral,
    };
    (refund.stage.as_str(), tone)
}

/// Returns a short list of refunds that match a filter, such as those of a payment.
pub fn short_list(filter: RefundFilter, empty: &'static str) -> Related<Refund> {
    related::<Refund>("Refunds", Permission::RefundsRead, filter)
        .column(value("Amount", |refund: &Refund| {
            Value::money(&refund.amount, refund.currency)
        }))
        .column(state("Status", status))
        .column(text("Reason", reason))
        .column(ago("Requested", |refund: &Refund| Some(refund.created_at)))
        .opens(|refund| format!("/billing/refunds/{}", refund.id))
        .all("/billing/refunds")
        .empty(empty)
}

/// Returns the reason code as text.
fn reason(refund: &Refund) -> String {
    refund
        .reason_code
        .map_or_else(String::new, |code| kit::format::sentence(code.as_str()))
}
