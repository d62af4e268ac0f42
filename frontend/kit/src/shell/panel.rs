//! The whole panel: who is there decides between the sign-in and the shell, the address decides the screen.

use super::{Sections, layout};
use crate::{
    guard, keys, route, session,
    session::State,
    ui::{
        confirmation::confirmations, dialog::dialogs, once::shown_once, signing_in::sign_ins,
        toast::toaster,
    },
};
use leptos::prelude::*;
use leptos_router::{
    components::Router,
    hooks::{use_location, use_navigate},
    location::{BrowserUrl, LocationProvider},
};

const LOGIN: &str = "/login";

/// What stands outside the shell.
#[derive(Clone, Copy)]
pub struct Doors {
    /// The way in.
    pub login: fn() -> AnyView,
    /// What whoever has to set up a second factor sees before anything else.
    pub enrolment: fn() -> AnyView,
    /// Draws the notice above every screen, such as a missing set-up; often nothing.
    pub notice: fn() -> AnyView,
    /// Pages that need nobody to be signed in.
    pub open: &'static [Open],
}

/// A page for everybody.
#[derive(Clone, Copy)]
pub struct Open {
    /// Its address.
    pub path: &'static str,
    /// What stands there.
    pub view: fn() -> AnyView,
}

impl Doors {
    fn open(&self, path: &str) -> Option<fn() -> AnyView> {
        let mut all = self.open.iter();
        all.find(|open| open.path == path).map(|open| open.view)
    }
}

/// Which of them it is; the screen within the shell is the shell's own business.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Waiting,
    Open,
    SignIn,
    Enrolment,
    Shell,
}

/// Draws the panel. `home` is where one arrives.
pub fn panel(sections: Sections, home: &'static str, doors: Doors) -> AnyView {
    guard::watch();
    keys::listen();
    session::begin();
    leptos::task::spawn_local(session::restore());
    view! {
        <Router>{inside(sections, home, doors)}</Router>
        {dialogs()}
        {shown_once()}
        {confirmations()}
        {sign_ins()}
        {toaster()}
    }
    .into_any()
}

fn inside(sections: Sections, home: &'static str, doors: Doors) -> AnyView {
    let location = use_location();
    route::install(use_navigate());
    let (path, search, hash) = (location.pathname, location.search, location.hash);
    settle(path);
    let stage = Memo::new(move |_| match (session::state(), path.get().as_str()) {
        (_, path) if doors.open(path).is_some() => Stage::Open,
        (State::Restoring, _) => Stage::Waiting,
        (State::Limited(_), _) => Stage::Enrolment,
        (State::Out, _) => Stage::SignIn,
        (State::In(_), LOGIN) => Stage::Waiting,
        (State::In(_), _) => Stage::Shell,
    });
    Effect::new(move |_| match (session::state(), path.get()) {
        (_, path) if doors.open(&path).is_some() => {}
        (State::Out, path) if path != LOGIN => {
            guard::release();
            let search = search.get_untracked();
            let and = if search.is_empty() { "" } else { "?" };
            let wanted = format!("{path}{and}{search}{}", hash.get_untracked());
            let next = if path == "/" {
                LOGIN.to_owned()
            } else {
                format!("{LOGIN}?next={}", crate::api::encode(&wanted))
            };
            route::replace(&next);
        }
        (State::In(_), path) if path == LOGIN => route::replace(&wanted(home)),
        (State::In(_), path) if path == "/" => route::replace(home),
        _ => {}
    });
    Effect::new(move |_| {
        if stage.get() != Stage::Waiting
            && let Some(boot) = document().get_element_by_id("boot")
        {
            boot.remove();
        }
    });
    (move || match stage.get() {
        Stage::Waiting => ().into_any(),
        Stage::Open => doors.open(&path.get()).map(|page| page()).into_any(),
        Stage::SignIn => (doors.login)(),
        Stage::Enrolment => (doors.enrolment)(),
        Stage::Shell => layout::layout(sections, home, path, doors.notice),
    })
    .into_any()
}

/// Tells the router that the screen of a followed link stands: only then does it change the address bar. Its own
/// `Routes` would do this, but the screens here are a table.
fn settle(path: Memo<String>) {
    let browser = use_context::<BrowserUrl>();
    Effect::new(move |_| {
        path.track();
        if let Some(browser) = &browser {
            browser.ready_to_complete();
        }
    });
}

/// Where the user wanted to go before the sign-in; only ever an address of the panel.
fn wanted(home: &str) -> String {
    let query = route::use_query();
    let next = query
        .with_untracked(|query| query.get("next"))
        .unwrap_or_default();
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/\\")
        && next != "/"
        && !next.starts_with(LOGIN);
    if ours { next } else { home.to_owned() }
}
