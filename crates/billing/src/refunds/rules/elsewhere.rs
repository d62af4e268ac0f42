//! Money that was given back at the gateway and not asked for here: a case for a person, who books it.

use super::{ask, eligibility, pay};
use crate::{
    reconciliation::{self, Finding},
    refunds::{
        jobs::AskRefunds,
        query::{self, Decision, Draft, Payment},
    },
    transactions::Settled,
    webhooks,
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
};

/// What the gateway tells of a refund that we do not know. It says of which payment it is; once the money has gone
/// out, somebody has to look.
pub(super) fn heard(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (gateway, named): (&str, Option<&str>),
    told: &GatewayRefund,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let Some(payment) = payment_named(tx, gateway, named)? else {
        let why =
            "It speaks of a refund that was not asked for here, of a payment that is not ours.";
        return Ok(Settled::Ignored(None, why.into()));
    };
    let ignored = |why: &str| Ok(Settled::Ignored(Some(payment.id), why.to_owned()));
    let key = key(&told.gateway_refund_id);
    match &told.outcome {
        RefundOutcome::Pending => {
            ignored("A refund that was not asked for here is on its way; nothing has gone out yet.")
        }
        RefundOutcome::Failed { reason } => {
            let why = format!("It has failed, the money has stayed here: {reason}");
            match reconciliation::withdraw(tx, actor, &key, &why, now)? {
                true => Ok(Settled::Applied(payment.id, why)),
                false => ignored("A refund that was not asked for here has failed."),
            }
        }
        RefundOutcome::Processed { minor, currency } => {
            let found = found(&payment, key, told, (*minor, currency));
            let about = (&found, told.gateway_refund_id.as_str());
            if !reconciliation::given_back(tx, actor, about, now)? {
                return ignored("The refund that was not asked for here was known already.");
            }
            // A case of the total alone is replaced by the case of this refund.
            let why = format!(
                "The refund has the ID {} at the gateway and a case of its own.",
                told.gateway_refund_id
            );
            reconciliation::withdraw(tx, actor, &key_of_sum(&payment), &why, now)?;
            Ok(Settled::Applied(payment.id, found.finding))
        }
    }
}

/// Compares the gateway's total of a payment's refunds with those that are known here. An unknown amount becomes a
/// case, and a job loads the single refunds: each gets a case with its gateway ID and can be booked.
pub fn refunded_in_all(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (gateway, named): (&str, Option<&str>),
    total: &RefundTotal,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let Some(payment) = payment_named(tx, gateway, named)? else {
        let why = "The event is about a refund of a payment that is not ours.";
        return Ok(Settled::Ignored(None, why.into()));
    };
    for refund in &total.refunds {
        pay::heard(tx, actor, (gateway, named), refund, now)?;
    }
    let ignored = |why: &str| Ok(Settled::Ignored(Some(payment.id), why.to_owned()));
    if total.currency != payment.currency.as_str() {
        return ignored("The refund is in another currency than the payment.");
    }
    let refunded = Money::from_minor(total.minor, payment.currency);
    let key = key_of_sum(&payment);
    let unknown = refunded.minus(&query::known_at_gateway(tx.conn(), payment.id, &key)?);
    if !unknown.is_positive() {
        return ignored("Every refund of the payment is known here.");
    }
    let finding = Finding {
        kind: CaseKind::ForeignRefund,
        key,
        finding: format!(
            "The gateway has refunded {} in total; {} of that was not requested here.",
            refunded.in_currency(payment.currency),
            unknown.in_currency(payment.currency)
        ),
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        refund_id: None,
        esim_id: None,
        amount: Some(unknown),
        currency: Some(payment.currency),
    };
    reconciliation::open_or_update(tx, actor, &finding, now)?;
    jobs::enqueue(
        tx,
        &AskRefunds {
            transaction: payment.id,
        },
    )?;
    Ok(Settled::Applied(payment.id, finding.finding))
}

/// Returns the payment that the gateway names, locked, if it is one of ours.
fn payment_named(tx: &mut Tx<'_>, gateway: &str, named: Option<&str>) -> Result<Option<Payment>> {
    match named {
        Some(id) => query::payment_named(tx, gateway, id),
        None => Ok(None),
    }
}

