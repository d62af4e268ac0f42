//! Requests for refunds.

use super::{approval_limit, eligibility, jobs::SendRefund};
use crate::{
    orders::{lock_sale, lock_sale_of},
    refunds::{
        Decision, RefundChange,
        query::{self, Payment, RefundDraft, RefundRow},
        transition,
    },
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use serde_json::json;
use wire::{
    BulkRequest, Money, OrderId, Permission, ProblemCode, RefundId, TransactionId,
    billing::{
        refunds::{
            BulkTransactionAction, NewRefund, Refund, RefundApprovalState, RefundEligibility,
            RefundReason,
        },
        transactions::TransactionStatus,
    },
    system::audit::AuditAction,
};

/// Requests a refund. The refund is approved automatically if the requester may approve refunds and the amount is below
/// the limit of `refunds.four_eyes_above`.
pub fn request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewRefund,
    now: DateTime<Utc>,
) -> Result<Refund> {
    let unknown = || {
        Error::field(
            "transaction_id",
            "unknown",
            "There is no payment with this id.",
        )
    };
    lock_sale_of(tx, new.transaction_id)?.ok_or_else(unknown)?;
    let payment = query::payment(tx.conn(), new.transaction_id)?;
    if !query::is_own_customer(tx.conn(), actor, payment.user_id)? {
        return Err(unknown());
    }
    check_refundable(&payment)?;
    if query::pending_of(tx.conn(), payment.id)?.is_some() {
        return Err(query::another_pending());
    }
    let eligibility = eligibility::calculate(tx.conn(), &payment, None, now)?;
    let amount = check_amount(new.amount.as_ref(), &eligibility)?;
    let effect = new.effect.unwrap_or_else(|| eligibility.effect_of(&amount));
    let needs_second_person = match actor.id {
        Some(by) => {
            let proposal = approval_limit::Proposal {
                payment: &payment,
                amount: &amount,
                refund: None,
                by,
            };
            approval_limit::needs_second_person(tx, &proposal, now)?
        }
        None => false,
    };
    let draft = RefundDraft {
        id: RefundId::new(),
        transaction: payment.id,
        amount: &amount,
        currency: payment.currency,
        reason_code: new.reason_code,
        reason: new.reason.as_deref(),
        effect,
        eligibility: &eligibility,
        requested_by: actor.id,
        requested_by_client: actor.client.as_ref().map(|client| client.id),
        needs_second_person,
        now,
    };
    query::insert(tx, &draft)?;
    let change = json!({
        "transaction_id": payment.id, "amount": amount, "currency": payment.currency, "reason_code": new.reason_code,
        "effect": effect, "recommended_amount": eligibility.recommended_amount,
    });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::RefundRequest, draft.id)
            .with_change(change)
            .with_reason(new.reason.as_deref()),
    )?;
    if actor.id.is_some() && actor.can(Permission::RefundsDecide) && !needs_second_person {
        approve_request(tx, actor, draft.id, now)?;
    }
    query::find(tx.conn(), actor, draft.id)
}

/// Requests a refund of everything that is refundable of an order's payments, because nothing was delivered. A person
/// approves the refund.
pub fn request_for_undelivered(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    for payment in query::completed_payments(tx.conn(), order)? {
        let new = NewRefund {
            transaction_id: payment,
            amount: None,
            reason_code: RefundReason::NotDelivered,
            reason: Some(why.chars().take(500).collect()),
            effect: None,
        };
        match request(tx, actor, &new, now) {
            // A refund was requested before, or everything is refunded.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Withdraws the refund that was requested automatically because nothing was delivered, so that the order can be retried.
/// Rejects the retry where a person requested a refund, or a refund is approved.
pub fn withdraw_automatic_request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    lock_sale(tx, order)?;
    for payment in query::completed_payments(tx.conn(), order)? {
        let Some(pending) = query::pending_of(tx.conn(), payment)? else {
            continue;
        };
        if let Some(why) = find_obstacle(&pending) {
            return Err(Error::with_detail(ProblemCode::WrongState, why));
        }
        let reason = "The order was retried.";
        let decision = Decision {
            by: actor.id,
            reason: Some(reason),
            at: now,
        };
        transition(tx, actor, pending.id, &RefundChange::Rejected(decision))?;
    }
    Ok(())
}

/// Returns why an order cannot be retried while a refund is pending.
fn find_obstacle(pending: &RefundRow) -> Option<&'static str> {
    if pending.approval_state == RefundApprovalState::Approved {
        return Some("The payment is being refunded: place a new order instead.");
    }
    let is_automatic = pending.requested_by.is_none()
        && pending.requested_by_client.is_none()
        && pending.reason_code == Some(RefundReason::NotDelivered);
    (!is_automatic)
        .then_some("A refund of the payment is requested. Approve or reject that refund first.")
}

/// Rejects a bulk request without a reason.
pub fn check_bulk_request(_: &Actor, bulk: &BulkRequest<BulkTransactionAction>) -> Result<()> {
    let has_reason = bulk
        .reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty());
    if has_reason {
        return Ok(());
    }
    Err(Error::field(
        "reason",
        "required",
        "Enter a reason for the refunds.",
    ))
}

/// Requests one refund of a bulk request: everything that is refundable of a payment.
pub fn request_in_bulk(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: TransactionId,
    bulk: &BulkRequest<BulkTransactionAction>,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = NewRefund {
        transaction_id: payment,
        amount: None,
        reason_code: RefundReason::Other,
        reason: bulk.reason.clone(),
        effect: None,
    };
    request(tx, actor, &new, now).map(drop)
}

/// Approves a requested refund, and enqueues its payout. The refund is locked.
pub(super) fn approve_request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    now: DateTime<Utc>,
) -> Result<()> {
    let decision = Decision {
        by: actor.id,
        reason: None,
        at: now,
    };
    query::decide(tx, id, RefundApprovalState::Approved, decision)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::RefundApprove, id))?;
    jobs::enqueue(tx, &SendRefund { refund: id })
}

/// Rejects a payment that cannot be refunded: it is not completed, or it is refunded in full.
pub(super) fn check_refundable(payment: &Payment) -> Result<()> {
    let why = match payment.status {
        _ if payment.is_free() => "Nothing was paid: there is nothing to refund.".to_owned(),
        TransactionStatus::Completed => return Ok(()),
        TransactionStatus::Refunded => "The payment is refunded in full already.".to_owned(),
        other => format!("The payment is {other}; only a completed one can be refunded."),
    };
    Err(Error::with_detail(ProblemCode::WrongState, why))
}

/// Returns the amount of a refund, by default everything that is refundable. Rejects an amount that exceeds it.
fn check_amount(requested: Option<&Money>, eligibility: &RefundEligibility) -> Result<Money> {
    let (left, currency) = (&eligibility.left_amount, eligibility.currency);
    let amount = requested.unwrap_or(left);
    if !left.is_positive() {
        return Err(query::exceeds_payment());
    }
    if amount > left {
        return Err(Error::field(
            "amount",
            "too_much",
            format!(
                "At most {} can still be refunded.",
                left.in_currency(currency)
            ),
        ));
    }
    if !currency.can_hold(amount) {
        return Err(Error::field(
            "amount",
            "too_fine",
            format!("{currency} has no smaller unit: enter a whole number."),
        ));
    }
    Ok(amount.clone())
}
