//! The timeline of a user.

use kit::{
    api,
    page::{EventPage, EventQuery, activity_feed},
    session, task,
    ui::{Event, LinkedEvent},
};
use leptos::prelude::*;
use wire::{
    Filter, Permission, Resource, UserId,
    accounts::users::{
        TimelineEvent, TimelineFilter, TimelineSubject, TimelineSubjectKind, User, UserTimeline,
    },
};

const KINDS: &[(&str, &str)] = &[
    ("account", "Account"),
    ("login", "Sign-ins"),
    ("kyc", "Documents"),
    ("order", "Orders"),
    ("payment", "Payments"),
    ("esim", "eSIMs"),
    ("message", "Messages"),
    ("ticket", "Tickets"),
];

/// Draws the timeline. A change of `reload` reloads it.
pub fn timeline(id: UserId, reload: RwSignal<u32>) -> AnyView {
    activity_feed("Timeline", reload, KINDS, move |wanted| {
        task(async move {
            let page: UserTimeline = api::get(&address(id, wanted)).await?;
            Ok(EventPage {
                events: page.data.into_iter().map(event).collect(),
                next: page.next,
            })
        })
    })
}

fn address(id: UserId, wanted: EventQuery) -> String {
    let filter = TimelineFilter {
        kind: wanted.kind.and_then(|kind| wire::Param::parse(kind).ok()),
        limit: Some(20),
        after: wanted.after,
    };
    api::with_query(&format!("{}/{id}/timeline", User::PATH), &filter.pairs())
}

fn event(entry: TimelineEvent) -> LinkedEvent {
    let event = Event {
        at: entry.at,
        what: entry.what,
        who: entry.actor,
        more: vec![entry.sentence],
        tone: entry.tone.into(),
    };
    LinkedEvent {
        event,
        href: entry.subject.and_then(href),
    }
}

/// Returns the address of the page of the record, if the current user may see it.
fn href(subject: TimelineSubject) -> Option<String> {
    let (needs, place) = match subject.kind {
        TimelineSubjectKind::KycDocument => (Permission::KycRead, "/accounts/kyc"),
        TimelineSubjectKind::Order => (Permission::OrdersRead, "/billing/orders"),
        TimelineSubjectKind::Transaction => (Permission::TransactionsRead, "/billing/transactions"),
        TimelineSubjectKind::Esim => (Permission::EsimsRead, "/esims/inventory"),
        TimelineSubjectKind::Notification => {
            (Permission::NotificationsRead, "/messaging/notifications")
        }
        _ => return None,
    };
    untrack(|| session::can(needs)).then(|| format!("{place}/{}", subject.id))
}
