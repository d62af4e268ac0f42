//! The sessions of a user.

use kit::{
    Task,
    api::{self, ApiError, Call},
    format,
    page::{Action, action, load_with_reload},
    session, task,
    ui::{ButtonVariant, Close, Icon, Row, Tone, card, rows, task_button},
};
use leptos::prelude::*;
use wire::{
    Permission, UserId,
    accounts::{
        sessions::{Session, SessionList},
        users::{User, UserRole},
    },
};

/// Draws the sessions of the current user.
pub fn own() -> AnyView {
    list(
        "/v1/sessions".to_owned(),
        |count| count > 1,
        "Sign out everywhere else",
    )
}

/// Draws the sessions of another user; nothing without the permission to manage sessions.
pub fn of_user(id: UserId) -> AnyView {
    if !session::can(Permission::SessionsManage) {
        return ().into_any();
    }
    let path = format!("/v1/users/{id}/sessions");
    card(
        "Sessions",
        list(path, |count| count > 0, "Sign out everywhere"),
    )
}

/// Resets two-factor authentication, for a user who has lost the authenticator and the recovery codes.
pub fn reset_mfa() -> Action<User> {
    let reset = |user: User| async move {
        let call = Call::delete(format!("/v1/users/{}/mfa", user.id));
        api::send(call).await.map(drop)
    };
    action("Reset two-factor authentication", "can sign in with the password alone", Permission::SessionsManage, reset)
        .asks("For users who have lost their authenticator and their recovery codes. Verify the identity of the user first. The user is signed out everywhere.")
        .danger()
        .when(|user| {
            let me = session::user();
            let is_super_admin = me.as_ref().is_some_and(|me| me.role == UserRole::SuperAdmin);
            user.deleted_at.is_none()
                && (is_super_admin || !user.role.is_staff())
                && me.is_none_or(|me| me.id != user.id)
        })
}

/// Draws the sessions at an address. `DELETE` on the address ends all sessions except the current one.
fn list(path: String, can_end_all: fn(usize) -> bool, verb: &'static str) -> AnyView {
    let list_path = path.clone();
    load_with_reload(
        move || {
            let path = list_path.clone();
            task(async move { api::get::<SessionList>(&path).await })
        },
        move |sessions, reload| {
            let path = path.clone();
            let all = can_end_all(sessions.data.len()).then(|| {
                let reload = reload.clone();
                let end = move || end_session(path.clone(), reload.clone());
                task_button(
                    verb,
                    ButtonVariant::Plain,
                    Some(Icon::LogOut),
                    "Signed out",
                    end,
                )
            });
            let count = sessions.data.len();
            let each = sessions
                .data
                .into_iter()
                .map(|one| row(one, reload.clone()));
            let each = rows(each.collect());
            view! {
                {(count == 0).then(|| view! { <p class="muted">"No sessions."</p> })}
                {each}
                {all.map(|all| view! { <div class="actions">{all}</div> })}
            }
            .into_any()
        },
    )
}

fn row(session: Session, reload: Close) -> Row {
    let path = format!("/v1/sessions/{}", session.id);
    let end = move || end_session(path.clone(), reload.clone());
    let is_current = session.is_current;
    let text = format!(
        "{} · since {} · last used {}",
        session.ip.as_deref().unwrap_or("Unknown address"),
        format::moment(session.created_at),
        format::ago(session.last_used_at, format::now())
    );
    Row {
        icon: device(&session.device),
        title: session.device,
        state: is_current.then_some(("Current session", Tone::Good)),
        text,
        hint: session.user_agent,
        action: (!is_current)
            .then(|| task_button("Sign out", ButtonVariant::Plain, None, "Signed out", end)),
    }
}

fn device(text: &str) -> Icon {
    if ["iPhone", "iPad", "Android"]
        .iter()
        .any(|phone| text.contains(phone))
    {
        Icon::CardSim
    } else {
        Icon::Monitor
    }
}

fn end_session(path: String, reload: Close) -> Task<Result<(), ApiError>> {
    task(async move {
        let outcome = api::send(Call::delete(path)).await.map(drop);
        reload();
        outcome
    })
}
