//! Asking for a refund.

use super::{eligibility, second_person};
use crate::refunds::{
    jobs::SendRefund,
    query::{self, Decision, Draft, Payment, RefundRow},
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
};

/// Asks for a refund. Up to the threshold, whoever may decide has decided with it.
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
    let payment = query::lock_payment(tx, new.transaction_id)?.ok_or_else(unknown)?;
    if !query::is_theirs(tx.conn(), actor, payment.user_id)? {
        return Err(unknown());
    }
    refundable(&payment)?;
    if query::open_of(tx.conn(), payment.id)?.is_some() {
        return Err(query::under_way());
    }
    let known = eligibility::read(tx.conn(), &payment, None, now)?;
    let amount = amount(new.amount.as_ref(), &known)?;
    let effect = new.effect.unwrap_or_else(|| known.effect_of(&amount));
    let needs_second_person = match actor.id {
        Some(by) => {
            let proposal = second_person::Proposal {
                payment: &payment,
                amount: &amount,
                refund: None,
                by,
            };
            second_person::is_needed(tx, &proposal, now)?
        }
        None => false,
    };
    let draft = Draft {
        id: RefundId::new(),
        transaction: payment.id,
        amount: &amount,
        currency: payment.currency,
        reason_code: new.reason_code,
        reason: new.reason.as_deref(),
        effect,
        eligibility: &known,
        requested_by: actor.id,
        requested_by_client: actor.client.as_ref().map(|client| client.id),
        needs_second_person,
        now,
    };
    query::insert(tx, &draft)?;
    let change = json!({
        "transaction_id": payment.id, "amount": amount, "currency": payment.currency, "reason_code": new.reason_code,
        "effect": effect, "recommended_amount": known.recommended_amount,
    });
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.request", "refund", draft.id.0)
            .with_change(change)
            .with_reason(new.reason.as_deref()),
    )?;
    if actor.id.is_some() && actor.can(Permission::RefundsDecide) && !needs_second_person {
        approved(tx, actor, (draft.id, 1), now)?;
    }
    query::find(tx.conn(), actor, draft.id)
}

/// Asks for all that is left of an order's payments, because nothing was delivered. A person decides.
pub fn ask_for(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    for payment in query::payments_of(tx.conn(), order)? {
        let new = NewRefund {
            transaction_id: payment,
            amount: None,
            reason_code: RefundReason::NotDelivered,
            reason: Some(why.chars().take(500).collect()),
            effect: None,
        };
        match request(tx, actor, &new, now) {
            // Asked for before, or given back by now: there is nothing left to ask for.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// An order is taken up again: what was asked for by itself because nothing was delivered is called off. What
/// somebody has asked for, and what is being paid out, stands in the way.
pub fn called_off(
    tx: &mut Tx<'_>,
    actor: &Actor,
    order: OrderId,
    now: DateTime<Utc>,
) -> Result<()> {
    for payment in query::payments_of(tx.conn(), order)? {
        query::lock_payment(tx, payment)?;
        let Some(open) = query::open_of(tx.conn(), payment)? else {
            continue;
        };
        if let Some(why) = in_the_way(&open) {
            return Err(Error::with_detail(ProblemCode::WrongState, why));
        }
        let reason = "The order was taken up again.";
        let decision = Decision {
            approval: RefundApprovalState::Rejected,
            by: actor.id,
            reason: Some(reason),
            at: now,
        };
        query::decide(tx, (open.id, open.version), decision)?;
        audit::record(
            tx,
            actor,
            AuditEvent::new("refund.reject", "refund", open.id.0).with_reason(Some(reason)),
        )?;
    }
    Ok(())
}

/// Why an order is not taken up again while this refund is open.
fn in_the_way(open: &RefundRow) -> Option<&'static str> {
    if open.approval_state == RefundApprovalState::Approved {
        return Some("Its payment is being given back: place a new order instead.");
    }
    let is_ours = open.requested_by.is_none()
        && open.requested_by_client.is_none()
        && open.reason_code == Some(RefundReason::NotDelivered);
    (!is_ours).then_some("Somebody has asked for its money back: decide about that refund first.")
}

/// Of many payments each refund needs its reason told once.
pub fn may_ask_for_many(_: &Actor, asked: &BulkRequest<BulkTransactionAction>) -> Result<()> {
    let has_reason = asked
        .reason
        .as_deref()
        .is_some_and(|reason| !reason.trim().is_empty());
    if has_reason {
        return Ok(());
    }
    Err(Error::field(
        "reason",
        "required",
        "Say why the money is given back.",
    ))
}

/// Asks for one refund of many: all that is left of a payment.
pub fn request_one_of_many(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: TransactionId,
    asked: &BulkRequest<BulkTransactionAction>,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = NewRefund {
        transaction_id: payment,
        amount: None,
        reason_code: RefundReason::Other,
        reason: asked.reason.clone(),
        effect: None,
    };
    request(tx, actor, &new, now).map(drop)
}

/// Notes a refund as approved, and has it paid.
pub(super) fn approved(
    tx: &mut Tx<'_>,
    actor: &Actor,
    read: (RefundId, i32),
    now: DateTime<Utc>,
) -> Result<()> {
    let decision = Decision {
        approval: RefundApprovalState::Approved,
        by: actor.id,
        reason: None,
        at: now,
    };
    if !query::decide(tx, read, decision)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.approve", "refund", read.0.0),
    )?;
    jobs::enqueue(tx, &SendRefund { refund: read.0 })
}

/// Only money that has come in can be given back.
pub(super) fn refundable(payment: &Payment) -> Result<()> {
    let why = match payment.status {
        _ if payment.is_free() => "Nothing was paid: there is nothing to refund.".to_owned(),
        TransactionStatus::Completed => return Ok(()),
        TransactionStatus::Refunded => "Everything was given back already.".to_owned(),
        other => format!("The payment is {other}; only a completed one can be given back."),
    };
    Err(Error::with_detail(ProblemCode::WrongState, why))
}

fn amount(asked: Option<&Money>, known: &RefundEligibility) -> Result<Money> {
    let (left, currency) = (&known.left_amount, known.currency);
    let amount = asked.unwrap_or(left);
    if !left.is_positive() {
        return Err(query::too_much());
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
