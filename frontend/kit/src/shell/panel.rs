//! The whole panel: the session decides between the sign-in and the shell, the address decides the screen.

use super::{Sections, layout};
use crate::{
    route, session,
    session::State,
    shortcuts,
    ui::{
        dialog::dialogs, one_time_secret::one_time_secret_dialog, sign_in_dialog::sign_in_dialog,
        step_up::step_up_dialog, toast::toaster,
    },
    unsaved_changes,
};
use leptos::prelude::*;
use leptos_router::{
    components::Router,
    hooks::{use_location, use_navigate},
    location::{BrowserUrl, LocationProvider},
};

const LOGIN: &str = "/login";

/// The pages outside the shell, and the notice above every screen.
#[derive(Clone, Copy)]
pub struct PublicPages {
    /// Draws the sign-in page.
    pub login: fn() -> AnyView,
    /// Draws the page for a user who has to set up two-factor authentication first.
    pub enrolment: fn() -> AnyView,
    /// Draws the notice above every screen, such as an incomplete set-up; usually nothing.
    pub notice: fn() -> AnyView,
    /// The pages that need no session.
    pub pages: &'static [PublicPage],
}

/// A page that needs no session.
#[derive(Clone, Copy)]
pub struct PublicPage {
    /// The address.
    pub path: &'static str,
    /// Draws the page.
    pub view: fn() -> AnyView,
}

impl PublicPages {
    fn find(&self, path: &str) -> Option<fn() -> AnyView> {
        let mut all = self.pages.iter();
        all.find(|page| page.path == path).map(|page| page.view)
    }
}

/// The view that the panel shows; the shell chooses the screen within it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum View {
    Waiting,
    Public,
    SignIn,
    Enrolment,
    Shell,
}

/// Draws the panel. `home` is the first address after the sign-in.
pub fn panel(sections: Sections, home: &'static str, public_pages: PublicPages) -> AnyView {
    unsaved_changes::watch();
    shortcuts::listen();
    session::begin();
    leptos::task::spawn_local(session::restore());
    view! {
        <Router>{inside(sections, home, public_pages)}</Router>
        {dialogs()}
        {one_time_secret_dialog()}
        {step_up_dialog()}
        {sign_in_dialog()}
        {toaster()}
    }
    .into_any()
}

fn inside(sections: Sections, home: &'static str, public_pages: PublicPages) -> AnyView {
    let location = use_location();
    route::install(use_navigate());
    let (path, search, hash) = (location.pathname, location.search, location.hash);
    sync_history(path);
    let view = Memo::new(move |_| match (session::state(), path.get().as_str()) {
        (_, path) if public_pages.find(path).is_some() => View::Public,
        (State::Restoring, _) => View::Waiting,
        (State::Limited(_), _) => View::Enrolment,
        (State::Out, _) => View::SignIn,
        (State::In(_), LOGIN) => View::Waiting,
        (State::In(_), _) => View::Shell,
    });
    Effect::new(move |_| match (session::state(), path.get()) {
        (_, path) if public_pages.find(&path).is_some() => {}
        (State::Out, path) if path != LOGIN => {
            unsaved_changes::release();
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
        if view.get() != View::Waiting
            && let Some(boot) = document().get_element_by_id("boot")
        {
            boot.remove();
        }
    });
    (move || match view.get() {
        View::Waiting => ().into_any(),
        View::Public => public_pages.find(&path.get()).map(|page| page()).into_any(),
        View::SignIn => (public_pages.login)(),
        View::Enrolment => (public_pages.enrolment)(),
        View::Shell => layout::layout(sections, home, path, public_pages.notice),
    })
    .into_any()
}

/// Tells the router that the screen of a followed link is drawn: only then does the router change the address bar.
/// Its own `Routes` would do this, but the screens here are a table.
fn sync_history(path: Memo<String>) {
    let browser = use_context::<BrowserUrl>();
    Effect::new(move |_| {
        path.track();
        if let Some(browser) = &browser {
            browser.ready_to_complete();
        }
    });
}

/// Returns the address that the user requested before the sign-in. It is always an address of the panel.
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
