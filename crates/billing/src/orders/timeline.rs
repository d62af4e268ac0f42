//! The timeline of an order, from the audit log and the outbox.

use super::query::{self, DeliveryEmail};
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

/// An audit event of an order, of a payment, of a refund or of a dispute.
pub struct TimelineAudit {
    pub at: DateTime<Utc>,
    pub actor_id: Option<UserId>,
    pub action: String,
    pub change: Option<Value>,
    pub reason: Option<String>,
}

/// Returns the timeline of an order as the actor may see it, the oldest event first.
pub fn load(conn: &mut Conn, actor: &Actor, id: OrderId) -> Result<Timeline> {
    query::find(conn, actor, id)?;
    let payments = query::payments(conn, id)?;
    let events = query::audit_events(conn, &actor.keys, id, &payments)?;
    let people: Vec<UserId> = events.iter().filter_map(|event| event.actor_id).collect();
    // Customers see the events, without the names of the staff.
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
    let mut steps: Vec<TimelineStep> = events
        .into_iter()
        .filter(|event| is_staff || !is_for_staff(event))
        .filter_map(|event| to_step(event, &names))
        .collect();
    steps.extend(query::delivery_emails(conn, id)?.into_iter().map(delivery));
    steps.sort_by_key(|step| step.at);
    Ok(Timeline { data: steps })
}

/// Returns whether only the staff see an event: the requests of a refund to the gateway.
fn is_for_staff(event: &TimelineAudit) -> bool {
    matches!(
        event.action.as_str(),
        "refund.reread" | "refund.send" | "refund.retry" | "refund.mismatch"
    )
}

/// Returns a text field of the change of an event, such as the state.
fn change_text<'a>(event: &'a TimelineAudit, field: &str) -> &'a str {
    let change = event.change.as_ref();
    change
        .and_then(|change| change.get(field))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Describes an event of a refund or a dispute. The page of the refund shows the reasons of the staff, so the timeline
/// leaves them out.
fn money_event(event: &TimelineAudit) -> Option<(&'static str, String, EventTone)> {
    let sum = transactions::amount_of(event.change.as_ref());
    Some(match event.action.as_str() {
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
            let state = change_text(event, "state").replace('_', " ");
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

fn to_step(event: TimelineAudit, names: &HashMap<UserId, String>) -> Option<TimelineStep> {
    let reason = event.reason.clone().unwrap_or_default();
    let source = change_text(&event, "source");
    let (what, sentence, tone) = match event.action.as_str() {
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
            "An outcome was sent to the payment simulator.".to_owned(),
            EventTone::Neutral,
        ),
        "transaction.fail" => (
            "declined",
            format!("The payment failed. {reason}"),
            EventTone::Bad,
        ),
        "transaction.decline" => (
            "declined",
            format!("An attempt to pay failed; the customer can try again. {reason}"),
            EventTone::Neutral,
        ),
        "transaction.confirm" => (
            "confirmed",
            "The payment was confirmed manually.".to_owned(),
            EventTone::Good,
        ),
        "transaction.mismatch" => ("mismatch", reason, EventTone::Bad),
        "order.pay" => (
            "paid",
            "The payment was received.".to_owned(),
            EventTone::Good,
        ),
        "provisioning.ask" => (
            "sent to provider",
            "The order was sent to a provider.".to_owned(),
            EventTone::Waiting,
        ),
        "provisioning.fail" => ("provisioning failed", reason, EventTone::Bad),
        "order.provision" if source == "stock" => (
            "provisioned",
            "An eSIM was taken from stock.".to_owned(),
            EventTone::Good,
        ),
        "order.provision" if source == "topup" => (
            "topped up",
            "The provider added the plan to the eSIM.".to_owned(),
            EventTone::Good,
        ),
        "order.provision" => (
            "provisioned",
            "A provider delivered an eSIM.".to_owned(),
            EventTone::Good,
        ),
        "order.start" => (
            "started",
            "The top-up is active.".to_owned(),
            EventTone::Good,
        ),
        "order.fulfil" => (
            "fulfilled",
            "Every eSIM of the order was delivered.".to_owned(),
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
            "retried",
            "The order was retried.".to_owned(),
            EventTone::Neutral,
        ),
        "order.resend" => (
            "resent",
            "The delivery email was sent again.".to_owned(),
            EventTone::Neutral,
        ),
        _ => money_event(&event)?,
    };
    let actor = event.actor_id.and_then(|id| names.get(&id).cloned());
    Some(TimelineStep {
        at: event.at,
        what: what.to_owned(),
        sentence: sentence.trim().to_owned(),
        actor_id: event.actor_id.filter(|_| actor.is_some()),
        actor,
        tone,
    })
}

fn delivery(email: DeliveryEmail) -> TimelineStep {
    let DeliveryEmail {
        created_at,
        status,
        sent_at,
        last_error: error,
    } = email;
    let (at, what, sentence, tone) = match (status, sent_at) {
        (_, Some(at)) => (
            at,
            "delivered",
            "The delivery email was sent to the customer.".to_owned(),
            EventTone::Good,
        ),
        (NotificationStatus::Failed, None) => (
            created_at,
            "not delivered",
            "The delivery email could not be sent. Resend it.".to_owned(),
            EventTone::Bad,
        ),
        _ => (
            created_at,
            "delivery queued",
            error.unwrap_or_else(|| "The delivery email is in the outbox.".to_owned()),
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
