//! What was opened last: kinds and ids, nothing that names anybody. What the things are called is asked for anew each
//! time, so that one sees of them what one may see now.

use crate::{api, memory, session};
use wire::{
    Param,
    insights::search::{Found, Hit, Thing, Things},
};

/// As many as are kept.
const KEPT: usize = 8;

/// Under which name they are kept: every person of this browser has their own.
fn place() -> Option<String> {
    session::user().map(|user| format!("recent:{}", user.id))
}

/// The things that were opened last, the latest first.
pub(super) fn known() -> Vec<Thing> {
    let kept = place().and_then(|place| memory::recall(&place));
    let things = kept.as_deref().map(Things::parse);
    things.and_then(Result::ok).unwrap_or_default().0
}

/// The same without the one that is open.
pub(super) fn others(address: &str) -> Vec<Thing> {
    let here = Thing::at(address);
    let mut things = known();
    things.retain(|thing| Some(*thing) != here);
    things
}

/// Remembers that the thing at an address was opened, if there is one.
pub(in crate::shell) fn remember(address: &str) {
    let (Some(thing), Some(place)) = (Thing::at(address), place()) else {
        return;
    };
    let mut things = known();
    things.retain(|known| *known != thing);
    things.insert(0, thing);
    things.truncate(KEPT);
    memory::remember(&place, &Things(things).show());
}

/// What they are called. Those that are gone are missing; when nothing can be learned, all of them are.
pub(super) async fn named(things: Vec<Thing>) -> Vec<Hit> {
    let pairs = [("things", Things(things).show())];
    let found: Result<Found, _> = api::get(&api::with_query("/v1/search", &pairs)).await;
    found.map(|found| found.data).unwrap_or_default()
}
