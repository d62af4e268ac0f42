//! Decisions about payments: what the gateway's news means. States move forward only; in doubt a person looks.

mod received;
mod record;

pub use received::{accept as accept_received, refund as refund_received};
pub use record::{confirm, free, reject};

use super::{
    jobs::{Close, Open, Simulate},
    query::{self, Due},
};
use crate::{disputes, invoices::Issue, orders, payments::MakeDay, refunds, webhooks};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
    ports::payments::{GatewayEvent, OpenedPayment, PaymentEvent},
};
use received::Received;
use serde_json::json;
use wire::{
    Currency, Money, Param, ProblemCode, TransactionId,
    billing::transactions::{Transaction, TransactionStatus},
};

/// Opens a payment: pending here now, at the gateway as soon as the job has run. What a person confirms, and what
/// costs nothing, no gateway hears of.
pub fn open(tx: &mut Tx<'_>, due: &Due) -> Result<TransactionId> {
    let id = TransactionId::new();
    query::insert(tx, id, due)?;
    if !due.method.is_recorded() && due.amounts.total.is_positive() {
        let checkout = due.checkout;
        jobs::enqueue(
            tx,
            &Open {
                transaction: id,
                checkout,
            },
        )?;
    }
    Ok(id)
}

/// Cancels a payment that has not come in, here and at the gateway.
pub fn cancel(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if query::advance(
        tx,
        id,
        &[TransactionStatus::Pending],
        TransactionStatus::Cancelled,
        Some(reason),
        now,
    )? {
        audit::record(
            tx,
            actor,
            AuditEvent::new("transaction.cancel", "transaction", id.0).with_reason(Some(reason)),
        )?;
        close(tx, id)?;
    }
    Ok(())
}

/// Has the gateway close a payment that shall not be paid any more.
pub fn close(tx: &mut Tx<'_>, id: TransactionId) -> Result<()> {
    jobs::enqueue(tx, &Close { transaction: id })
}

/// Tells the payment simulator what to do, where payments are simulated.
pub fn simulate(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, told: Simulate) -> Result<Transaction> {
    let payment = query::find(tx.conn(), actor, told.transaction)?;
    if !ctx.ports.payments.is_simulated() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Payments are real here; there is nothing to simulate.",
        ));
    }
    if payment.status != TransactionStatus::Pending {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    jobs::enqueue(tx, &told)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("transaction.simulate", "transaction", payment.id.0)
            .with_change(json!({ "outcome": told.outcome })),
    )?;
    Ok(payment)
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Settled {
    /// It changed something.
    Applied(TransactionId, String),
    /// It changed nothing, for this reason.
    Ignored(Option<TransactionId>, String),
}

/// Applies the gateway's news to the payment and its order. Told twice, or out of order, it comes to the same.
pub fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    gateway: &str,
    event: &GatewayEvent,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let Some(news) = &event.payment_event else {
        return Ok(Settled::Ignored(
            None,
            "This kind of event concerns nothing here.".into(),
        ));
    };
    if let PaymentEvent::Refund(told) = news {
        let named = event.gateway_payment_id.as_deref();
        return refunds::heard(tx, actor, (gateway, named), told, now);
    }
    if let PaymentEvent::Refunded(total) = news {
        let named = event.gateway_payment_id.as_deref();
        return refunds::refunded_in_all(tx, actor, (gateway, named), total, now);
    }
    if let PaymentEvent::Dispute(told) = news {
        let named = event.gateway_payment_id.as_deref();
        return disputes::heard(tx, actor, gateway, (named, told), now);
    }
    let Some(payment) = query::lock(
        tx,
        gateway,
        event.transaction,
        event.gateway_transaction_id.as_deref(),
    )?
    else {
        return Ok(Settled::Ignored(
            None,
            "It speaks of a payment that is not ours.".into(),
        ));
    };
    if let Some(reference) = &event.gateway_transaction_id {
        // The news may be quicker than the answer to the opening.
        let known = OpenedPayment::known(reference.clone());
        query::opened(tx, payment.id, gateway, (&known, None))?;
    }
    if let Some(id) = &event.gateway_payment_id {
        query::named(tx, payment.id, id)?;
    }
    match news {
        PaymentEvent::Paid { minor, currency } => paid(tx, actor, &payment, *minor, currency, now),
        PaymentEvent::Declined { reason } => {
            unpaid(tx, actor, &payment, TransactionStatus::Failed, reason, now)
        }
        PaymentEvent::Refund(_) | PaymentEvent::Refunded(_) | PaymentEvent::Dispute(_) => Ok(
            Settled::Ignored(Some(payment.id), "It was read above.".into()),
        ),
        PaymentEvent::AttemptFailed { reason } => again(tx, actor, &payment, reason),
        PaymentEvent::Expired => unpaid(
            tx,
            actor,
            &payment,
            TransactionStatus::Cancelled,
            "The time to pay is over.",
            now,
        ),
    }
}