/// Returns the key of the case of a total whose single refunds are not known yet.
fn key_of_sum(payment: &Payment) -> String {
    format!("{}:{}:sum:told", CaseKind::ForeignRefund, payment.id)
}

/// The end keeps the check from resolving it: no row of ours shows what is told.
fn key(gateway_refund_id: &str) -> String {
    let id: String = gateway_refund_id.chars().take(90).collect();
    format!("{}:{id}:told", CaseKind::ForeignRefund)
}

fn found(
    payment: &Payment,
    key: String,
    told: &GatewayRefund,
    (minor, currency): (i64, &str),
) -> Finding {
    let known = Currency::parse(currency).ok();
    let amount = known.map(|currency| Money::from_minor(minor, currency));
    let sum = webhooks::reported_amount(minor, currency);
    Finding {
        kind: CaseKind::ForeignRefund,
        key,
        finding: format!(
            "{sum} were given back at the gateway, which calls it {}. Nobody has asked for that here.",
            told.gateway_refund_id
        ),
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        refund_id: None,
        esim_id: None,
        amount,
        currency: known,
    }
}

/// What was given back at the gateway.
pub struct GivenBack<'a> {
    /// Of this payment.
    pub transaction: TransactionId,
    /// What the gateway calls it.
    pub gateway_refund_id: &'a str,
    /// How much.
    pub amount: &'a Money,
    /// In which currency.
    pub currency: Currency,
    /// Why it is booked.
    pub reason: &'a str,
}

/// Books what was given back at the gateway, as a refund that was asked for, decided and paid at once: the payment,
/// the credit note, the letter and the sums follow as ever. It never makes more than was paid.
pub fn book(
    tx: &mut Tx<'_>,
    actor: &Actor,
    given: &GivenBack<'_>,
    now: DateTime<Utc>,
) -> Result<RefundId> {
    let payment = query::lock_payment(tx, given.transaction)?.ok_or_else(Error::not_found)?;
    bookable(tx, &payment, given)?;
    let known = eligibility::read(tx.conn(), &payment, None, now)?;
    // The case that is booked counts as refunded already.
    let refunded = query::refund_sum(tx.conn(), payment.id, None)?;
    if refunded.plus(given.amount) > payment.total_amount {
        return Err(query::too_much());
    }
    let id = RefundId::new();
    let draft = Draft {
        id,
        transaction: payment.id,
        amount: given.amount,
        currency: given.currency,
        reason_code: RefundReason::Other,
        reason: Some(given.reason),
        effect: RefundEffect::None,
        eligibility: &known,
        requested_by: None,
        requested_by_client: None,
        needs_second_person: false,
        now,
    };
    query::insert(tx, &draft)?;
    let decision = Decision {
        approval: RefundApprovalState::Approved,
        by: actor.id,
        reason: None,
        at: now,
    };
    query::decide(tx, (id, 1), decision)?;
    let change = json!({
        "transaction_id": payment.id, "amount": given.amount, "currency": given.currency, "gateway_refund_id": given.gateway_refund_id,
    });
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.book", "refund", id.0)
            .with_change(change)
            .with_reason(Some(given.reason)),
    )?;
    let row = query::lock(tx, id)?.ok_or_else(Error::not_found)?;
    pay::processed(tx, actor, (&payment, &row), given.gateway_refund_id, now)?;
    Ok(id)
}

fn bookable(tx: &mut Tx<'_>, payment: &Payment, given: &GivenBack<'_>) -> Result<()> {
    ask::refundable(payment)?;
    if given.currency != payment.currency {
        let why = format!(
            "The payment is in {}, and {} was given back: settle it outside.",
            payment.currency, given.currency
        );
        return Err(Error::with_detail(ProblemCode::WrongState, why));
    }
    if query::by_gateway_id(tx.conn(), given.gateway_refund_id)?.is_some() {
        let why = "It is booked already.";
        return Err(Error::with_detail(ProblemCode::Conflict, why));
    }
    match query::open_of(tx.conn(), payment.id)? {
        Some(_) => Err(query::under_way()),
        None => Ok(()),
    }
}
