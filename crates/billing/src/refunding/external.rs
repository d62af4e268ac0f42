//! Refunds that were made at the gateway and not requested here: each becomes a case, and an administrator books it.

use super::{
    eligibility,
    jobs::LoadRefunds,
    pay::{self, GatewayPayment},
    request::check_refundable,
};
use crate::{
    amounts::reported_amount,
    cases::{self, Finding, REPORTED, reported_key},
    events::EventOutcome,
    orders::lock_sale_of,
    refunds::{
        Decision,
        query::{self, Payment, RefundDraft},
    },
    transactions::query::find_by_gateway_id,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
    ports::payments::{GatewayRefund, RefundOutcome, RefundTotal},
};
use serde_json::json;
use wire::{
    Currency, Money, Param, ProblemCode, RefundId, TransactionId,
    billing::{
        reconciliation::CaseKind,
        refunds::{RefundApprovalState, RefundEffect, RefundReason},
    },
    system::audit::AuditAction,
};

/// Handles the event of a refund that is not known here. Once the money was paid out, the refund becomes a case.
pub(super) fn handle_unknown_refund(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: GatewayPayment<'_>,
    report: &GatewayRefund,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let Some(payment) = lock_payment(tx, payment)? else {
        let why = "The event is about a refund of a payment that is not ours.";
        return Ok(EventOutcome::Ignored(None, why.into()));
    };
    let ignored = |why: &str| Ok(EventOutcome::Ignored(Some(payment.id), why.to_owned()));
    let key = refund_key(&report.gateway_refund_id);
    match &report.outcome {
        RefundOutcome::Pending => {
            ignored("A refund that was not requested here is pending; nothing is paid out yet.")
        }
        RefundOutcome::Failed { reason } => {
            let why = format!("The refund failed, and no money was paid out: {reason}");
            match cases::withdraw(tx, actor, &key, &why, now)? {
                true => Ok(EventOutcome::Applied(payment.id, why)),
                false => ignored("A refund that was not requested here failed."),
            }
        }
        RefundOutcome::Processed { minor, currency } => {
            let finding = describe(&payment, key, report, *minor, currency);
            if !cases::open_once(tx, actor, &finding, &report.gateway_refund_id, now)? {
                return ignored("The refund that was not requested here is known already.");
            }
            // The case of this refund replaces the case of the total.
            let why = format!(
                "The refund has the ID {} at the gateway and a case of its own.",
                report.gateway_refund_id
            );
            cases::withdraw(tx, actor, &total_key(&payment), &why, now)?;
            Ok(EventOutcome::Applied(payment.id, finding.finding))
        }
    }
}

/// Compares the gateway's total of a payment's refunds with the refunds that are known here. An unknown amount becomes a
/// case, and a job loads the single refunds: each gets a case with its gateway ID and can be booked.
pub fn handle_refund_total(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: GatewayPayment<'_>,
    total: &RefundTotal,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let gateway_payment = payment;
    let Some(payment) = lock_payment(tx, gateway_payment)? else {
        let why = "The event is about a refund of a payment that is not ours.";
        return Ok(EventOutcome::Ignored(None, why.into()));
    };
    for refund in &total.refunds {
        pay::handle_refund_event(tx, actor, gateway_payment, refund, now)?;
    }
    let ignored = |why: &str| Ok(EventOutcome::Ignored(Some(payment.id), why.to_owned()));
    if total.currency != payment.currency.as_str() {
        return ignored("The refund is in another currency than the payment.");
    }
    let refunded = Money::from_minor(total.minor, payment.currency);
    let key = total_key(&payment);
    let unknown = refunded.minus(&query::known_at_gateway(tx.conn(), payment.id, &key)?);
    if !unknown.is_positive() {
        return ignored("Every refund of the payment is known here.");
    }
    let text = format!(
        "The gateway has refunded {} in total; {} of that was not requested here.",
        refunded.in_currency(payment.currency),
        unknown.in_currency(payment.currency)
    );
    let finding = Finding {
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        amount: Some(unknown),
        currency: Some(payment.currency),
        ..Finding::new(CaseKind::ForeignRefund, key, text)
    };
    cases::open_or_update(tx, actor, &finding, now)?;
    let job = LoadRefunds {
        transaction: payment.id,
    };
    jobs::enqueue(tx, &job)?;
    Ok(EventOutcome::Applied(payment.id, finding.finding))
}

