//! The whole panel: who is there decides between the sign-in and the shell, the address decides the screen.

use super::{Sections, layout};
use crate::{
    guard, keys, route, session,
    session::State,
    ui::{dialog::dialogs, once::shown_once, toast::toaster},
};
use leptos::prelude::*;
use leptos_router::{
    components::Router,
    hooks::{use_location, use_navigate},
    location::{BrowserUrl, LocationProvider},
};

const LOGIN: &str = "/login";

/// Which of the three it is; the screen within the shell is the shell's own business.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Waiting,
    SignIn,
    Shell,
}

/// Draws the panel. `home` is where one arrives, `login` the way in.
pub fn panel(sections: Sections, home: &'static str, login: fn() -> AnyView) -> AnyView {
    guard::watch();
    keys::listen();
    session::begin();
    leptos::task::spawn_local(session::restore());
    view! {
        <Router>{inside(sections, home, login)}</Router>
        {dialogs()}
        {shown_once()}
        {toaster()}
    }
    .into_any()
}

fn inside(sections: Sections, home: &'static str, login: fn() -> AnyView) -> AnyView {
    let location = use_location();
    route::install(use_navigate());
    let (path, search) = (location.pathname, location.search);
    settle(path);
    let stage = Memo::new(move |_| match (session::state(), path.get().as_str()) {
        (State::Restoring, _) => Stage::Waiting,
        (State::Out, _) => Stage::SignIn,
        (State::In(_), LOGIN) => Stage::Waiting,
        (State::In(_), _) => Stage::Shell,
    });
    Effect::new(move |_| match (session::state(), path.get()) {
        (State::Out, path) if path != LOGIN => {
            guard::release();
            let wanted = format!(
                "{path}{}",
                search.with_untracked(|search| if search.is_empty() {
                    String::new()
                } else {
                    format!("?{search}")
                })
            );
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
        Stage::SignIn => login(),
        Stage::Shell => layout::layout(sections, home, path),
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
    let query = leptos_router::hooks::use_query_map();
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
