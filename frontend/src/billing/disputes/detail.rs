//! One dispute: what is taken back, why, until when it can be answered, and with what.

use super::{deadline, tone};
use crate::billing::parts::{order, paper};
use kit::{
    format::{money, sentence},
    page::detail_page,
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    DisputeId, Permission,
    billing::disputes::{Dispute, DisputeState},
};

/// Draws it.
pub fn screen(id: DisputeId) -> AnyView {
    detail_page::<Dispute>(id)
        .badge(|dispute| (dispute.state.as_str(), tone(dispute.state)))
        .subtitle(|dispute| {
            let amount = money(&dispute.amount, dispute.currency);
            format!("{amount} taken back")
        })
        .action(
            paper(
                "Download evidence",
                Permission::DisputesRead,
                ("evidence", |dispute: &Dispute| {
                    format!("evidence-{}", dispute.gateway_dispute_id)
                }),
            )
            .when(|dispute| dispute.order_id.is_some()),
        )
        .above(advice)
        .card("Order", |dispute| dispute.order_id.map(order))
        .history("dispute")
        .fact("Answer by", deadline)
        .fact("Reason", |dispute| {
            Value::maybe(dispute.reason.as_deref().map(sentence))
        })
        .fact("Payment", |dispute| {
            Value::text("View payment")
                .link(format!("/billing/transactions/{}", dispute.transaction_id))
        })
        .fact("Gateway", |dispute| Value::text(sentence(&dispute.gateway)))
        .fact("Gateway id", |dispute| {
            Value::code(dispute.gateway_dispute_id.clone())
        })
        .fact("Heard", |dispute| Value::time(dispute.created_at))
        .fact("Closed", |dispute| Value::maybe_time(dispute.closed_at))
        .fact("Id", |dispute| Value::code(dispute.id.to_string()))
        .show()
}

/// What to do while it can be answered.
fn advice(dispute: &Dispute) -> Option<AnyView> {
    (dispute.state == DisputeState::NeedsResponse).then(|| {
        view! {
            <div class="banner" role="note" data-tone="waiting">
                <p>
                    "Download the evidence and hand it in at the gateway. It tells what was ordered, paid, delivered and used."
                </p>
            </div>
        }
        .into_any()
    })
}
