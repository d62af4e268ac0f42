//! The timeline of a user: events from several tables, described in sentences and limited to what the reader may see.

use super::{reasons, visibility};
use crate::users::query::{self, Deleted, TimelineRow};
use platform::{Actor, Conn, Error, Result, people};
use std::collections::HashMap;
use wire::{
    Cursor, Param, Permission, UserId,
    accounts::users::{
        TimelineEvent, TimelineEventKind, TimelineFilter, TimelineSubject, TimelineSubjectKind,
        UserTimeline,
    },
    billing::orders::EventTone,
    system::audit::AuditAction,
};

/// The sort order of the events, as the cursor contains it.
const SORT: &str = "-at";

/// Returns a page of a user's timeline, the newest event first. The user learns what was done, but neither which staff member
/// did it nor the internal reason.
pub fn timeline(
    conn: &mut Conn,
    actor: &Actor,
    id: UserId,
    filter: &TimelineFilter,
) -> Result<UserTimeline> {
    let limit = filter.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Error::field(
            "limit",
            "type",
            "`limit` must be a whole number from 1 to 100.",
        ));
    }
    let after = filter.after.as_deref().map(parse_cursor).transpose()?;
    let deleted = if actor.can(Permission::UsersDelete) {
        Deleted::Include
    } else {
        Deleted::Exclude
    };
    query::find(conn, id, visibility(actor), deleted)?;

    let kinds = visible_kinds(actor, filter);
    let is_own = actor.owner_filter().is_some();
    let mut events = query::timeline(conn, id, is_own, &kinds, after, i64::from(limit) + 1)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| has_more).map(|last| {
        Cursor {
            sort: SORT.to_owned(),
            value: Some(last.at.show()),
            total: None,
            signature: None,
            id: last.tie,
        }
        .show()
    });
    reasons::open(conn, actor, id, &mut events)?;
    let names = names(conn, actor, &events)?;
    let data = events
        .into_iter()
        .filter_map(|event| to_timeline_event(event, is_own, &names))
        .collect();
    Ok(UserTimeline { data, next })
}

fn parse_cursor(cursor: &str) -> Result<(chrono::DateTime<chrono::Utc>, uuid::Uuid)> {
    let read = || {
        let cursor = Cursor::parse(cursor).ok().filter(|at| at.sort == SORT)?;
        let at = Param::parse(cursor.value.as_deref()?).ok()?;
        Some((at, cursor.id))
    };
    read().ok_or_else(|| Error::field("after", "type", "`after` is not a cursor of this timeline."))
}

/// Returns the requested kinds of events that the actor may see.
fn visible_kinds(actor: &Actor, filter: &TimelineFilter) -> Vec<TimelineEventKind> {
    let wanted =
        |kind: &TimelineEventKind| filter.kind.as_ref().is_none_or(|any| any.0.contains(kind));
    let may = |kind: &TimelineEventKind| match kind {
        TimelineEventKind::Account | TimelineEventKind::Login | TimelineEventKind::Ticket => true,
        TimelineEventKind::Kyc => actor.can(Permission::KycRead),
        TimelineEventKind::Order => actor.can(Permission::OrdersRead),
        TimelineEventKind::Payment => actor.can(Permission::TransactionsRead),
        TimelineEventKind::Esim => actor.can(Permission::EsimsRead),
        // Customers see the messages sent to them; an API client does not see the messages sent to its customers.
        TimelineEventKind::Message => actor.client.is_none(),
    };
    TimelineEventKind::ALL
        .iter()
        .copied()
        .filter(|kind| wanted(kind) && may(kind))
        .collect()
}

fn names(
    conn: &mut Conn,
    actor: &Actor,
    events: &[TimelineRow],
) -> Result<HashMap<UserId, String>> {
    if actor.owner_filter().is_some() {
        return Ok(HashMap::new());
    }
    let mut people: Vec<UserId> = events
        .iter()
        .filter_map(|event| event.actor.map(UserId))
        .collect();
    people.sort_unstable();
    people.dedup();
    let masked = people::is_masked_for(actor.role);
    people::names(conn, &actor.keys, &people, masked)
}