/// Locks the sale of the payment that a gateway names, and returns the payment, if it is ours.
fn lock_payment(tx: &mut Tx<'_>, payment: GatewayPayment<'_>) -> Result<Option<Payment>> {
    let Some(id) = payment.id else {
        return Ok(None);
    };
    let Some(id) = find_by_gateway_id(tx.conn(), payment.gateway, id)? else {
        return Ok(None);
    };
    lock_sale_of(tx, id)?;
    query::payment(tx.conn(), id).map(Some)
}

/// Returns the key of the case of a total whose single refunds are not known yet.
fn total_key(payment: &Payment) -> String {
    format!("{}:{}:sum{REPORTED}", CaseKind::ForeignRefund, payment.id)
}

/// Returns the key of the case of a refund at the gateway.
fn refund_key(gateway_refund_id: &str) -> String {
    let id: String = gateway_refund_id.chars().take(90).collect();
    reported_key(CaseKind::ForeignRefund, id)
}

fn describe(
    payment: &Payment,
    key: String,
    report: &GatewayRefund,
    minor: i64,
    currency: &str,
) -> Finding {
    let known = Currency::parse(currency).ok();
    let text = format!(
        "{} was refunded at the gateway under the ID {}. The refund was not requested here.",
        reported_amount(minor, currency),
        report.gateway_refund_id
    );
    Finding {
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        amount: known.map(|currency| Money::from_minor(minor, currency)),
        currency: known,
        ..Finding::new(CaseKind::ForeignRefund, key, text)
    }
}

/// A refund that was made at the gateway.
pub struct ExternalRefund<'a> {
    /// The payment.
    pub transaction: TransactionId,
    /// The gateway's ID of the refund.
    pub gateway_refund_id: &'a str,
    /// The amount.
    pub amount: &'a Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// Why the refund is booked.
    pub reason: &'a str,
}

/// Books a refund that was made at the gateway, as a refund that is requested, approved and processed at the same time:
/// the payment, the credit note, the email and the sums follow as after any refund. The refunds never exceed the payment.
pub fn book_external(
    tx: &mut Tx<'_>,
    actor: &Actor,
    external: &ExternalRefund<'_>,
    now: DateTime<Utc>,
) -> Result<RefundId> {
    lock_sale_of(tx, external.transaction)?.ok_or_else(Error::not_found)?;
    let payment = query::payment(tx.conn(), external.transaction)?;
    check_bookable(tx, &payment, external)?;
    let eligibility = eligibility::calculate(tx.conn(), &payment, None, now)?;
    // The open case of this refund counts as refunded, so only our own refunds are summed.
    let refunded = query::refund_sum(tx.conn(), payment.id, None)?;
    if refunded.plus(external.amount) > payment.total_amount {
        return Err(query::exceeds_payment());
    }
    let id = RefundId::new();
    let draft = RefundDraft {
        id,
        transaction: payment.id,
        amount: external.amount,
        currency: external.currency,
        reason_code: RefundReason::Other,
        reason: Some(external.reason),
        effect: RefundEffect::None,
        eligibility: &eligibility,
        requested_by: None,
        requested_by_client: None,
        needs_second_person: false,
        now,
    };
    query::insert(tx, &draft)?;
    let decision = Decision {
        by: actor.id,
        reason: None,
        at: now,
    };
    query::decide(tx, id, RefundApprovalState::Approved, decision)?;
    let change = json!({
        "transaction_id": payment.id, "amount": external.amount, "currency": external.currency, "gateway_refund_id": external.gateway_refund_id,
    });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::RefundRecord, id)
            .with_change(change)
            .with_reason(Some(external.reason)),
    )?;
    let row = query::lock(tx, id)?.ok_or_else(Error::not_found)?;
    pay::complete(tx, actor, &payment, &row, external.gateway_refund_id, now)?;
    Ok(id)
}

/// Rejects a refund that cannot be booked: it is in another currency, is booked already, or another refund is pending.
fn check_bookable(tx: &mut Tx<'_>, payment: &Payment, external: &ExternalRefund<'_>) -> Result<()> {
    check_refundable(payment)?;
    if external.currency != payment.currency {
        let why = format!(
            "The payment is in {}, and the refund is in {}: settle the case outside.",
            payment.currency, external.currency
        );
        return Err(Error::with_detail(ProblemCode::WrongState, why));
    }
    if query::by_gateway_id(tx.conn(), external.gateway_refund_id)?.is_some() {
        let why = "The refund is booked already.";
        return Err(Error::with_detail(ProblemCode::Conflict, why));
    }
    match query::pending_of(tx.conn(), payment.id)? {
        Some(_) => Err(query::another_pending()),
        None => Ok(()),
    }
}