fn paid(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    minor: i64,
    currency: &str,
    now: DateTime<Utc>,
) -> Result<Settled> {
    if matches!(
        payment.status,
        TransactionStatus::Completed | TransactionStatus::Refunded
    ) {
        return Ok(Settled::Ignored(
            Some(payment.id),
            "The payment was known already.".into(),
        ));
    }
    if let Some(received) = mismatch(payment, minor, currency) {
        received::record(tx, actor, payment, &received, now)?;
        if let Some(order) = payment.order_id {
            orders::stuck(tx, actor, order, &received.finding, now)?;
        }
        return Ok(Settled::Applied(payment.id, received.finding));
    }
    complete(tx, actor, payment, now)
}

/// The money is there: the payment is completed, and its order is taken up.
fn complete(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    now: DateTime<Utc>,
) -> Result<Settled> {
    settle_money(tx, actor, payment, now)?;
    let was_declined = payment.status == TransactionStatus::Failed;
    // A payment that a person rejected and then confirms is reviewed by a person.
    let completes = if was_declined && !payment.payment_method.is_recorded() {
        orders::Completes::DeclinedPayment
    } else {
        orders::Completes::Payment
    };
    let note = match payment
        .order_id
        .map(|order| orders::paid(tx, actor, order, completes, now))
        .transpose()?
    {
        Some(orders::Paid::Late) => {
            "Paid after the order was closed, or too late for its stock; the order waits for review."
        }
        _ => "Paid.",
    };
    Ok(Settled::Applied(payment.id, note.into()))
}

/// Completes the payment in the books, whatever happens to its order.
fn settle_money(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    now: DateTime<Utc>,
) -> Result<()> {
    let unpaid = [
        TransactionStatus::Pending,
        TransactionStatus::Failed,
        TransactionStatus::Cancelled,
    ];
    query::advance(
        tx,
        payment.id,
        &unpaid,
        TransactionStatus::Completed,
        None,
        now,
    )?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("transaction.complete", "transaction", payment.id.0).with_change(
            json!({ "total_amount": payment.total_amount, "currency": payment.currency }),
        ),
    )?;
    jobs::enqueue(
        tx,
        &Issue {
            transaction: payment.id,
        },
    )?;
    let had_failed = payment.status == TransactionStatus::Failed;
    if let Some(at) = payment.closed_at.filter(|_| had_failed) {
        // The day on which it had failed counts it no more.
        jobs::enqueue(tx, &MakeDay { at })?;
    }
    Ok(())
}

/// One try to pay has failed, and the customer can try again: noted, and nothing else.
fn again(tx: &mut Tx<'_>, actor: &Actor, payment: &Transaction, reason: &str) -> Result<Settled> {
    if payment.status == TransactionStatus::Pending {
        let act = AuditEvent::new("transaction.decline", "transaction", payment.id.0);
        audit::record(tx, actor, act.with_reason(Some(reason)))?;
    }
    let note = format!("One try has failed, another may follow: {reason}");
    Ok(Settled::Ignored(Some(payment.id), note))
}

fn unpaid(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    to: TransactionStatus,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Settled> {
    if !query::advance(
        tx,
        payment.id,
        &[TransactionStatus::Pending],
        to,
        Some(reason),
        now,
    )? {
        return Ok(Settled::Ignored(
            Some(payment.id),
            format!("The payment is {} already.", payment.status),
        ));
    }
    let action = if to == TransactionStatus::Failed {
        "transaction.fail"
    } else {
        "transaction.cancel"
    };
    audit::record(
        tx,
        actor,
        AuditEvent::new(action, "transaction", payment.id.0).with_reason(Some(reason)),
    )?;
    if let Some(order) = payment.order_id {
        orders::closed(tx, actor, order, &format!("Not paid: {reason}"), now)?;
    }
    Ok(Settled::Applied(payment.id, reason.to_owned()))
}

/// What came in must be what was asked for, to the cent and in its currency.
fn mismatch(payment: &Transaction, minor: i64, currency: &str) -> Option<Received> {
    let same = payment.currency.as_str() == currency
        && payment.total_amount.minor(payment.currency) == Some(minor);
    if same {
        return None;
    }
    let known = Currency::parse(currency).ok();
    let amount = known.map(|currency| (Money::from_minor(minor, currency), currency));
    let reported = webhooks::reported_amount(minor, currency);
    let due = payment.total_amount.in_currency(payment.currency);
    Some(Received {
        amount: amount.filter(|(amount, _)| amount.is_positive() && amount.is_storable()),
        finding: format!("The gateway received {reported}; {due} was due."),
    })
}
