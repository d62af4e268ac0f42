//! What people are written about their account. Whoever did not do it themselves learns of it this way.

use super::Visit;
use chrono::{DateTime, Utc};
use messaging::notifications::{self, Letter};
use platform::{Ctx, Result, Tx, crypto::Keyring, people};
use uuid::Uuid;
use wire::UserId;

/// A link that sets a password.
pub struct Link<'a> {
    /// What tells it from others.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// What opens it.
    pub token: &'a str,
    /// Whether they have never had a password.
    pub is_invitation: bool,
}

/// The link that sets a password. What stands behind the `#` is sent to no server by a browser, and whoever looks
/// at the outbox does not see it.
pub fn password_link(tx: &mut Tx<'_>, ctx: &Ctx, link: &Link<'_>) -> Result<()> {
    let address = password_page(ctx, link.token);
    let (subject, text) = if link.is_invitation {
        (
            "Choose a password for your account",
            format!(
                "An account was made for you.\n\nChoose a password within 7 days; the link works once:\n{address}\n\nIf you do not know what this is about, leave it: nobody can sign in without a password.\n"
            ),
        )
    } else {
        (
            "Choose a new password",
            format!(
                "Somebody asked for a new password for your account.\n\nChoose it within 30 minutes; the link works once:\n{address}\n\nIf it was not you, leave it: your password stays as it is.\n"
            ),
        )
    };
    write(
        tx,
        &ctx.keys,
        Letter {
            codes: vec![link.token.to_owned()],
            ..plain(
                link.user,
                subject,
                text,
                format!("password-link:{}", link.id),
            )
        },
    )
}

/// Where a password is chosen with a token.
pub fn password_page(ctx: &Ctx, token: &str) -> String {
    format!("{}/password#{token}", home(ctx))
}

/// An administrator has made a link that sets their password.
pub fn link_made(tx: &mut Tx<'_>, visit: &Visit, user: UserId) -> Result<()> {
    let text = format!(
        "An administrator has made a link with which a new password can be chosen for your account. Links that were sent to you before do not work any more.\n\nIf you did not ask for it, choose a new password now: {}/forgot\n",
        home(&visit.ctx)
    );
    let subject = "A password link was made for your account";
    news(tx, visit, (user, subject), text)
}

/// A password was asked for, and their address was changed not long ago.
pub fn link_paused(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (user, number): (UserId, Uuid),
    until: DateTime<Utc>,
) -> Result<()> {
    let text = format!(
        "Somebody asked for a new password for your account. The email address of the account was changed not long ago, so we send no password link before {}. Ask again then: {}/forgot\n\nIf it was not you, leave it: your password stays as it is.\n",
        moment(until),
        home(ctx)
    );
    let key = format!("password-paused:{number}");
    let letter = plain(user, "A new password has to wait", text, key);
    write(tx, &ctx.keys, letter)
}

/// A change of somebody's email address.
pub struct Move<'a> {
    /// Whose.
    pub user: UserId,
    /// The address before, unless it could not be read.
    pub before: Option<&'a str>,
    /// Until when no password link is sent to the new one.
    pub until: DateTime<Utc>,
}

/// Their email address is another one: told to both mailboxes. The old one sees no more of the new than a hint.
pub fn email_changed(tx: &mut Tx<'_>, keys: &Keyring, moved: &Move<'_>) -> Result<()> {
    let (id, until) = (Uuid::now_v7(), moment(moved.until));
    let after = people::email(tx.conn(), keys, moved.user)?;
    let subject = "The email address of your account was changed";
    let to_old = format!(
        "The email address of your account was changed to {}. Every session has ended, and links that were sent to you before do not work any more.\n\nIf you did not ask for this, contact us before {until}: until then, no password link is sent to the new address.\n",
        people::mask_email(&after)
    );
    let to_new = format!(
        "This is the email address of your account from now on. Sign in with it; your password stays as it is.\n\nFor your safety, no password link is sent to this address before {until}. If you do not know what this is about, tell us.\n"
    );
    let letter = |text, which| {
        plain(
            moved.user,
            subject,
            text,
            format!("email-changed:{id}:{which}"),
        )
    };
    if let Some(before) = moved.before {
        notifications::notify_at(tx, keys, letter(to_old, "old"), before)?;
    }
    write(tx, keys, letter(to_new, "new"))
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// Their password is another one.
pub fn password_changed(tx: &mut Tx<'_>, visit: &Visit, user: UserId) -> Result<()> {
    let text = format!(
        "The password of your account was changed, and every other session has ended.\n\nIf it was not you, choose a new one at once: {}/forgot\n",
        home(&visit.ctx)
    );
    news(tx, visit, (user, "Your password was changed"), text)
}

/// They have a second factor, or have none any more.
pub fn factor_changed(tx: &mut Tx<'_>, visit: &Visit, (user, is_on): (UserId, bool)) -> Result<()> {
    let (subject, what) = if is_on {
        (
            "Your second factor is set up",
            "From now on, signing in to your account asks for a code of your authenticator.",
        )
    } else {
        (
            "Your second factor was removed",
            "From now on, your password alone opens your account.",
        )
    };
    let text = format!(
        "{what}\n\nIf it was not you, choose a new password at once: {}/forgot\n",
        home(&visit.ctx)
    );
    news(tx, visit, (user, subject), text)
}

fn news(
    tx: &mut Tx<'_>,
    visit: &Visit,
    (user, subject): (UserId, &str),
    text: String,
) -> Result<()> {
    let letter = plain(user, subject, text, format!("account:{}", Uuid::now_v7()));
    write(tx, &visit.ctx.keys, letter)
}

fn plain(user: UserId, subject: &str, text: String, dedupe_key: String) -> Letter {
    Letter {
        user_id: user,
        order_id: None,
        esim_id: None,
        subject: subject.to_owned(),
        text,
        html: None,
        codes: Vec::new(),
        dedupe_key,
    }
}

fn write(tx: &mut Tx<'_>, keys: &Keyring, letter: Letter) -> Result<()> {
    notifications::notify(tx, keys, letter)
}

fn home(ctx: &Ctx) -> &str {
    ctx.config.public_url.trim_end_matches('/')
}
