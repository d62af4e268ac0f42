//! Passwords: changed by who knows the old one, or set by who has a link from a mail. Either way whoever else was
//! signed in is out.

use super::{Attempt, Visit, forgive_account, letters, living, oneself};
use crate::sessions::{
    jobs::SendPasswordLink,
    query::{self, Account, passwords},
};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
    auth::UNUSABLE,
    crypto::{Keyring, digest},
    jobs,
};
use wire::{
    ApiClientId, UserId,
    accounts::{sessions::PasswordAccount, users::UserStatus},
};

/// What is known of somebody, and so must not make up their password.
pub fn about(conn: &mut Conn, keys: &Keyring, user: UserId) -> Result<Vec<String>> {
    let known = oneself(conn, keys, user)?;
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

/// Replaces a password that its owner knew. The session that asks goes on, every other ends.
pub fn change(
    tx: &mut Tx<'_>,
    visit: &Visit,
    actor: &Actor,
    (account, hash): (&Account, &str),
) -> Result<()> {
    let kept = living::current(tx.conn(), actor)?;
    passwords::set(tx, account.id, hash)?;
    passwords::close_links(tx, account.id, visit.now)?;
    query::end_all(tx, account.id, (Some(kept), "password"))?;
    audit::record(tx, actor, Act::new("password.change", "user", account.id.0))?;
    letters::password_changed(tx, visit, account.id)
}

/// Has a letter written to who forgot their password, if there is an account. Whether there is, is looked up later:
/// the answer and the time it takes are the same.
pub fn forgotten(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (email_hash, client): (Vec<u8>, Option<ApiClientId>),
) -> Result<()> {
    if Attempt::count_letter(tx, visit, &email_hash)? {
        jobs::enqueue(tx, &SendPasswordLink::forgotten(email_hash, client))?;
    }
    Ok(())
}

/// Where a link leads.
pub fn link(conn: &mut Conn, visit: &Visit, token: &str) -> Result<PasswordAccount> {
    let user = holder(conn, visit, token)?;
    let account = query::account_by_id(conn, user)?
        .filter(|account| account.status == UserStatus::Active)
        .ok_or_else(ended)?;
    Ok(PasswordAccount {
        email: oneself(conn, &visit.ctx.keys, user)?.email,
        is_staff: account.role.is_staff(),
        is_new: account.password_hash == UNUSABLE,
    })
}

/// Whose link this is.
pub fn holder(conn: &mut Conn, visit: &Visit, token: &str) -> Result<UserId> {
    passwords::holder(conn, &digest(token.as_bytes()), visit.now)?.ok_or_else(ended)
}

/// Sets the password that a link is for. The link has served, others of the same person have too, and every
/// session ends. A second factor stays: a mailbox alone opens nothing.
pub fn set(tx: &mut Tx<'_>, visit: &Visit, (token, hash): (&str, &str)) -> Result<()> {
    let user = passwords::serve(tx, &digest(token.as_bytes()), visit.now)?.ok_or_else(ended)?;
    let account = query::hold(tx, user)?
        .filter(|account| account.status == UserStatus::Active)
        .ok_or_else(ended)?;
    replace(tx, visit, (&account, hash))?;
    audit::record(
        tx,
        &visit.actor(Some(&account)),
        Act::new("password.set", "user", user.0),
    )?;
    letters::password_changed(tx, visit, user)
}

/// Replaces the password of an account, and ends its links, its sessions and the pauses after failed sign-ins.
pub fn replace(tx: &mut Tx<'_>, visit: &Visit, (account, hash): (&Account, &str)) -> Result<()> {
    passwords::set(tx, account.id, hash)?;
    passwords::close_links(tx, account.id, visit.now)?;
    query::end_all(tx, account.id, (None, "password"))?;
    // Guesses at the old password must not block the owner of the new one.
    forgive_account(tx, visit, (account.id, &account.email_hash))
}

fn ended() -> Error {
    Error::field(
        "token",
        "ended",
        "This link has ended or was used before. Ask for a new one.",
    )
}
