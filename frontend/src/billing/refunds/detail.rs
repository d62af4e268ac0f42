//! The page of one refund: the request, its eligibility, the decision and the payout.

use super::{
    actions::{approve, confirm, current_user_id, reject, retry},
    eligibility, reason, status,
};
use kit::{
    format::{money, sentence},
    page::{detail_page, related},
    table,
    ui::{Line, Step, Tone, Value, line, stepper, sums, total},
};
use leptos::prelude::*;
use wire::{
    Permission, RefundId,
    billing::refunds::{Refund, RefundEffect, RefundStage, SupplierClaim, SupplierClaimFilter},
};

/// Draws the detail page.
pub fn screen(id: RefundId) -> AnyView {
    detail_page::<Refund>(id)
        .badge(status)
        .subtitle(|refund| {
            let amount = money(&refund.amount, refund.currency);
            format!("{amount} to {}", refund.customer)
        })
        .action(approve())
        .action(reject())
        .action(retry())
        .action(confirm())
        .above(|refund| Some(stepper("Progress of the refund", steps(refund))))
        .above(notice)
        .card("Eligibility", |refund| {
            refund.eligibility.as_ref().map(eligibility::recorded)
        })
        .card("Note", |refund| {
            let reason = refund.reason.clone()?;
            Some(view! { <p>{reason}</p> }.into_any())
        })
        .related(supplier_claims(id))
        .history("refund")
        .aside("Amount", |refund| Some(sums(amounts(refund))))
        .fact("Order", |refund| {
            let href = refund.order_id.map(|id| format!("/billing/orders/{id}"));
            Value::linked(refund.order_number.as_deref(), href)
        })
        .fact("Payment", |refund| {
            Value::text("View payment")
                .link(format!("/billing/transactions/{}", refund.transaction_id))
        })
        .fact("Customer", |refund| {
            Value::text(refund.customer.clone()).link(format!("/accounts/users/{}", refund.user_id))
        })
        .fact("Reason", |refund| Value::text(reason(refund)))
        .fact("eSIM action", |refund| Value::text(effect(refund.effect)))
        .fact("Requested by", |refund| {
            person(refund.requester.as_deref(), refund.requested_by)
        })
        .fact("Requested", |refund| Value::time(refund.created_at))
        .fact("Decided by", |refund| match refund.decided_at {
            Some(_) => person(refund.decider.as_deref(), refund.processed_by),
            None => Value::absent(),
        })
        .fact("Decided", |refund| Value::maybe_time(refund.decided_at))
        .fact("Gateway", |refund| {
            Value::maybe(refund.payment_gateway.as_deref().map(sentence))
        })
        .fact("Gateway ID", |refund| {
            refund
                .gateway_refund_id
                .clone()
                .map_or_else(Value::absent, Value::code)
        })
        .fact("ID", |refund| Value::code(refund.id.to_string()))
        .refresh_while(|refund| matches!(refund.stage, RefundStage::Approved | RefundStage::Sent))
        .show()
}

fn person(name: Option<&str>, id: Option<wire::UserId>) -> Value {
    match id {
        Some(id) => Value::linked(name, Some(format!("/accounts/users/{id}"))),
        None => Value::text("System"),
    }
}

fn effect(effect: RefundEffect) -> &'static str {
    match effect {
        RefundEffect::None => "Keep",
        RefundEffect::Cancel => "Cancel where not installed, else suspend",
        RefundEffect::Suspend => "Suspend",
    }
}

/// Draws the notice above the page: what the current status means and what to do.
fn notice(refund: &Refund) -> Option<AnyView> {
    let is_own = refund.requested_by.is_some() && refund.requested_by == current_user_id();
    let (tone, text) = match refund.stage {
        RefundStage::Requested if is_own && refund.needs_second_person == Some(true) => (
            Tone::Info,
            "You requested this refund. At this amount, another person has to approve it."
                .to_owned(),
        ),
        RefundStage::ToPayOut => (
            Tone::Info,
            "The payment did not come through a gateway: pay the refund out, then mark it as paid here."
                .to_owned(),
        ),
        RefundStage::Failed => (
            Tone::Bad,
            format!(
                "The gateway has declined the refund: {}",
                refund.failure_reason.clone()?
            ),
        ),
        RefundStage::Rejected => (
            Tone::Neutral,
            format!("Rejected: {}", refund.failure_reason.clone()?),
        ),
        _ => return None,
    };
    Some(view! { <p class="banner" role="note" data-tone=tone.as_str()>{text}</p> }.into_any())
}

fn steps(refund: &Refund) -> Vec<Step> {
    let step = |label: &'static str, text: Option<Value>, tone: Tone| Step { label, text, tone };
    let requested = step(
        "Requested",
        Some(Value::time(refund.created_at)),
        Tone::Good,
    );
    let decided = match refund.stage {
        RefundStage::Requested => step("Awaiting approval", None, Tone::Waiting),
        RefundStage::Rejected => step("Rejected", refund.decided_at.map(Value::time), Tone::Bad),
        _ => step("Approved", refund.decided_at.map(Value::time), Tone::Good),
    };
    let paid = match refund.stage {
        RefundStage::Requested | RefundStage::Rejected => step("Paid", None, Tone::Neutral),
        RefundStage::Approved => step("Sending to gateway", None, Tone::Waiting),
        RefundStage::Sent => step("Sent to gateway", None, Tone::Waiting),
        RefundStage::ToPayOut => step("To pay out", None, Tone::Waiting),
        RefundStage::Failed => step("Declined", None, Tone::Bad),
        RefundStage::Processed => step("Paid", refund.processed_at.map(Value::time), Tone::Good),
    };
    vec![requested, decided, paid]
}

fn amounts(refund: &Refund) -> Vec<Line> {
    let show = |amount: &wire::Decimal| money(amount, refund.currency);
    let mut lines = vec![line("Paid", show(&refund.total_amount))];
    if let Some(recommended) = &refund.recommended_amount {
        lines.push(line("Recommended", show(recommended)));
    }
    lines.push(total("Refund", show(&refund.amount)));
    lines.push(line("Still refundable", show(&refund.refundable_amount)));
    lines
}

fn supplier_claims(id: RefundId) -> kit::page::Related<SupplierClaim> {
    let filter = SupplierClaimFilter {
        refund_id: Some(id),
        ..SupplierClaimFilter::default()
    };
    related::<SupplierClaim>("Supplier claims", Permission::CostsRead, filter)
        .column(table::text("Provider", |claim: &SupplierClaim| {
            claim.provider_name.clone()
        }))
        .column(table::money("Amount", |claim: &SupplierClaim| {
            (Some(claim.amount.clone()), claim.currency)
        }))
        .column(table::state("Status", super::supplier_claims::status))
        .column(table::ago("Opened", |claim: &SupplierClaim| {
            Some(claim.created_at)
        }))
        .all("/billing/claims")
        .empty("No supplier claims: no provider has charged for the refunded eSIMs.")
}
