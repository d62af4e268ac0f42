//! Where somebody is signed in.

use kit::{
    Task,
    api::{self, Call, Fault},
    format,
    page::{Act, act, renewed},
    session, task,
    ui::{Close, Icon, Look, Row, Tone, card, rows, task_button},
};
use leptos::prelude::*;
use wire::{
    Permission, UserId,
    accounts::{
        sessions::{Session, Sessions},
        users::{User, UserRole},
    },
};

/// One's own sessions.
pub fn own() -> AnyView {
    list(
        "/v1/sessions".to_owned(),
        |count| count > 1,
        "Sign out everywhere else",
    )
}

/// Somebody else's; nothing for who may not see them.
pub fn of_person(id: UserId) -> AnyView {
    if !session::can(Permission::SessionsManage) {
        return ().into_any();
    }
    let path = format!("/v1/users/{id}/sessions");
    card(
        "Where they are signed in",
        list(path, |count| count > 0, "Sign out everywhere"),
    )
}

/// Helps somebody who has lost their authenticator and their codes.
pub fn reset_factor() -> Act<User> {
    let reset = |user: User| async move {
        let call = Call::delete(format!("/v1/users/{}/factor", user.id));
        api::send(call).await.map(drop)
    };
    act("Reset second factor", "can sign in by password", Permission::SessionsManage, reset)
        .asks("For who has lost their authenticator and their codes. Make sure that it is them. They are signed out everywhere.")
        .danger()
        .when(|user| {
            let me = session::user();
            let is_boss = me.as_ref().is_some_and(|me| me.role == UserRole::SuperAdmin);
            user.deleted_at.is_none()
                && (is_boss || !user.role.is_staff())
                && me.is_none_or(|me| me.id != user.id)
        })
}

/// Sessions at an address; deleting the address ends them all, but for the one that asks.
fn list(path: String, many: fn(usize) -> bool, verb: &'static str) -> AnyView {
    let asked = path.clone();
    renewed(
        move || {
            let path = asked.clone();
            task(async move { api::get::<Sessions>(&path).await })
        },
        move |sessions, again| {
            let path = path.clone();
            let all = many(sessions.data.len()).then(|| {
                let again = again.clone();
                let end = move || ended(path.clone(), again.clone());
                task_button(
                    verb,
                    Look::Plain,
                    Some(Icon::LogOut),
                    "Signed out there",
                    end,
                )
            });
            let count = sessions.data.len();
            let each = sessions.data.into_iter().map(|one| row(one, again.clone()));
            let each = rows(each.collect());
            view! {
                {(count == 0).then(|| view! { <p class="muted">"Nowhere."</p> })}
                {each}
                {all.map(|all| view! { <div class="actions">{all}</div> })}
            }
            .into_any()
        },
    )
}

fn row(of: Session, again: Close) -> Row {
    let path = format!("/v1/sessions/{}", of.id);
    let end = move || ended(path.clone(), again.clone());
    let is_here = of.is_current;
    let says = format!(
        "{} · since {} · last used {}",
        of.ip.as_deref().unwrap_or("Unknown address"),
        format::moment(of.created_at),
        format::ago(of.last_used_at, format::now())
    );
    Row {
        sign: device(&of.device),
        title: of.device,
        state: is_here.then_some(("This one", Tone::Good)),
        says,
        hint: of.user_agent,
        act: (!is_here)
            .then(|| task_button("Sign out", Look::Plain, None, "Signed out there", end)),
    }
}

fn device(says: &str) -> Icon {
    if ["iPhone", "iPad", "Android"]
        .iter()
        .any(|phone| says.contains(phone))
    {
        Icon::CardSim
    } else {
        Icon::Monitor
    }
}

fn ended(path: String, again: Close) -> Task<Result<(), Fault>> {
    task(async move {
        let outcome = api::send(Call::delete(path)).await.map(drop);
        again();
        outcome
    })
}
