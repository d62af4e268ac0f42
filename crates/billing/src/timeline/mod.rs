//! Steps of a timeline from the audit log, shared by orders and payments.

mod query;

pub use query::{TimelineAudit, audit_events};

use platform::{Actor, Conn, Result, people};
use serde_json::Value;
use std::collections::HashMap;
use wire::{
    Currency, Money, Param, UserId,
    billing::orders::{EventTone, TimelineStep},
    system::audit::AuditAction,
};

/// The entries that a timeline shows.
pub struct Visible {
    /// The actions that every reader sees.
    pub actions: &'static [AuditAction],
    /// The actions that only the staff see as well.
    pub staff_actions: &'static [AuditAction],
    /// The actions whose reasons every reader sees.
    pub reasons: &'static [AuditAction],
    /// Whether the staff see the reasons of all actions.
    pub staff_reasons: bool,
}

/// Returns the steps that the actor may see, in the order of the entries. Customers see the steps without the names of the
/// staff.
pub fn steps(
    conn: &mut Conn,
    actor: &Actor,
    events: Vec<TimelineAudit>,
    visible: &Visible,
) -> Result<Vec<TimelineStep>> {
    let is_staff = actor.owner_filter().is_none();
    let names = if is_staff {
        let people: Vec<UserId> = events.iter().filter_map(|event| event.actor_id).collect();
        let is_masked = people::is_masked_for(actor.role);
        people::names(conn, &actor.keys, &people, is_masked)?
    } else {
        HashMap::new()
    };
    let steps = events.into_iter().filter_map(|event| {
        let action = AuditAction::from_name(&event.action)?;
        let is_visible = visible.actions.contains(&action)
            || is_staff && visible.staff_actions.contains(&action);
        let shows_reason = visible.reasons.contains(&action) || is_staff && visible.staff_reasons;
        is_visible.then(|| step(event, action, shows_reason, &names))
    });
    Ok(steps.collect())
}

fn step(
    event: TimelineAudit,
    action: AuditAction,
    shows_reason: bool,
    names: &HashMap<UserId, String>,
) -> TimelineStep {
    let text = action.text();
    let sentence = text.with_detail(&detail(action, event.change.as_ref()));
    let reason = event.reason.filter(|_| shows_reason).unwrap_or_default();
    let actor = event.actor_id.and_then(|id| names.get(&id).cloned());
    TimelineStep {
        at: event.at,
        what: text.label.to_owned(),
        sentence: format!("{sentence} {reason}").trim().to_owned(),
        actor_id: event.actor_id.filter(|_| actor.is_some()),
        actor,
        tone: dispute_tone(action, event.change.as_ref()).unwrap_or(text.tone),
    }
}

/// Returns the detail of an action: its amount, the state of a dispute, or the source of an eSIM.
fn detail(action: AuditAction, change: Option<&Value>) -> String {
    match action {
        AuditAction::RefundRequest
        | AuditAction::RefundProcess
        | AuditAction::TransactionAccept
        | AuditAction::TransactionRefund => amount(change),
        AuditAction::DisputeOpen | AuditAction::DisputeUpdate => {
            let state = text(change, "state").replace('_', " ");
            let known = [amount(change), state];
            let known = known.iter().filter(|part| !part.is_empty());
            known.map(String::as_str).collect::<Vec<_>>().join(", ")
        }
        AuditAction::OrderProvision => match text(change, "source") {
            "stock" => "an eSIM from the stock".to_owned(),
            "topup" => "a top-up by the provider".to_owned(),
            _ => "an eSIM from a provider".to_owned(),
        },
        _ => String::new(),
    }
}

/// Returns the tone of a dispute that was decided.
fn dispute_tone(action: AuditAction, change: Option<&Value>) -> Option<EventTone> {
    if !matches!(
        action,
        AuditAction::DisputeOpen | AuditAction::DisputeUpdate
    ) {
        return None;
    }
    match text(change, "state") {
        "won" => Some(EventTone::Good),
        "lost" => Some(EventTone::Bad),
        _ => None,
    }
}

/// Formats the amount of a recorded change in its currency.
fn amount(change: Option<&Value>) -> String {
    let (amount, currency) = (text(change, "amount"), text(change, "currency"));
    match (Money::parse(amount), Currency::parse(currency)) {
        (Ok(amount), Ok(currency)) => amount.in_currency(currency),
        _ => format!("{amount} {currency}").trim().to_owned(),
    }
}

/// Returns a text field of a recorded change.
fn text<'a>(change: Option<&'a Value>, field: &str) -> &'a str {
    let value = change.and_then(|change| change.get(field));
    value.and_then(Value::as_str).unwrap_or_default()
}
