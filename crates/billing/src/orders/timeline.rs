//! What happened to an order, told from the audit log and the outbox.

use super::query::{self, Message};
use crate::transactions;
use chrono::{DateTime, Utc};
use platform::{Actor, Conn, Result, people};
use serde_json::Value;
use std::collections::HashMap;
use wire::{
    OrderId, UserId,
    billing::orders::{EventTone, Timeline, TimelineStep},
    messaging::notifications::NotificationStatus,
};

/// One act of the record.
pub struct Recorded {
    pub at: DateTime<Utc>,
    pub actor_id: Option<UserId>,
    pub action: String,
    pub change: Option<Value>,
    pub reason: Option<String>,
}

/// The steps of an order that the actor may see, the oldest first.
pub fn of(conn: &mut Conn, actor: &Actor, id: OrderId) -> Result<Timeline> {
    query::find(conn, actor, id)?;
    let payments = query::payments(conn, id)?;
    let acts = query::record(conn, &actor.keys, (id, &payments))?;
    let people: Vec<UserId> = acts.iter().filter_map(|act| act.actor_id).collect();
    // A customer learns what was done, not which member of the staff did it.
    let names = if actor.owner_filter().is_none() {
        people::names(
            conn,
            &actor.keys,
            &people,
            people::is_masked_for(actor.role),
        )?
    } else {
        HashMap::new()
    };
    let is_staff = actor.owner_filter().is_none();
    let mut steps: Vec<TimelineStep> = acts
        .into_iter()
        .filter(|act| is_staff || !is_for_staff(act))
        .filter_map(|act| told(act, &names))
        .collect();
    steps.extend(query::messages(conn, id)?.into_iter().map(delivery));
    steps.sort_by_key(|step| step.at);
    Ok(Timeline { data: steps })
}

/// Returns whether an event of a refund is for the staff alone: how often the refund was sent to the gateway.
fn is_for_staff(act: &Recorded) -> bool {
    matches!(
        act.action.as_str(),
        "refund.reread" | "refund.send" | "refund.retry" | "refund.mismatch"
    )
}

/// Returns a text of an event's change, such as its state.
fn of_change<'a>(act: &'a Recorded, field: &str) -> &'a str {
    let change = act.change.as_ref();
    change
        .and_then(|change| change.get(field))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Describes an event of a refund or a dispute. The staff's reasons are not repeated: the page of the refund has them.
