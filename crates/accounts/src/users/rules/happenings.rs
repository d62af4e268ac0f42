//! The timeline of a person: the events that the tables tell, put into sentences, each reader's own part of them.

use super::{notes, seen};
use crate::{
    sessions,
    users::query::{self, Event, Life},
};
use platform::{Actor, Conn, Error, Result, people};
use std::collections::HashMap;
use wire::{
    Cursor, Param, Permission, UserId,
    accounts::users::{
        Happening, HappeningFilter, HappeningKind, Happenings, Subject, SubjectKind,
    },
    billing::orders::Tone,
    system::audit::done,
};

/// The order that the events are in, as the cursor says it.
const ORDER: &str = "-at";

/// A part of somebody's timeline, the newest first. They themselves learn what was done, not who of the staff did it
/// and why.
pub fn happenings(
    conn: &mut Conn,
    actor: &Actor,
    id: UserId,
    asked: &HappeningFilter,
) -> Result<Happenings> {
    let limit = asked.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Error::field(
            "limit",
            "type",
            "`limit` must be a whole number from 1 to 100.",
        ));
    }
    let after = asked.after.as_deref().map(place).transpose()?;
    let life = if actor.can(Permission::UsersDelete) {
        Life::Either
    } else {
        Life::Living
    };
    query::find(conn, id, (seen(actor), life))?;

    let kinds = kinds(actor, asked);
    let is_own = actor.only().is_some();
    let mut events = query::happenings(conn, (id, is_own), &kinds, (after, i64::from(limit) + 1))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = events.len() > limit;
    events.truncate(limit);
    let next = events.last().filter(|_| has_more).map(|last| {
        Cursor {
            sort: ORDER.to_owned(),
            value: Some(last.at.show()),
            total: None,
            signature: None,
            id: last.tie,
        }
        .show()
    });
    notes::open(conn, actor, id, &mut events)?;
    let names = names(conn, actor, &events)?;
    let data = events
        .into_iter()
        .filter_map(|event| told(event, is_own, &names))
        .collect();
    Ok(Happenings { data, next })
}

fn place(cursor: &str) -> Result<(chrono::DateTime<chrono::Utc>, uuid::Uuid)> {
    let read = || {
        let cursor = Cursor::parse(cursor).ok().filter(|at| at.sort == ORDER)?;
        let at = Param::parse(cursor.value.as_deref()?).ok()?;
        Some((at, cursor.id))
    };
    read().ok_or_else(|| Error::field("after", "type", "`after` is not a cursor of this timeline."))
}

/// The kinds that are asked for, of those that the actor may see.
fn kinds(actor: &Actor, asked: &HappeningFilter) -> Vec<HappeningKind> {
    let wanted = |kind: &HappeningKind| asked.kind.as_ref().is_none_or(|any| any.0.contains(kind));
    let may = |kind: &HappeningKind| match kind {
        HappeningKind::Account | HappeningKind::Login | HappeningKind::Ticket => true,
        HappeningKind::Kyc => actor.can(Permission::KycRead),
        HappeningKind::Order => actor.can(Permission::OrdersRead),
        HappeningKind::Payment => actor.can(Permission::TransactionsRead),
        HappeningKind::Esim => actor.can(Permission::EsimsRead),
        // What was sent to somebody is theirs to know; for a client, its customers' letters are not.
        HappeningKind::Message => actor.client.is_none(),
    };
    HappeningKind::ALL
        .iter()
        .copied()
        .filter(|kind| wanted(kind) && may(kind))
        .collect()
}

