//! What follows when somebody's email address is changed by somebody else: nothing that was sent to the old mailbox
//! works any more, both mailboxes are told, and for a day no password link goes to the new one. Whoever owns the account
//! has that time to object.

use super::{letters, letters::Move};
use crate::sessions::{
    jobs::SendPasswordLink,
    query::{self, passwords},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{Actor, Error, Result, Tx, auth::UNUSABLE, jobs};
use wire::UserId;

/// How long no password link is sent to a changed address.
pub const PAUSE: TimeDelta = TimeDelta::hours(24);

/// Until when no password link is sent to an address that was changed.
pub fn paused_until(
    changed_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    changed_at
        .map(|changed_at| changed_at + PAUSE)
        .filter(|until| *until > now)
}

/// Ends what the old mailbox could open, and tells both. The row has the new address by now.
pub fn email_changed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    user: UserId,
    (before, now): (Option<&str>, DateTime<Utc>),
) -> Result<()> {
    let account = query::hold(tx, user)?.ok_or_else(Error::not_found)?;
    query::email_changed(tx, user, now)?;
    passwords::close_links(tx, user, now)?;
    query::end_all(tx, user, (None, "email"))?;
    let until = now + PAUSE;
    letters::email_changed(
        tx,
        &actor.keys,
        &Move {
            user,
            before,
            until,
        },
    )?;
    // An invitation that went to the wrong mailbox is sent again, when the pause is over.
    if account.password_hash == UNUSABLE && account.client_id.is_none() {
        jobs::enqueue_at(tx, &SendPasswordLink::invited(user), until)?;
    }
    Ok(())
}
