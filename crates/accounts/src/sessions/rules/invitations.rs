//! Links with which a person chooses a password and that an administrator passes on: for installations without a mail
//! server, and for people who cannot reach their mailbox.

use super::{RequestContext, email};
use crate::sessions::query::{
    self,
    passwords::{self, NewLink},
};
use chrono::TimeDelta;
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::{UNUSABLE, random_token},
    crypto::digest,
};
use serde_json::json;
use uuid::Uuid;
use wire::{
    ProblemCode, UserId,
    accounts::{sessions::InvitationLink, users::UserStatus},
    system::audit::AuditAction,
};

/// How long an invitation works.
pub const INVITED_FOR: TimeDelta = TimeDelta::days(7);
/// How long a link works that replaces a password.
const REPLACEMENT_FOR: TimeDelta = TimeDelta::hours(24);

/// Creates a link, and closes the earlier ones of the same user.
pub fn create_link(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
    user: UserId,
) -> Result<InvitationLink> {
    let account = query::lock_account(tx, user)?.ok_or_else(Error::not_found)?;
    if account.status != UserStatus::Active {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The account is {}. Activate it first.", account.status),
        ));
    }
    let is_first = account.password_hash == UNUSABLE;
    let valid_for = if is_first {
        INVITED_FOR
    } else {
        REPLACEMENT_FOR
    };
    let (id, token, expires_at) = (Uuid::now_v7(), random_token(), context.now + valid_for);
    let hash = digest(token.as_bytes());
    let link = NewLink {
        id,
        user,
        token_hash: &hash,
        created_at: context.now,
        expires_at,
    };
    passwords::add_link(tx, &link)?;
    passwords::close_older_links(tx, user, id, context.now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PasswordCreateLink, user)
            .with_change(json!({ "expires_at": expires_at })),
    )?;
    if !is_first {
        email::link_created(tx, context, user)?;
    }
    Ok(InvitationLink {
        url: email::password_page(&context.ctx, &token),
        expires_at,
    })
}
