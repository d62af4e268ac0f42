//! Paying a refund out: what is asked of the gateway, what its word means, and that nothing is paid twice.

use super::{decide::lock, effects, elsewhere};
use crate::{
    invoices::Credit,
    reconciliation::{self, Finding},
    refunds::{
        letter,
        query::{self, Payment, RefundRow},
    },
    transactions::Settled,
    webhooks,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
    ports::payments::{GatewayError, GatewayRefund, GatewayRefundRequest, RefundOutcome},
};
use serde_json::json;
use wire::{
    RefundId,
    billing::{
        reconciliation::CaseKind,
        refunds::{RefundApprovalState, RefundStatus},
    },
};

/// What is to be asked of the gateway.
pub enum Step {
    /// Nothing.
    Done,
    /// To give money back.
    Ask(GatewayRefundRequest),
    /// What became of an earlier request, whose answer did not come back; the same request again when it never arrived.
    LookUp(GatewayRefundRequest),
}

/// What came of the gateway's answer.
pub enum Heard {
    /// All that can be done now.
    Done,
    /// Nobody knows yet: the same question later.
    Later(String),
}

/// What our attempt at a refund is called outside: by its id, and from the second attempt on by its number as well.
/// Only a clear refusal leads to another attempt.
fn reference(id: RefundId, attempts: i32) -> String {
    match attempts {
        ..=1 => id.to_string(),
        more => format!("{id}-{more}"),
    }
}

/// Decides what to ask, and notes it before it is asked.
pub fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    gateway: &str,
    now: DateTime<Utc>,
) -> Result<Step> {
    let (payment, row) = lock(tx, id)?;
    let is_due =
        row.status == RefundStatus::Pending && row.approval_state == RefundApprovalState::Approved;
    let Some(theirs) = payment
        .gateway_transaction_id
        .clone()
        .filter(|_| is_due && !payment.is_by_hand())
    else {
        return Ok(Step::Done);
    };
    if payment.payment_gateway.as_deref() != Some(gateway) {
        let name = payment.payment_gateway.as_deref().unwrap_or_default();
        fail(
            tx,
            actor,
            &row,
            &format!("The gateway {name} is not connected."),
            now,
        )?;
        return Ok(Step::Done);
    }
    let back = |attempts: i32| GatewayRefundRequest {
        refund: id,
        reference: reference(id, attempts),
        gateway_transaction_id: theirs,
        amount: row.amount.clone(),
        currency: row.currency,
    };
    if row.sent_at.is_some() {
        return Ok(Step::LookUp(back(row.attempts)));
    }
    query::sent(tx, id, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.send", "refund", id.0)
            .with_change(json!({ "attempt": row.attempts + 1 })),
    )?;
    Ok(Step::Ask(back(row.attempts + 1)))
}

/// What the gateway has answered to the job that asked.
pub fn answered(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    word: Result<GatewayRefund, GatewayError>,
    now: DateTime<Utc>,
) -> Result<Heard> {
    let (payment, row) = lock(tx, id)?;
    match word {
        Ok(told) => apply(tx, actor, (&payment, &row), &told, now).map(|_| Heard::Done),
        Err(GatewayError::Refused(why)) => {
            if row.status == RefundStatus::Pending {
                fail(tx, actor, &row, &why, now)?;
            }
            Ok(Heard::Done)
        }
        Err(unknown) => Ok(Heard::Later(unknown.to_string())),
    }
}

/// What the gateway tells by itself, of a payment that it calls so. Told twice, or out of order, it comes to the same.
pub fn heard(
    tx: &mut Tx<'_>,
    actor: &Actor,
    about: (&str, Option<&str>),
    told: &GatewayRefund,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let named = told.reference.as_deref().and_then(|reference| {
        let id = reference.get(..36)?;
        <RefundId as wire::Param>::parse(id).ok()
    });
    let asked = match named {
        Some(id) => query::payment_of(tx.conn(), id)?.map(|_| id),
        None => None,
    };
    let known = match asked {
        Some(id) => Some(id),
        None => query::by_gateway_id(tx.conn(), &told.gateway_refund_id)?,
    };
    let Some(id) = known else {
        return elsewhere::heard(tx, actor, about, told, now);
    };
    let (payment, row) = lock(tx, id)?;
    let is_current = told
        .reference
        .as_ref()
        .is_none_or(|theirs| *theirs == reference(id, row.attempts));
    if !is_current {
        return Ok(Settled::Ignored(
            Some(payment.id),
            "It speaks of an earlier attempt at this refund.".into(),
        ));
    }
    apply(tx, actor, (&payment, &row), told, now)
}

fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (payment, row): (&Payment, &RefundRow),
    news: &GatewayRefund,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let ignored = |why: &str| Ok(Settled::Ignored(Some(payment.id), why.to_owned()));
    let applied = |what: &str| Ok(Settled::Applied(payment.id, what.to_owned()));
    if row.approval_state != RefundApprovalState::Approved {
        return ignored("The refund was not approved here.");
    }
    match (row.status, &news.outcome) {
        (RefundStatus::Processed, RefundOutcome::Failed { reason }) => {
            let why =
                format!("The gateway says that a refund has failed which it had paid: {reason}");
            let found = told(CaseKind::RefundStuck, (payment, row), &why);
            reconciliation::open(tx, actor, &found, now)?;
            applied("It failed after it had been paid; somebody has to look.")
        }
        (RefundStatus::Processed, _) => ignored("The refund was known to be paid."),
        (RefundStatus::Pending, RefundOutcome::Pending) => {
            query::named(tx, row.id, &news.gateway_refund_id)?;
            applied("It is on its way.")
        }
        (RefundStatus::Failed, RefundOutcome::Pending | RefundOutcome::Failed { .. }) => {
            ignored("The refund has failed already.")
        }
        (RefundStatus::Pending, RefundOutcome::Failed { reason }) => {
            query::named(tx, row.id, &news.gateway_refund_id)?;
            fail(tx, actor, row, reason, now)?;
            applied(reason)
        }
        (_, RefundOutcome::Processed { minor, currency }) => {
            let is_ours =
                row.currency.as_str() == currency && row.amount.minor(row.currency) == Some(*minor);
            let others = query::live_sum(tx.conn(), payment.id, Some(row.id))?;
            if is_ours && others.plus(&row.amount) <= payment.total_amount {
                processed(tx, actor, (payment, row), &news.gateway_refund_id, now)?;
                return applied("Given back.");
            }
            let why = format!(
                "The gateway has refunded {}; {} was to be refunded.",
                webhooks::reported_amount(*minor, currency),
                row.amount.in_currency(row.currency)
            );
            mismatch(tx, actor, (payment, row), &why, now)?;
            applied(&why)
        }
    }
}

/// The money has gone out: the payment, the eSIMs, the claim, the credit note, the letter follow at once or not at all.
pub(super) fn processed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (payment, row): (&Payment, &RefundRow),
    reference: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    query::processed(tx, row.id, reference, now)?;
    let is_full = query::give_back(tx, payment.id)?;
    let change = json!({ "transaction_id": payment.id, "amount": row.amount, "currency": row.currency, "is_full": is_full });
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.process", "refund", row.id.0).with_change(change),
    )?;
    effects::follow(tx, actor, (payment, row), is_full, now)?;
    jobs::enqueue(tx, &Credit { refund: row.id })?;
    letter::send(tx, &actor.keys, (payment, row), is_full)
}

/// The gateway has said no. Somebody may try again.
fn fail(
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &RefundRow,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    query::failed(tx, row.id, why)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.fail", "refund", row.id.0).with_reason(Some(why)),
    )?;
    let payment = query::payment(tx.conn(), row.transaction_id)?;
    let finding = format!("The refund has failed: {why}");
    stuck(tx, actor, (&payment, row), &finding, now)
}

/// Says, after the last attempt, that nobody knows what became of a refund.
pub fn abandon(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: RefundId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let (payment, row) = lock(tx, id)?;
    if row.status != RefundStatus::Pending {
        return Ok(());
    }
    let finding = format!("Nobody knows whether the gateway has given the money back: {why}");
    stuck(tx, actor, (&payment, &row), &finding, now)
}

fn stuck(
    tx: &mut Tx<'_>,
    actor: &Actor,
    about: (&Payment, &RefundRow),
    finding: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let finding = found(CaseKind::RefundStuck, about, finding);
    reconciliation::open(tx, actor, &finding, now)
}

fn mismatch(
    tx: &mut Tx<'_>,
    actor: &Actor,
    about: (&Payment, &RefundRow),
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    audit::record(
        tx,
        actor,
        AuditEvent::new("refund.mismatch", "refund", about.1.id.0).with_reason(Some(why)),
    )?;
    let found = told(CaseKind::AmountMismatch, about, why);
    reconciliation::open(tx, actor, &found, now)
}

fn found(kind: CaseKind, (payment, row): (&Payment, &RefundRow), finding: &str) -> Finding {
    Finding {
        kind,
        key: format!("{kind}:{}", row.id),
        finding: finding.to_owned(),
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        refund_id: Some(row.id),
        esim_id: None,
        amount: Some(row.amount.clone()),
        currency: Some(row.currency),
    }
}

/// What the gateway has told and no row of ours shows: it does not come right by itself.
fn told(kind: CaseKind, about: (&Payment, &RefundRow), finding: &str) -> Finding {
    let found = found(kind, about, finding);
    Finding {
        key: format!("{}:told", found.key),
        ..found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attempt_bears_the_refunds_own_id() {
        let id = RefundId::new();
        assert_eq!(reference(id, 0), id.to_string());
        assert_eq!(reference(id, 1), id.to_string());
        assert_eq!(reference(id, 2), format!("{id}-2"));
    }
}
