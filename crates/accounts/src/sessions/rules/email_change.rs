//! What a change of an account's email address causes: links sent to the old mailbox stop working, both mailboxes get an
//! email, and for 24 hours no password link goes to the new one. The owner of the account has that time to object.

use super::email::{self, EmailChange};
use crate::sessions::{
    jobs::SendPasswordLink,
    query::{self, passwords},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Error, Result, Tx, auth::UNUSABLE, jobs};
use wire::UserId;

/// How long no password link is sent to an address after the change to it.
pub const PAUSE: TimeDelta = TimeDelta::hours(24);

/// Returns when the pause after a change of the address ends; nothing when no pause is running.
pub fn paused_until(
    changed_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    changed_at
        .map(|changed_at| changed_at + PAUSE)
        .filter(|until| *until > now)
}

/// Ends the links and sessions of the account and emails both mailboxes. The row already has the new address.
pub fn handle_email_change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
    before: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let account = query::lock_account(tx, user)?.ok_or_else(Error::not_found)?;
    query::record_email_change(tx, user, now)?;
    passwords::close_links(tx, user, now)?;
    query::end_all(tx, user, None, "email")?;
    let until = now + PAUSE;
    email::email_changed(
        tx,
        &actor.keys,
        &EmailChange {
            user,
            before,
            until,
        },
    )?;
    // An invitation may have gone to a wrong mailbox: it is sent again after the pause.
    if account.password_hash == UNUSABLE && account.client_id.is_none() {
        jobs::enqueue_at(tx, &SendPasswordLink::invited(user), until)?;
    }
    Ok(())
}
