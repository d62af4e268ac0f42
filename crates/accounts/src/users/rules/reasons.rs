//! The reasons in a timeline.

use crate::users::query::TimelineRow;
use platform::{
    Actor, Conn, Result,
    audit::{Reasons, Subject},
};
use wire::UserId;

/// Decrypts the notes that are reasons. The reasons about a person end with the erasure of the person.
pub fn open(conn: &mut Conn, actor: &Actor, id: UserId, events: &mut [TimelineRow]) -> Result<()> {
    let subject_of = |event: &TimelineRow| match (event.subject.as_str(), event.subject_id) {
        ("esim", Some(esim)) => Subject {
            kind: "esim",
            id: esim,
        },
        _ => Subject {
            kind: "user",
            id: id.0,
        },
    };
    let reasons = Reasons::load(conn, &actor.keys, events.iter().map(subject_of))?;
    for event in events {
        event.note = reasons.open(subject_of(event), event.note.take());
    }
    Ok(())
}
