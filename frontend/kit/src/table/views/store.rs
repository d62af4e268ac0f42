//! The views of the signed-in user: loaded once, and again after a minute or a change.

use crate::{api, session};
use leptos::prelude::*;
use std::{cell::Cell, sync::Arc};
use wire::{
    Permission, ViewId,
    accounts::users::UserRole,
    system::views::{View, ViewAudience},
};

/// How long the views count as current, in milliseconds.
const FRESH: i64 = 60_000;

/// The views, once they are loaded.
type Known = Option<Arc<Vec<View>>>;

thread_local! {
    static VIEWS: ArcRwSignal<Known> = ArcRwSignal::new(None);
    static REFRESHED_AT: Cell<i64> = const { Cell::new(0) };
}

fn signal() -> ArcRwSignal<Known> {
    VIEWS.with(Clone::clone)
}

/// Loads the views when the panel opens. A user without the permission has none.
pub(crate) fn begin() {
    if !untrack(|| session::can(Permission::ViewsOwn)) {
        return signal().set(Some(Arc::default()));
    }
    leptos::task::spawn_local(refresh());
}

/// Clears the views, because the next user has others.
pub(crate) fn forget() {
    signal().set(None);
    REFRESHED_AT.set(0);
}

/// Loads the views again if they are old.
pub(crate) fn refresh_if_stale() {
    let is_old = api_time().saturating_sub(REFRESHED_AT.get()) > FRESH;
    if is_old && untrack(|| session::can(Permission::ViewsOwn)) {
        leptos::task::spawn_local(refresh());
    }
}

fn api_time() -> i64 {
    crate::format::now().timestamp_millis()
}

/// Loads all views. Without a response, the panel works with the known views, or with none.
pub(crate) async fn refresh() {
    REFRESHED_AT.set(api_time());
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

/// Returns the views of a list in the order of its tabs: those for everyone, for the user's role, and the user's
/// own.
pub(super) fn for_list(list: &str) -> Vec<View> {
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

/// Returns the view that an address names, if it exists.
pub(crate) fn open(list: &str, named: Option<&str>) -> Option<View> {
    let id: ViewId = wire::Param::parse(named?).ok()?;
    let known = signal().get()?;
    let view = known.iter().find(|view| view.id == id && view.list == list);
    view.cloned()
}

/// Returns the default view of a list: the user's own, or else that of the role, or else that for everyone. The
/// outer `None` means that the views are still loading.
pub(crate) fn opens_with(list: &str) -> Option<Option<View>> {
    signal().with(|known| known.as_ref().map(drop))?;
    let views = for_list(list);
    let role = me().map(|(_, role)| role);
    let best = views
        .into_iter()
        .rev()
        .filter(|view| view.audience != ViewAudience::Role || view.role == role)
        .find(|view| view.is_default);
    Some(best)
}

/// Returns the address that opens a view.
pub(crate) fn address(view: &View) -> String {
    let and = if view.query.is_empty() { "" } else { "&" };
    format!("{}?{}{and}view={}", view.list, view.query, view.id)
}

fn me() -> Option<(wire::UserId, UserRole)> {
    session::user().map(|user| (user.id, user.role))
}

/// Tells whether the signed-in user may change a view: their own, or a shared one as a super administrator.
pub(super) fn may_change(view: &View) -> bool {
    me().is_some_and(|(me, role)| {
        view.owner_id == me || (role == UserRole::SuperAdmin && view.is_shared())
    })
}