fn names(conn: &mut Conn, actor: &Actor, events: &[Event]) -> Result<HashMap<UserId, String>> {
    if actor.only().is_some() {
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

fn told(event: Event, is_own: bool, names: &HashMap<UserId, String>) -> Option<Happening> {
    let (topic, verb) = event.word.split_once('.')?;
    let label = event.label.clone().unwrap_or_default();
    let (kind, what, sentence, tone) = match topic {
        "session" => login(verb, &label),
        "kyc" => document(verb, &label),
        "order" => order(verb, &label),
        "payment" | "refund" => payment(topic, verb, &label),
        "esim" | "profile" => esim(topic, verb, &label),
        "message" => message(verb, &label),
        "ticket" => ticket(verb, &label),
        _ => account(&event.word, verb, &label),
    };
    // Why an order stands still and why a document was refused is for its owner, too.
    let is_theirs = matches!(kind, HappeningKind::Order | HappeningKind::Kyc);
    let note = event.note.filter(|_| !is_own || is_theirs);
    let sentence = match note.filter(|note| !note.trim().is_empty()) {
        // What was ordered belongs to the sentence; a reason stands by itself.
        Some(plan) if event.word == "order.place" => {
            format!("{}: {plan}.", sentence.trim_end_matches('.'))
        }
        Some(note) => format!("{sentence} {note}"),
        None => sentence,
    };
    let actor_id = event.actor.map(UserId).filter(|id| names.contains_key(id));
    Some(Happening {
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

fn subject(kind: &str, id: Option<uuid::Uuid>, label: String) -> Option<Subject> {
    Some(Subject {
        kind: SubjectKind::parse(kind).ok()?,
        id: id?,
        label,
    })
}

type Words = (HappeningKind, String, String, Tone);

fn words(kind: HappeningKind, what: &str, sentence: String, tone: Tone) -> Words {
    (kind, what.to_owned(), sentence, tone)
}

fn account(word: &str, verb: &str, label: &str) -> Words {
    let kind = HappeningKind::Account;
    let (what, sentence, tone) = match word {
        "user.create" => ("created", "The account was created.".to_owned(), Tone::Good),
        "user.edit" => (
            "edited",
            "Names or ways to reach them were changed.".to_owned(),
            Tone::Neutral,
        ),
        "user.reveal" => (
            "revealed",
            "Their contact data was opened.".to_owned(),
            Tone::Neutral,
        ),
        "user.activate" => (
            "activated",
            "The account was let in again.".to_owned(),
            Tone::Good,
        ),
        "user.deactivate" => (
            "deactivated",
            "The account was put to rest.".to_owned(),
            Tone::Neutral,
        ),
        "user.suspend" => (
            "suspended",
            "The account was suspended.".to_owned(),
            Tone::Bad,
        ),
        "user.undo_status" => (
            "restored",
            "The last change of the status was undone.".to_owned(),
            Tone::Neutral,
        ),
        "user.ban" => ("banned", "The account was banned.".to_owned(), Tone::Bad),
        "user.appoint" => (
            "role changed",
            format!("Their role is {} now.", label.replace('_', " ")),
            Tone::Neutral,
        ),
        "user.delete" => ("deleted", "The account was deleted.".to_owned(), Tone::Bad),
        "user.restore" => (
            "restored",
            "The account was restored.".to_owned(),
            Tone::Good,
        ),
        "user.export" => (
            "exported",
            "Everything that is kept of them was taken away as a file.".to_owned(),
            Tone::Neutral,
        ),
        "user.erase" => (
            "erased",
            "Their personal data was erased.".to_owned(),
            Tone::Bad,
        ),
        _ if let Some((what, sentence, tone)) = sessions::told(word) => {
            (what, sentence.to_owned(), tone)
        }
        _ => {
            let what = done(verb).replace('_', " ");
            let sentence = format!("{}.", word.replace(['.', '_'], " "));
            return words(kind, &what, sentence, Tone::Neutral);
        }
    };
    words(kind, what, sentence, tone)
}

fn login(verb: &str, address: &str) -> Words {
    let from = if address.is_empty() {
        String::new()
    } else {
        format!(" from {address}")
    };
    let (what, sentence, tone) = match verb {
        "begin" => ("signed in", format!("Signed in{from}."), Tone::Good),
        "refused" => (
            "sign-in refused",
            format!("A sign-in{from} was refused."),
            Tone::Bad,
        ),
        other => {
            let what = format!("session {}", done(other));
            let sentence = format!("A session was {}.", done(other));
            return words(HappeningKind::Login, &what, sentence, Tone::Neutral);
        }
    };
    words(HappeningKind::Login, what, sentence, tone)
}

fn document(verb: &str, kind: &str) -> Words {
    let kind = kind.replace('_', " ");
    let (what, sentence, tone) = match verb {
        "upload" => (
            "document sent",
            format!("A document came in: {kind}."),
            Tone::Waiting,
        ),
        "approved" => (
            "document approved",
            format!("A document was approved: {kind}."),
            Tone::Good,
        ),
        "rejected" => (
            "document rejected",
            format!("A document was rejected: {kind}."),
            Tone::Bad,
        ),
        other => (
            "document",
            format!("A document is {other}: {kind}."),
            Tone::Neutral,
        ),
    };
    words(HappeningKind::Kyc, what, sentence, tone)
}

fn order(verb: &str, number: &str) -> Words {
    let (what, sentence, tone) = match verb {
        "place" => ("ordered", format!("{number} was placed."), Tone::Neutral),
        "pay" => ("paid", format!("{number} was paid."), Tone::Good),
        "fulfil" => (
            "fulfilled",
            format!("Every eSIM of {number} is there."),
            Tone::Good,
        ),
        "cancel" => (
            "cancelled",
            format!("{number} was cancelled."),
            Tone::Neutral,
        ),
        "needs_review" => ("needs review", format!("{number} needs a look."), Tone::Bad),
        _ => ("failed", format!("{number} failed."), Tone::Bad),
    };
    words(HappeningKind::Order, what, sentence, tone)
}

fn payment(topic: &str, verb: &str, amount: &str) -> Words {
    let (what, sentence, tone) = match (topic, verb) {
        ("refund", _) => (
            "refunded",
            format!("{amount} was paid back."),
            Tone::Neutral,
        ),
        (_, "open") => (
            "payment opened",
            format!("A payment of {amount} was opened."),
            Tone::Waiting,
        ),
        (_, "complete") => ("payment received", format!("{amount} came in."), Tone::Good),
        (_, "cancelled") => (
            "payment cancelled",
            format!("The payment of {amount} was cancelled."),
            Tone::Neutral,
        ),
        _ => (
            "payment failed",
            format!("The payment of {amount} failed."),
            Tone::Bad,
        ),
    };
    words(HappeningKind::Payment, what, sentence, tone)
}

fn esim(topic: &str, state: &str, iccid: &str) -> Words {
    let tone = match state {
        "active" | "enabled" | "installed" => Tone::Good,
        "suspended" | "error" => Tone::Bad,
        _ => Tone::Neutral,
    };
    let (what, sentence) = match (topic, state) {
        (_, "assigned") => (
            "eSIM assigned".to_owned(),
            format!("The eSIM {iccid} became theirs."),
        ),
        ("profile", state) => (
            format!("profile {state}"),
            format!("The profile of the eSIM {iccid} is {state}."),
        ),
        (_, state) => (
            format!("eSIM {state}"),
            format!("The eSIM {iccid} is {state}."),
        ),
    };
    words(HappeningKind::Esim, &what, sentence, tone)
}

fn message(verb: &str, subject: &str) -> Words {
    let named = if subject.is_empty() {
        "A message".to_owned()
    } else {
        format!("“{subject}”")
    };
    let (what, sentence, tone) = match verb {
        "sent" | "read" => ("message sent", format!("{named} was sent."), Tone::Good),
        "failed" => (
            "message not sent",
            format!("{named} could not be sent."),
            Tone::Bad,
        ),
        _ => (
            "message waits",
            format!("{named} waits in the outbox."),
            Tone::Waiting,
        ),
    };
    words(HappeningKind::Message, what, sentence, tone)
}

fn ticket(verb: &str, number: &str) -> Words {
    let (what, sentence, tone) = match verb {
        "open" => (
            "ticket opened",
            format!("{number} was opened."),
            Tone::Waiting,
        ),
        _ => (
            "ticket resolved",
            format!("{number} was resolved."),
            Tone::Good,
        ),
    };
    words(HappeningKind::Ticket, what, sentence, tone)
}