fn money_event(act: &Recorded) -> Option<(&'static str, String, EventTone)> {
    let sum = transactions::amount_of(act.change.as_ref());
    Some(match act.action.as_str() {
        "refund.request" => (
            "refund requested",
            format!("A refund of {sum} was requested."),
            EventTone::Waiting,
        ),
        "refund.approve" => (
            "refund approved",
            "The refund was approved.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.reread" => (
            "refund calculated again",
            "The sale had changed, so the refund has to be approved again.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.reject" => (
            "refund rejected",
            "The refund was rejected. No money was paid out.".to_owned(),
            EventTone::Bad,
        ),
        "refund.send" => (
            "refund sent",
            "The refund was sent to the gateway.".to_owned(),
            EventTone::Waiting,
        ),
        "refund.retry" => (
            "refund retried",
            "The refund is sent to the gateway again.".to_owned(),
            EventTone::Neutral,
        ),
        "refund.fail" => (
            "refund failed",
            "The refund failed.".to_owned(),
            EventTone::Bad,
        ),
        "refund.mismatch" => (
            "refund differs",
            "The gateway refunded another amount than was requested.".to_owned(),
            EventTone::Bad,
        ),
        "refund.process" => ("refunded", format!("{sum} was refunded."), EventTone::Good),
        "dispute.hear" => {
            let state = of_change(act, "state").replace('_', " ");
            let tone = match state.as_str() {
                "won" => EventTone::Good,
                "lost" => EventTone::Bad,
                _ => EventTone::Waiting,
            };
            (
                "disputed",
                format!("The customer's bank disputes {sum}: {state}."),
                tone,
            )
        }
        _ => return None,
    })
}

fn told(act: Recorded, names: &HashMap<UserId, String>) -> Option<TimelineStep> {
    let reason = act.reason.clone().unwrap_or_default();
    let source = act
        .change
        .as_ref()
        .and_then(|change| change.get("source"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (what, sentence, tone) = match act.action.as_str() {
        "order.place" => (
            "ordered",
            "The order was placed.".to_owned(),
            EventTone::Good,
        ),
        "transaction.open" => (
            "payment opened",
            "The payment was opened at the gateway.".to_owned(),
            EventTone::Waiting,
        ),
        "transaction.simulate" => (
            "simulated",
            "The payment simulator was told what to do.".to_owned(),
            EventTone::Neutral,
        ),
        "transaction.fail" => (
            "declined",
            format!("The payment failed. {reason}"),
            EventTone::Bad,
        ),
        "transaction.decline" => (
            "declined",
            format!("A try to pay has failed; the customer can try again. {reason}"),
            EventTone::Neutral,
        ),
        "transaction.confirm" => (
            "confirmed",
            "Somebody has seen the payment come in.".to_owned(),
            EventTone::Good,
        ),
        "transaction.mismatch" => ("mismatch", reason, EventTone::Bad),
        "order.pay" => ("paid", "The payment came in.".to_owned(), EventTone::Good),
        "provisioning.ask" => (
            "asked",
            "A provider was asked for an eSIM.".to_owned(),
            EventTone::Waiting,
        ),
        "provisioning.fail" => ("not provisioned", reason, EventTone::Bad),
        "order.provision" if source == "stock" => (
            "provisioned",
            "An eSIM was taken from stock.".to_owned(),
            EventTone::Good,
        ),
        "order.provision" if source == "topup" => (
            "topped up",
            "The provider has added it to the eSIM.".to_owned(),
            EventTone::Good,
        ),
        "order.provision" => (
            "provisioned",
            "A provider delivered an eSIM.".to_owned(),
            EventTone::Good,
        ),
        "order.start" => (
            "started",
            "What was added runs now.".to_owned(),
            EventTone::Good,
        ),
        "order.fulfil" => (
            "fulfilled",
            "Every eSIM of the order is there.".to_owned(),
            EventTone::Good,
        ),
        "order.review" => ("needs review", reason, EventTone::Bad),
        "order.fail" => ("failed", reason, EventTone::Bad),
        "order.cancel" => (
            "cancelled",
            format!("The order was cancelled. {reason}"),
            EventTone::Bad,
        ),
        "order.retry" => (
            "taken up again",
            "The order was taken up again.".to_owned(),
            EventTone::Neutral,
        ),
        "order.resend" => (
            "sent again",
            "The delivery was sent once more.".to_owned(),
            EventTone::Neutral,
        ),
        _ => money_event(&act)?,
    };
    let actor = act.actor_id.and_then(|id| names.get(&id).cloned());
    Some(TimelineStep {
        at: act.at,
        what: what.to_owned(),
        sentence: sentence.trim().to_owned(),
        actor_id: act.actor_id.filter(|_| actor.is_some()),
        actor,
        tone,
    })
}

fn delivery(message: Message) -> TimelineStep {
    let Message {
        created_at,
        status,
        sent_at,
        last_error: error,
    } = message;
    let (at, what, sentence, tone) = match (status, sent_at) {
        (_, Some(at)) => (
            at,
            "delivered",
            "The delivery was sent to the customer.".to_owned(),
            EventTone::Good,
        ),
        (NotificationStatus::Failed, None) => (
            created_at,
            "not delivered",
            "The delivery could not be sent; send it again.".to_owned(),
            EventTone::Bad,
        ),
        _ => (
            created_at,
            "delivery waits",
            error.unwrap_or_else(|| "The delivery is in the outbox.".to_owned()),
            EventTone::Waiting,
        ),
    };
    TimelineStep {
        at,
        what: what.to_owned(),
        sentence,
        actor_id: None,
        actor: None,
        tone,
    }
}