fn to_timeline_event(
    event: TimelineRow,
    is_own: bool,
    names: &HashMap<UserId, String>,
) -> Option<TimelineEvent> {
    let label = event.label.clone().unwrap_or_default();
    let action = AuditAction::from_name(&event.action);
    let Description {
        kind,
        what,
        sentence,
        tone,
    } = match action {
        Some(action) => describe_action(action, &label),
        None => {
            let (topic, verb) = event.action.split_once('.')?;
            match topic {
                "esim" | "profile" => esim(topic, verb, &label),
                "message" => message(verb, &label),
                "ticket" => ticket(verb, &label),
                _ => return None,
            }
        }
    };
    // The owner may read why an order is on hold and why a document was rejected.
    let is_for_owner = matches!(kind, TimelineEventKind::Order | TimelineEventKind::Kyc);
    let note = event.note.filter(|_| !is_own || is_for_owner);
    let sentence = match note.filter(|note| !note.trim().is_empty()) {
        // The name of the plan becomes part of the sentence; a reason follows it.
        Some(plan) if action == Some(AuditAction::OrderPlace) => {
            format!("{}, {plan}.", sentence.trim_end_matches('.'))
        }
        Some(note) => format!("{sentence} {note}"),
        None => sentence,
    };
    let actor_id = event.actor.map(UserId).filter(|id| names.contains_key(id));
    Some(TimelineEvent {
        id: event.tie,
        at: event.at,
        kind,
        what,
        sentence,
        tone,
        actor: actor_id.and_then(|id| names.get(&id).cloned()),
        actor_id,
        subject: subject(&event.subject, event.subject_id, label),
    })
}

fn subject(kind: &str, id: Option<uuid::Uuid>, label: String) -> Option<TimelineSubject> {
    Some(TimelineSubject {
        kind: TimelineSubjectKind::parse(kind).ok()?,
        id: id?,
        label,
    })
}

/// An event in words.
struct Description {
    kind: TimelineEventKind,
    /// A few words, such as `Signed in`.
    what: String,
    sentence: String,
    tone: EventTone,
}

fn description(
    kind: TimelineEventKind,
    what: &str,
    sentence: String,
    tone: EventTone,
) -> Description {
    Description {
        kind,
        what: what.to_owned(),
        sentence,
        tone,
    }
}

/// Describes an action of the audit log, with the number, amount, kind of document or role that it is about.
fn describe_action(action: AuditAction, label: &str) -> Description {
    let kind = match action.topic() {
        "session" => TimelineEventKind::Login,
        "kyc" => TimelineEventKind::Kyc,
        "order" => TimelineEventKind::Order,
        "transaction" | "refund" => TimelineEventKind::Payment,
        _ => TimelineEventKind::Account,
    };
    let text = action.text();
    let sentence = match kind {
        TimelineEventKind::Login if !label.is_empty() => {
            format!("{} from {label}.", text.sentence.trim_end_matches('.'))
        }
        TimelineEventKind::Kyc | TimelineEventKind::Account => {
            text.with_detail(&label.replace('_', " "))
        }
        _ => text.with_detail(label),
    };
    description(kind, text.label, sentence, text.tone)
}

fn esim(topic: &str, state: &str, iccid: &str) -> Description {
    let tone = match state {
        "active" | "enabled" | "installed" => EventTone::Good,
        "suspended" | "error" => EventTone::Bad,
        _ => EventTone::Neutral,
    };
    let (what, sentence) = match (topic, state) {
        (_, "assigned") => (
            "eSIM assigned".to_owned(),
            format!("The eSIM {iccid} was assigned to the customer."),
        ),
        ("profile", state) => (
            format!("Profile {state}"),
            format!("The profile of the eSIM {iccid} is {state}."),
        ),
        (_, state) => (
            format!("eSIM {state}"),
            format!("The eSIM {iccid} is {state}."),
        ),
    };
    description(TimelineEventKind::Esim, &what, sentence, tone)
}

fn message(verb: &str, subject: &str) -> Description {
    let named = if subject.is_empty() {
        "A message".to_owned()
    } else {
        format!("“{subject}”")
    };
    let (what, sentence, tone) = match verb {
        "sent" | "read" => (
            "Message sent",
            format!("{named} was sent."),
            EventTone::Good,
        ),
        "failed" => (
            "Message not sent",
            format!("{named} could not be sent."),
            EventTone::Bad,
        ),
        _ => (
            "Message queued",
            format!("{named} is queued."),
            EventTone::Waiting,
        ),
    };
    description(TimelineEventKind::Message, what, sentence, tone)
}

fn ticket(verb: &str, number: &str) -> Description {
    let (what, sentence, tone) = match verb {
        "open" => (
            "Ticket opened",
            format!("{number} was opened."),
            EventTone::Waiting,
        ),
        _ => (
            "Ticket resolved",
            format!("{number} was resolved."),
            EventTone::Good,
        ),
    };
    description(TimelineEventKind::Ticket, what, sentence, tone)
}
