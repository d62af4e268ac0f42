//! What happened to a person and through them.

use kit::{
    api,
    format::sentence,
    page::{Stretch, Wanted, spine},
    session, task,
    ui::Event,
};
use leptos::prelude::*;
use wire::{
    Filter, Permission, Resource, UserId,
    accounts::users::{Happening, HappeningFilter, Happenings, Subject, SubjectKind, User},
};

const KINDS: &[(&str, &str)] = &[
    ("account", "The account"),
    ("login", "Sign-ins"),
    ("kyc", "Documents"),
    ("order", "Orders"),
    ("payment", "Payments"),
    ("esim", "eSIMs"),
    ("message", "Messages"),
    ("ticket", "Tickets"),
];

/// Draws it; `again` asks once more.
pub fn happenings(id: UserId, again: RwSignal<u32>) -> AnyView {
    spine("Timeline", again, KINDS, move |wanted| {
        task(async move {
            let told: Happenings = api::get(&address(id, wanted)).await?;
            let stretch: Stretch = (told.data.into_iter().map(event).collect(), told.next);
            Ok(stretch)
        })
    })
}

fn address(id: UserId, wanted: Wanted) -> String {
    let filter = HappeningFilter {
        kind: wanted.kind.and_then(|kind| wire::Param::parse(kind).ok()),
        limit: Some(20),
        after: wanted.after,
    };
    api::with_query(&format!("{}/{id}/timeline", User::PATH), &filter.pairs())
}

fn event(told: Happening) -> (Event, Option<String>) {
    let event = Event {
        at: told.at,
        what: sentence(&told.what),
        who: told.actor,
        more: vec![told.sentence],
        tone: told.tone.into(),
    };
    (event, told.subject.and_then(href))
}

/// The page of the record, where there is one that may be seen.
fn href(subject: Subject) -> Option<String> {
    let (needs, place) = match subject.kind {
        SubjectKind::KycDocument => (Permission::KycRead, "/accounts/kyc"),
        SubjectKind::Order => (Permission::OrdersRead, "/billing/orders"),
        SubjectKind::Transaction => (Permission::TransactionsRead, "/billing/transactions"),
        SubjectKind::Esim => (Permission::EsimsRead, "/esims/inventory"),
        SubjectKind::Notification => (Permission::NotificationsRead, "/messaging/notifications"),
        _ => return None,
    };
    untrack(|| session::can(needs)).then(|| format!("{place}/{}", subject.id))
}
