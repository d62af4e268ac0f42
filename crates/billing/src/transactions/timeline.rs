//! The timeline of a payment and of its refunds, from the audit log.

use super::query::{self, TimelineAudit};
use platform::{Actor, Conn, Result, people};
use serde_json::Value;
use std::collections::HashMap;
use wire::{
    Currency, Money, Param, TransactionId, UserId,
    billing::orders::{EventTone, Timeline, TimelineStep},
};

/// Returns the timeline of a payment as the actor may see it, the oldest event first.
pub fn load(conn: &mut Conn, actor: &Actor, id: TransactionId) -> Result<Timeline> {
    query::find(conn, actor, id)?;
    let events = query::audit_events(conn, &actor.keys, id)?;
    let people: Vec<UserId> = events.iter().filter_map(|event| event.actor_id).collect();
    // Customers see the events, without the names and the reasons of the staff.
    let is_staff = actor.owner_filter().is_none();
    let names = if is_staff {
        let is_masked = people::is_masked_for(actor.role);
        people::names(conn, &actor.keys, &people, is_masked)?
    } else {
        HashMap::new()
    };
    let data = events
        .into_iter()
        .filter_map(|event| to_step(event, &names, is_staff))
        .collect();
    Ok(Timeline { data })
}

fn to_step(
    event: TimelineAudit,
    names: &HashMap<UserId, String>,
    is_staff: bool,
) -> Option<TimelineStep> {
    let amount = amount_of(event.change.as_ref());
    let (what, sentence, tone) = match event.action.as_str() {
        "transaction.open" => (
            "opened",
            "The payment was opened at the gateway.".to_owned(),
            EventTone::Waiting,
        ),
        "transaction.simulate" => (
            "simulated",
            "An outcome was sent to the payment simulator.".to_owned(),
            EventTone::Neutral,
        ),
        "transaction.complete" => (
            "completed",
            "The payment was received.".to_owned(),
            EventTone::Good,
        ),
        "transaction.confirm" => (
            "completed",
            "The payment was confirmed manually.".to_owned(),
            EventTone::Good,
        ),
        "transaction.reject" => (
            "failed",
            "The payment was marked as unpaid.".to_owned(),
            EventTone::Bad,
        ),
        "transaction.fail" => ("failed", "The payment failed.".to_owned(), EventTone::Bad),
        "transaction.cancel" => (
            "cancelled",
            "The payment was cancelled.".to_owned(),
            EventTone::Neutral,
        ),
        "transaction.accept" => (
            "accepted",
            format!("{amount} was accepted as the payment."),
            EventTone::Good,
        ),
        "transaction.return" => (
            "received",
            format!("{amount} was received and is refunded: the order was cancelled."),
            EventTone::Neutral,
        ),
        "transaction.mismatch" => (
            "mismatch",
            "The received amount differs from the amount due.".to_owned(),
            EventTone::Bad,
        ),
        "refund.request" => (
            "refund requested",
            format!("A refund of {amount} was requested."),
            EventTone::Waiting,
        ),
        "refund.approve" => (
            "refund approved",
            "The refund was approved.".to_owned(),
            EventTone::Good,
        ),
        "refund.reread" if is_staff => (
            "refund calculated again",
            "The sale had changed, so the refund has to be approved again.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.reject" => (
            "refund rejected",
            "The refund was rejected.".to_owned(),
            EventTone::Bad,
        ),
        "refund.send" if is_staff => (
            "refund sent",
            "The refund was sent to the gateway.".to_owned(),
            EventTone::Waiting,
        ),
        "refund.retry" if is_staff => (
            "refund retried",
            "The refund is sent to the gateway again.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.fail" => (
            "refund failed",
            "The refund failed.".to_owned(),
            EventTone::Bad,
        ),
        "refund.mismatch" if is_staff => (
            "mismatch",
            "The gateway refunded another amount than was requested.".to_owned(),
            EventTone::Bad,
        ),
        "refund.process" => (
            "refunded",
            format!("{amount} was refunded."),
            EventTone::Good,
        ),
        _ => return None,
    };
    let reason = event.reason.filter(|_| is_staff).unwrap_or_default();
    let actor = event.actor_id.and_then(|id| names.get(&id).cloned());
    Some(TimelineStep {
        at: event.at,
        what: what.to_owned(),
        sentence: format!("{sentence} {reason}").trim().to_owned(),
        actor_id: event.actor_id.filter(|_| actor.is_some()),
        actor,
        tone,
    })
}

/// Formats the amount of a recorded change in its currency.
pub fn amount_of(change: Option<&Value>) -> String {
    let text = |field: &str| {
        let value = change.and_then(|change| change.get(field));
        value.and_then(Value::as_str).unwrap_or_default()
    };
    let (amount, currency) = (text("amount"), text("currency"));
    match (Money::parse(amount), Currency::parse(currency)) {
        (Ok(amount), Ok(currency)) => amount.in_currency(currency),
        _ => format!("{amount} {currency}").trim().to_owned(),
    }
}
