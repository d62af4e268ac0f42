//! Refunds of some orders: requested, processed, failed at the gateway, and rejected.

use super::{
    super::{
        SeedContext,
        rows::{Event, Rows, id_of},
    },
    catalog::amount,
    orders::{Order, OrderScenario, enqueue_job},
    provisioning,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Error, Result};
use schema::refunds;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{RefundId, billing::refunds::RefundStatus, system::audit::AuditAction};

/// The status of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RefundOutcome {
    Requested,
    Processed,
    Failed,
    Rejected,
}

/// Refunds: the index of the order, the percentage, the reason code, the reason, and the outcome.
const REFUNDS: [(usize, u32, &str, &str, RefundOutcome); 6] = [
    (
        5,
        50,
        "not_working",
        "No network in two of the countries.",
        RefundOutcome::Requested,
    ),
    (
        7,
        25,
        "goodwill",
        "Slow on the first day.",
        RefundOutcome::Processed,
    ),
    (
        11,
        100,
        "device_not_compatible",
        "The phone is locked to an operator.",
        RefundOutcome::Failed,
    ),
    (
        13,
        100,
        "changed_mind",
        "The trip was cancelled.",
        RefundOutcome::Rejected,
    ),
    (
        17,
        100,
        "changed_mind",
        "The trip was cancelled before it started.",
        RefundOutcome::Processed,
    ),
    (
        29,
        30,
        "wrong_plan",
        "Bought for the wrong region.",
        RefundOutcome::Processed,
    ),
];

fn refund_of(index: usize) -> Option<(u32, &'static str, &'static str, RefundOutcome)> {
    let (_, percent, code, reason, outcome) = REFUNDS.into_iter().find(|(at, ..)| *at == index)?;
    Some((percent, code, reason, outcome))
}

/// Returns the refunded amount of an order in cents.
pub fn refunded_cents(order: &Order<'_>) -> u32 {
    match refund_of(order.index) {
        Some((percent, .., RefundOutcome::Processed)) if order.is_paid() => share(order, percent),
        _ => 0,
    }
}

fn share(order: &Order<'_>, percent: u32) -> u32 {
    order.cents * order.quantity * percent / 100
}

/// Adds the refund of an order, if it has one. An order that every provider has rejected has an automatic refund.
pub fn add(rows: &mut Rows, order: &Order<'_>, support: Uuid) {
    if order.scenario == OrderScenario::ProviderDeclined {
        return add_automatic(rows, order);
    }
    let Some((percent, code, reason, outcome)) = refund_of(order.index).filter(|_| order.is_paid())
    else {
        return;
    };
    let (requested, decided, paid) = (
        order.after(40_000),
        order.after(41_800),
        order.after(41_830),
    );
    let id = id_of("demo refund", order.index, requested);
    let (status, approval) = match outcome {
        RefundOutcome::Requested => ("pending", "requested"),
        RefundOutcome::Processed => ("processed", "approved"),
        RefundOutcome::Failed => ("failed", "approved"),
        RefundOutcome::Rejected => ("failed", "rejected"),
    };
    let why = match outcome {
        RefundOutcome::Failed => Some("The balance at the gateway is too low."),
        RefundOutcome::Rejected => Some("The data was used."),
        RefundOutcome::Requested | RefundOutcome::Processed => None,
    };
    let (is_decided, is_sent) = (
        outcome != RefundOutcome::Requested,
        matches!(outcome, RefundOutcome::Processed | RefundOutcome::Failed),
    );
    rows.add("refunds", json!({
        "id": id, "transaction_id": order.payment, "amount": amount(share(order, percent)), "currency": order.currency, "reason_code": code, "reason": reason,
        "status": status, "approval_state": approval, "requested_by": support, "processed_by": is_decided.then_some(order.admin), "failure_reason": why,
        "gateway_refund_id": (outcome == RefundOutcome::Processed).then(|| format!("simre_{id}")), "effect": "none", "attempts": i32::from(is_sent), "version": 1,
        "created_at": requested, "updated_at": decided, "decided_at": is_decided.then_some(decided), "sent_at": is_sent.then_some(paid), "processed_at": (outcome == RefundOutcome::Processed).then_some(paid),
    }));
    if outcome == RefundOutcome::Processed {
        enqueue_job(rows, paid, "invoices.credit", "refund", id);
    }
    let mut audit = |at,
                     who: Option<(Uuid, &str)>,
                     action: AuditAction,
                     change: Value,
                     reason: Option<&str>| {
        rows.audit(at, who, Event::new(action, "refund", id), change, reason);
    };
    let change = json!({ "amount": amount(share(order, percent)), "currency": order.currency, "reason_code": code });
    let admin = Some((order.admin, "admin"));
    audit(
        requested,
        Some((support, "support")),
        AuditAction::RefundRequest,
        change.clone(),
        Some(reason),
    );
    if matches!(outcome, RefundOutcome::Processed | RefundOutcome::Failed) {
        audit(
            decided,
            admin,
            AuditAction::RefundApprove,
            Value::Null,
            None,
        );
    }
    match outcome {
        RefundOutcome::Requested => {}
        RefundOutcome::Rejected => {
            audit(decided, admin, AuditAction::RefundReject, Value::Null, why)
        }
        RefundOutcome::Processed => {
            audit(paid, None, AuditAction::RefundProcess, change, None);
        }
        RefundOutcome::Failed => {
            audit(paid, None, AuditAction::RefundFail, Value::Null, why);
        }
    }
}

fn add_automatic(rows: &mut Rows, order: &Order<'_>) {
    let at = order.after(97);
    let id = id_of("demo refund", order.index, at);
    let sum = amount(share(order, 100));
    rows.add("refunds", json!({
        "id": id, "transaction_id": order.payment, "amount": sum, "currency": order.currency, "reason_code": "not_delivered", "reason": provisioning::FAILED_ORDER,
        "status": "pending", "approval_state": "requested", "effect": "none", "attempts": 0, "version": 1, "created_at": at, "updated_at": at,
    }));
    let change = json!({ "transaction_id": order.payment, "amount": sum, "currency": order.currency, "reason_code": "not_delivered" });
    let event = Event::new(AuditAction::RefundRequest, "refund", id);
    rows.audit(at, None, event, change, Some(provisioning::FAILED_ORDER));
}

/// Adds the eligibility to every refund, as a request does: as of now for pending refunds, otherwise as of the request.
pub fn add_eligibility(ctx: &mut SeedContext<'_>) -> Result<()> {
    let all: Vec<(RefundId, DateTime<Utc>, RefundStatus)> = refunds::table
        .filter(refunds::eligibility.is_null())
        .select((refunds::id, refunds::created_at, refunds::status))
        .load(ctx.conn)?;
    for (id, requested, status) in all {
        let at = if status == RefundStatus::Pending {
            ctx.now
        } else {
            requested
        };
        let known = billing::refunding::eligibility_of(ctx.conn, id, at)?;
        let recommended = known.recommended_amount.clone();
        let snapshot = serde_json::to_value(known).map_err(Error::internal)?;
        diesel::update(refunds::table.find(id))
            .set((
                refunds::eligibility.eq(snapshot),
                refunds::recommended_amount.eq(recommended),
            ))
            .execute(ctx.conn)?;
    }
    Ok(())
}
