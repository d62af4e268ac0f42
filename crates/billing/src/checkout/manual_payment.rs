//! Payments by bank transfer, PayPal or a cryptocurrency: an administrator confirms them, or marks them as unpaid.

use super::{
    completion::complete_payment,
    payment_events::fail_payment,
    received::{self, ReceivedAmount},
};
use crate::{
    cases::{self, ReceivedBefore},
    orders::lock_sale_of,
    transactions::query,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    ProblemCode, TransactionId,
    billing::transactions::{ConfirmPayment, RejectPayment, Transaction, TransactionStatus},
    system::audit::AuditAction,
};

/// Confirms a received payment, if its amount is the amount due, alone or together with the amount that was received
/// before. The sums count the payment from now on, and the audit log keeps when it was received. Another amount
/// completes nothing: it is recorded as a case, and an administrator accepts or refunds it.
pub fn confirm(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    received: &ConfirmPayment,
    now: DateTime<Utc>,
) -> Result<Transaction> {
    let payment = lock_recordable(tx, actor, id)?;
    if !received.currency.can_hold(&received.amount) {
        let message = format!(
            "{} has no smaller unit: enter a whole number.",
            received.currency
        );
        return Err(Error::field("amount", "too_fine", message));
    }
    if received.received_at > now
        || received.received_at < payment.created_at - chrono::TimeDelta::days(1)
    {
        let message = "Enter a time between the order and now.";
        return Err(Error::field("received_at", "out_of_range", message));
    }
    let is_exact = payment.currency == received.currency && payment.total_amount == received.amount;
    let before = cases::received_before(tx.conn(), &received::case_key(id))?;
    let is_rest = !is_exact && completes_amount(&payment, received, before.as_ref());
    if !is_exact && !is_rest {
        if let Some(amount) = other_amount(&payment, received, before.as_ref()) {
            received::record_received(tx, actor, &payment, &amount, now)?;
        }
        return query::find(tx.conn(), actor, id);
    }
    if is_rest {
        let why = "The rest was received.";
        cases::withdraw(tx, actor, &received::case_key(id), why, now)?;
    }
    query::set_recorded(tx, id, actor.id, Some(&received.reference))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TransactionConfirm, id).with_change(json!({
            "amount": received.amount, "currency": received.currency, "reference": received.reference, "received_at": received.received_at,
        })),
    )?;
    complete_payment(tx, actor, &payment, now)?;
    query::find(tx.conn(), actor, id)
}

/// Returns whether the earlier amount and this one together are the amount due.
fn completes_amount(
    payment: &Transaction,
    received: &ConfirmPayment,
    before: Option<&ReceivedBefore>,
) -> bool {
    before.is_some_and(|before| {
        payment.currency == received.currency
            && before
                .amount(payment.currency)
                .is_some_and(|amount| amount.plus(&received.amount) == payment.total_amount)
    })
}

/// Returns the amount that was received so far, or `None` where this payment is recorded already.
fn other_amount(
    payment: &Transaction,
    received: &ConfirmPayment,
    before: Option<&ReceivedBefore>,
) -> Option<ReceivedAmount> {
    let note = format!("under the reference {}.", received.reference.trim());
    if before.is_some_and(|before| before.finding.contains(&note)) {
        return None;
    }
    let earlier = before.and_then(|before| before.amount(received.currency));
    let sum = earlier.map_or_else(
        || received.amount.clone(),
        |earlier| earlier.plus(&received.amount),
    );
    let line = format!(
        "{} was received on {} {note}",
        received.amount.in_currency(received.currency),
        received.received_at.format("%Y-%m-%d"),
    );
    let finding = match before {
        Some(before) => format!("{} {line}", before.finding),
        None => format!(
            "{} was due. {line}",
            payment.total_amount.in_currency(payment.currency)
        ),
    };
    Some(ReceivedAmount {
        amount: Some((sum, received.currency)),
        finding,
    })
}

/// Marks a payment as unpaid, and cancels its order.
pub fn reject(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    why: &RejectPayment,
    now: DateTime<Utc>,
) -> Result<Transaction> {
    let payment = lock_recordable(tx, actor, id)?;
    if payment.status != TransactionStatus::Pending {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    query::set_recorded(tx, id, actor.id, None)?;
    fail_payment(tx, actor, &payment, &why.reason, now)?;
    query::find(tx.conn(), actor, id)
}

/// Locks the sale of a payment that an administrator may confirm, and returns the payment. A failed or cancelled payment
/// can still be received.
fn lock_recordable(tx: &mut Tx<'_>, actor: &Actor, id: TransactionId) -> Result<Transaction> {
    query::find(tx.conn(), actor, id)?;
    let payment = lock_sale_of(tx, id)?.ok_or_else(Error::not_found)?;
    if !payment.payment_method.is_recorded() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The gateway reports this payment; it cannot be confirmed manually.",
        ));
    }
    if matches!(
        payment.status,
        TransactionStatus::Completed | TransactionStatus::Refunded
    ) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    Ok(payment)
}
