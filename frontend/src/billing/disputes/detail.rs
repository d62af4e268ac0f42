//! The page of one dispute: the disputed amount, the reason, the deadline and the evidence.

use super::{deadline, tone};
use crate::billing::parts::{download_pdf, order};
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

/// Draws the detail page.
pub fn screen(id: DisputeId) -> AnyView {
    detail_page::<Dispute>(id)
        .badge(|dispute| (dispute.state.as_str(), tone(dispute.state)))
        .subtitle(|dispute| {
            let amount = money(&dispute.amount, dispute.currency);
            format!("{amount} disputed")
        })
        .action(
            download_pdf(
                "Download evidence",
                Permission::DisputesRead,
                "evidence",
                |dispute: &Dispute| format!("evidence-{}", dispute.gateway_dispute_id),
            )
            .when(|dispute| dispute.order_id.is_some()),
        )
        .above(advice)
        .card("Order", |dispute| dispute.order_id.map(order))
        .history("dispute")
        .fact("Respond by", deadline)
        .fact("Reason", |dispute| {
            Value::maybe(dispute.reason.as_deref().map(sentence))
        })
        .fact("Payment", |dispute| {
            Value::text("View payment")
                .link(format!("/billing/transactions/{}", dispute.transaction_id))
        })
        .fact("Gateway", |dispute| Value::text(sentence(&dispute.gateway)))
        .fact("Gateway ID", |dispute| {
            Value::code(dispute.gateway_dispute_id.clone())
        })
        .fact("Opened", |dispute| Value::time(dispute.created_at))
        .fact("Closed", |dispute| Value::maybe_time(dispute.closed_at))
        .fact("ID", |dispute| Value::code(dispute.id.to_string()))
        .show()
}

/// Draws the advice while a response is possible.
fn advice(dispute: &Dispute) -> Option<AnyView> {
    (dispute.state == DisputeState::NeedsResponse).then(|| {
        view! {
            <div class="banner" role="note" data-tone="waiting">
                <p>
                    "Download the evidence and submit it to the gateway. The file shows the order, the payment, the delivery and the usage."
                </p>
            </div>
        }
        .into_any()
    })
}
