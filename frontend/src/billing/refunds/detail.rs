//! One refund: what is asked for, what speaks for it, who decided, how far the money has come.

use super::{
    acts::{approve, confirm, me, reject, retry},
    eligibility, reason, stage,
};
use kit::{
    format::{money, sentence},
    page::{detail_page, related},
    table,
    ui::{Line, Stage, Tone, Value, line, sums, total, track},
};
use leptos::prelude::*;
use wire::{
    Permission, RefundId,
    billing::refunds::{ClaimFilter, Refund, RefundEffect, RefundStage, SupplierClaim},
};

/// Draws it.
pub fn screen(id: RefundId) -> AnyView {
    detail_page::<Refund>(id)
        .badge(stage)
        .subtitle(|refund| {
            let amount = money(&refund.amount, refund.currency);
            format!("{amount} to {}", refund.customer)
        })
        .action(approve())
        .action(reject())
        .action(retry())
        .action(confirm())
        .above(|refund| Some(track("How far the refund has come", stages(refund))))
        .above(notice)
        .card("Eligibility", |refund| {
            refund.eligibility.as_ref().map(eligibility::recorded)
        })
        .card("Reason", |refund| {
            let words = refund.reason.clone()?;
            Some(view! { <p>{words}</p> }.into_any())
        })
        .related(claims(id))
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
        .fact("Id", |refund| Value::code(refund.id.to_string()))
        .refresh_while(|refund| matches!(refund.stage, RefundStage::Approved | RefundStage::Sent))
        .show()
}

fn person(name: Option<&str>, id: Option<wire::UserId>) -> Value {
    match id {
        Some(id) => Value::linked(name, Some(format!("/accounts/users/{id}"))),
        None => Value::text("The system"),
    }
}

fn effect(effect: RefundEffect) -> &'static str {
    match effect {
        RefundEffect::None => "Keep",
        RefundEffect::Cancel => "Cancel where not installed, else suspend",
        RefundEffect::Suspend => "Suspend",
    }
}

/// What everybody must see first.
fn notice(refund: &Refund) -> Option<AnyView> {
    let is_own = refund.requested_by.is_some() && refund.requested_by == me();
    let (tone, says) = match refund.stage {
        RefundStage::Requested if is_own && refund.needs_second_person == Some(true) => (
            Tone::News,
            "You requested this refund. At this amount, another person has to approve it."
                .to_owned(),
        ),
        RefundStage::ToPayOut => (
            Tone::News,
            "The payment did not come through a gateway: pay it out, then confirm it here."
                .to_owned(),
        ),
        RefundStage::Failed => (
            Tone::Bad,
            format!(
                "The gateway has refused it: {}",
                refund.failure_reason.clone()?
            ),
        ),
        RefundStage::Rejected => (
            Tone::Neutral,
            format!("Rejected: {}", refund.failure_reason.clone()?),
        ),
        _ => return None,
    };
    Some(view! { <p class="banner" role="note" data-tone=tone.word()>{says}</p> }.into_any())
}

fn stages(refund: &Refund) -> Vec<Stage> {
    let stage = |label: &'static str, says: Option<Value>, tone: Tone| Stage { label, says, tone };
    let asked = stage(
        "Requested",
        Some(Value::time(refund.created_at)),
        Tone::Good,
    );
    let decided = match refund.stage {
        RefundStage::Requested => stage("To be decided", None, Tone::Waiting),
        RefundStage::Rejected => stage("Rejected", refund.decided_at.map(Value::time), Tone::Bad),
        _ => stage("Approved", refund.decided_at.map(Value::time), Tone::Good),
    };
    let paid = match refund.stage {
        RefundStage::Requested | RefundStage::Rejected => stage("Paid", None, Tone::Neutral),
        RefundStage::Approved => stage("Being sent", None, Tone::Waiting),
        RefundStage::Sent => stage("Waiting for the gateway", None, Tone::Waiting),
        RefundStage::ToPayOut => stage("To be paid out", None, Tone::Waiting),
        RefundStage::Failed => stage("Refused", None, Tone::Bad),
        RefundStage::Processed => stage("Paid", refund.processed_at.map(Value::time), Tone::Good),
    };
    vec![asked, decided, paid]
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

fn claims(id: RefundId) -> kit::page::Related<SupplierClaim> {
    let filter = ClaimFilter {
        refund_id: Some(id),
        ..ClaimFilter::default()
    };
    related::<SupplierClaim>("Supplier claims", Permission::CostsRead, filter)
        .column(table::text("Provider", |claim: &SupplierClaim| {
            claim.provider_name.clone()
        }))
        .column(table::money("Amount", |claim: &SupplierClaim| {
            (Some(claim.amount.clone()), claim.currency)
        }))
        .column(table::state("Status", super::claims::status))
        .column(table::ago("Opened", |claim: &SupplierClaim| {
            Some(claim.created_at)
        }))
        .all("/billing/claims")
        .empty("None: no provider has charged anything for what was refunded.")
}
