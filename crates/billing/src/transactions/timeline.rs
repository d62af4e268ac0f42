//! What happened to a payment and to what was given back of it, told from the audit log.

use super::query::{self, Recorded};
use platform::{Actor, Conn, Result, people};
use serde_json::Value;
use std::collections::HashMap;
use wire::{
    Currency, Money, Param, TransactionId, UserId,
    billing::orders::{EventTone, Timeline, TimelineStep},
};

/// The steps of a payment that the actor may see, the oldest first.
pub fn of(conn: &mut Conn, actor: &Actor, id: TransactionId) -> Result<Timeline> {
    query::find(conn, actor, id)?;
    let acts = query::record(conn, &actor.keys, id)?;
    let people: Vec<UserId> = acts.iter().filter_map(|act| act.actor_id).collect();
    // A customer learns what was done, not who of the staff did it, nor what they thought.
    let is_staff = actor.owner_filter().is_none();
    let names = if is_staff {
        let is_masked = people::is_masked_for(actor.role);
        people::names(conn, &actor.keys, &people, is_masked)?
    } else {
        HashMap::new()
    };
    let data = acts
        .into_iter()
        .filter_map(|act| told(act, &names, is_staff))
        .collect();
    Ok(Timeline { data })
}

fn told(act: Recorded, names: &HashMap<UserId, String>, is_staff: bool) -> Option<TimelineStep> {
    let amount = amount_of(act.change.as_ref());
    let (what, sentence, tone) = match act.action.as_str() {
        "transaction.open" => (
            "opened",
            "It was opened at the gateway.".to_owned(),
            EventTone::Waiting,
        ),
        "transaction.simulate" => (
            "simulated",
            "The payment simulator was told what to do.".to_owned(),
            EventTone::Neutral,
        ),
        "transaction.complete" => (
            "completed",
            "The money came in.".to_owned(),
            EventTone::Good,
        ),
        "transaction.confirm" => (
            "completed",
            "Somebody has confirmed that the money came in.".to_owned(),
            EventTone::Good,
        ),
        "transaction.reject" => (
            "failed",
            "Somebody has said that no money came in.".to_owned(),
            EventTone::Bad,
        ),
        "transaction.fail" => ("failed", "It failed.".to_owned(), EventTone::Bad),
        "transaction.cancel" => (
            "cancelled",
            "It was cancelled.".to_owned(),
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
            "Another amount came in than was due.".to_owned(),
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
            "refund read again",
            "The sale had changed; the decision was asked for again.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.reject" => (
            "refund rejected",
            "The refund was rejected.".to_owned(),
            EventTone::Bad,
        ),
        "refund.send" if is_staff => (
            "refund sent",
            "The gateway was asked to give the money back.".to_owned(),
            EventTone::Waiting,
        ),
        "refund.retry" if is_staff => (
            "refund tried again",
            "The gateway is asked once more.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.fail" => (
            "refund failed",
            "The refund has failed.".to_owned(),
            EventTone::Bad,
        ),
        "refund.mismatch" if is_staff => (
            "mismatch",
            "Another amount was given back than was asked for.".to_owned(),
            EventTone::Bad,
        ),
        "refund.process" => (
            "refunded",
            format!("{amount} was refunded."),
            EventTone::Good,
        ),
        _ => return None,
    };
    let reason = act.reason.filter(|_| is_staff).unwrap_or_default();
    let actor = act.actor_id.and_then(|id| names.get(&id).cloned());
    Some(TimelineStep {
        at: act.at,
        what: what.to_owned(),
        sentence: format!("{sentence} {reason}").trim().to_owned(),
        actor_id: act.actor_id.filter(|_| actor.is_some()),
        actor,
        tone,
    })
}

/// Writes the amount of a recorded change, as its currency has it.
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
