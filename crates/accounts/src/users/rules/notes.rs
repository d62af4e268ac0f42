//! The reasons in a timeline.

use crate::users::query::Event;
use platform::{
    Actor, Conn, Result,
    audit::{Reasons, Subject},
};
use wire::UserId;

/// Decrypts the notes that are reasons. The reasons about a person end with the erasure of the person.
pub fn open(conn: &mut Conn, actor: &Actor, id: UserId, events: &mut [Event]) -> Result<()> {
    let of = |event: &Event| match (event.subject.as_str(), event.subject_id) {
        ("esim", Some(esim)) => Subject {
            kind: "esim",
            id: esim,
        },
        _ => Subject {
            kind: "user",
            id: id.0,
        },
    };
    let reasons = Reasons::of(conn, &actor.keys, events.iter().map(of))?;
    for event in events {
        event.note = reasons.open(of(event), event.note.take());
    }
    Ok(())
}
