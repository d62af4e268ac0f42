//! Links with which a person chooses a password and that an administrator passes on: for installations without a mail
//! server, and for people who cannot reach their mailbox.

use super::{Visit, letters};
use crate::sessions::query::{self, passwords};
use chrono::TimeDelta;
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
    auth::{UNUSABLE, random_token},
    crypto::digest,
};
use serde_json::json;
use uuid::Uuid;
use wire::{
    ProblemCode, UserId,
    accounts::{sessions::InvitationLink, users::UserStatus},
};

/// How long an invitation works.
pub const INVITED_FOR: TimeDelta = TimeDelta::days(7);
/// How long a link works that replaces a password.
const REPLACES_FOR: TimeDelta = TimeDelta::hours(24);

/// Creates a link, and ends the earlier ones of the same person.
pub fn make(tx: &mut Tx<'_>, visit: &Visit, actor: &Actor, user: UserId) -> Result<InvitationLink> {
    let account = query::hold(tx, user)?.ok_or_else(Error::not_found)?;
    if account.status != UserStatus::Active {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!("The account is {}. Activate it first.", account.status),
        ));
    }
    let is_first = account.password_hash == UNUSABLE;
    let open_for = if is_first { INVITED_FOR } else { REPLACES_FOR };
    let (id, token, expires_at) = (Uuid::now_v7(), random_token(), visit.now + open_for);
    let hash = digest(token.as_bytes());
    passwords::add_link(tx, (id, user), (&hash, visit.now, expires_at))?;
    passwords::close_older_links(tx, (user, id), visit.now)?;
    audit::record(
        tx,
        actor,
        Act::new("password.link", "user", user.0).changing(json!({ "expires_at": expires_at })),
    )?;
    if !is_first {
        letters::link_made(tx, visit, user)?;
    }
    Ok(InvitationLink {
        url: letters::password_page(&visit.ctx, &token),
        expires_at,
    })
}
