//! The views that whoever is signed in may use: asked for once, and again after a while or a change.

use crate::{api, session};
use leptos::prelude::*;
use std::{cell::Cell, sync::Arc};
use wire::{
    Permission, ViewId,
    accounts::users::UserRole,
    system::views::{View, ViewAudience},
};

/// How long what is known is taken to hold, in milliseconds.
const FRESH: i64 = 60_000;

/// The views, once they are known.
type Known = Option<Arc<Vec<View>>>;

thread_local! {
    static VIEWS: ArcRwSignal<Known> = ArcRwSignal::new(None);
    static ASKED: Cell<i64> = const { Cell::new(0) };
}

fn signal() -> ArcRwSignal<Known> {
    VIEWS.with(Clone::clone)
}

/// Asks for them as the panel opens. Whoever may save none has none.
pub(crate) fn begin() {
    if !untrack(|| session::can(Permission::ViewsOwn)) {
        return signal().set(Some(Arc::default()));
    }
    leptos::task::spawn_local(refresh());
}

/// Forgets them: whoever comes next has others.
pub(crate) fn forget() {
    signal().set(None);
    ASKED.set(0);
}

/// Asks again, if what is known is old.
pub(crate) fn freshen() {
    let is_old = api_time().saturating_sub(ASKED.get()) > FRESH;
    if is_old && untrack(|| session::can(Permission::ViewsOwn)) {
        leptos::task::spawn_local(refresh());
    }
}

fn api_time() -> i64 {
    crate::format::now().timestamp_millis()
}

/// Asks for all of them. Without an answer one works with what is known, or with none.
pub(crate) async fn refresh() {
    ASKED.set(api_time());
    let (mut views, mut after) = (Vec::new(), None);
    loop {
        let mut pairs = vec![("limit", "100".to_owned())];
        pairs.extend(after.map(|cursor| ("after", cursor)));
        let Ok(page) = api::page::<View>(&pairs).await else {
            return signal().update(|known| {
                known.get_or_insert_default();
            });
        };
        views.extend(page.data);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if signal().with_untracked(|known| known.as_deref() != Some(&views)) {
        signal().set(Some(Arc::new(views)));
    }
}

/// The views of a list, as its tabs stand: everyone's, one's role's, one's own.
pub(super) fn of(list: &str) -> Vec<View> {
    let Some((me, role)) = me() else {
        return Vec::new();
    };
    let mut views: Vec<View> = signal()
        .get()
        .iter()
        .flat_map(|views| views.iter())
        .filter(|view| view.list == list)
        .filter(|view| {
            let is_theirs = view.audience == ViewAudience::Everyone || view.role == Some(role);
            is_theirs || view.owner_id == me
        })
        .cloned()
        .collect();
    views.sort_by_key(|view| match view.audience {
        ViewAudience::Everyone => 0,
        ViewAudience::Role => 1,
        ViewAudience::Mine => 2,
    });
    views
}

/// The view of a list that an address names, if there is such a one.
pub(crate) fn open(list: &str, named: Option<&str>) -> Option<View> {
    let id: ViewId = wire::Param::parse(named?).ok()?;
    let known = signal().get()?;
    let view = known.iter().find(|view| view.id == id && view.list == list);
    view.cloned()
}

/// What a list opens with: one's own default, else one's role's, else everyone's. Unknown while it is being asked.
pub(crate) fn opens_with(list: &str) -> Option<Option<View>> {
    signal().with(|known| known.as_ref().map(drop))?;
    let views = of(list);
    let role = me().map(|(_, role)| role);
    let best = views
        .into_iter()
        .rev()
        .filter(|view| view.audience != ViewAudience::Role || view.role == role)
        .find(|view| view.is_default);
    Some(best)
}

/// Where a view opens.
pub(crate) fn address(view: &View) -> String {
    let and = if view.query.is_empty() { "" } else { "&" };
    format!("{}?{}{and}view={}", view.list, view.query, view.id)
}

fn me() -> Option<(wire::UserId, UserRole)> {
    session::user().map(|user| (user.id, user.role))
}

/// Whether whoever is signed in may change a view: their own, or as a super administrator one that is shared.
pub(super) fn may_change(view: &View) -> bool {
    me().is_some_and(|(me, role)| {
        view.owner_id == me || (role == UserRole::SuperAdmin && view.is_shared())
    })
}
