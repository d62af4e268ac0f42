//! Passwords: a user changes one with the old password, or sets one with an emailed link. Both end the other sessions.

use super::{Attempt, RequestContext, active, email, own_user, reset_account};
use crate::sessions::{
    jobs::SendPasswordLink,
    query::{self, Account, passwords},
};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::UNUSABLE,
    crypto::{Keyring, digest},
    jobs,
};
use wire::{
    ApiClientId, UserId,
    accounts::{sessions::PasswordAccount, users::UserStatus},
    system::audit::AuditAction,
};

/// Returns the words about a user that make a password easy to guess: names and parts of the email address.
pub fn personal_words(conn: &mut Conn, keys: &Keyring, user: UserId) -> Result<Vec<String>> {
    let known = own_user(conn, keys, user)?;
    let mailbox = known.email.split('@').next().map(str::to_owned);
    Ok([
        known.full_name(),
        known.email,
        known.first_name,
        known.last_name,
    ]
    .into_iter()
    .chain(mailbox)
    .filter(|text| text.chars().count() > 2)
    .collect())
}

/// Replaces a password that its owner knew. The session of the request continues; every other one ends.
pub fn change(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    actor: &Actor,
    account: &Account,
    hash: &str,
) -> Result<()> {
    let current = active::current(tx.conn(), actor)?;
    passwords::set(tx, account.id, hash)?;
    passwords::close_links(tx, account.id, context.now)?;
    query::end_all(tx, account.id, Some(current), "password")?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::PasswordChange, account.id),
    )?;
    email::password_changed(tx, context, account.id)
}

/// Queues an email with a password link. The job looks the account up later, so the response and its duration do not reveal
/// whether it exists.
pub fn request_link(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    email_hash: Vec<u8>,
    client: Option<ApiClientId>,
) -> Result<()> {
    if Attempt::count_password_email(tx, context, &email_hash)? {
        jobs::enqueue(tx, &SendPasswordLink::forgotten(email_hash, client))?;
    }
    Ok(())
}

/// Returns the account whose password a link sets.
pub fn link_account(
    conn: &mut Conn,
    context: &RequestContext,
    token: &str,
) -> Result<PasswordAccount> {
    let user = link_user(conn, context, token)?;
    let account = query::account_by_id(conn, user)?
        .filter(|account| account.status == UserStatus::Active)
        .ok_or_else(link_expired)?;
    Ok(PasswordAccount {
        email: own_user(conn, &context.ctx.keys, user)?.email,
        is_staff: account.role.is_staff(),
        is_new: account.password_hash == UNUSABLE,
    })
}

/// Returns the user of an open link.
pub fn link_user(conn: &mut Conn, context: &RequestContext, token: &str) -> Result<UserId> {
    passwords::link_user(conn, &digest(token.as_bytes()), context.now)?.ok_or_else(link_expired)
}

/// Sets a password with a link. All links of the user close and every session ends. A second factor stays: access to the mailbox
/// alone must not open the account.
pub fn set(tx: &mut Tx<'_>, context: &RequestContext, token: &str, hash: &str) -> Result<()> {
    let user = passwords::use_link(tx, &digest(token.as_bytes()), context.now)?
        .ok_or_else(link_expired)?;
    let account = query::lock_account(tx, user)?
        .filter(|account| account.status == UserStatus::Active)
        .ok_or_else(link_expired)?;
    replace(tx, context, &account, hash)?;
    audit::record(
        tx,
        &context.actor(Some(&account)),
        AuditEvent::new(AuditAction::PasswordSet, user),
    )?;
    email::password_changed(tx, context, user)
}

/// Replaces the password of an account, and ends its links, its sessions and the pauses after failed sign-ins.
pub fn replace(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    account: &Account,
    hash: &str,
) -> Result<()> {
    passwords::set(tx, account.id, hash)?;
    passwords::close_links(tx, account.id, context.now)?;
    query::end_all(tx, account.id, None, "password")?;
    // Guesses at the old password must not block the owner of the new one.
    reset_account(tx, context, account.id, &account.email_hash)
}

fn link_expired() -> Error {
    Error::field(
        "token",
        "ended",
        "This link has expired or was used before. Request a new one.",
    )
}
