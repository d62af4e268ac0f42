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

/// Returns the URL of the page on which the holder of a token chooses a password.
pub fn password_page(ctx: &Ctx, token: &str) -> String {
    format!("{}/password#{token}", home(ctx))
}

/// Emails a user that an administrator created a link that sets the user's password.
pub fn link_made(tx: &mut Tx<'_>, visit: &Visit, user: UserId) -> Result<()> {
    let text = format!(
        "An administrator created a link to choose a new password for your account. Links that we sent you before no longer work.\n\nIf you did not ask for the link, choose a new password now: {}/forgot\n",
        home(&visit.ctx)
    );
    let subject = "A password link was made for your account";
    news(tx, visit, (user, subject), text)
}

/// Emails a user when the next password link can be requested: the account's address was changed a short time ago.
pub fn link_paused(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (user, number): (UserId, Uuid),
    until: DateTime<Utc>,
) -> Result<()> {
    let text = format!(
        "We received a request for a new password for your account. The email address of the account was changed less than 24 hours ago, so we send no password link before {}. Request one after that: {}/forgot\n\nIf you did not request it, ignore this email: your password stays as it is.\n",
        moment(until),
        home(ctx)
    );
    let key = format!("password-paused:{number}");
    let email = plain(user, "Request a new password later", text, key);
    write(tx, &ctx.keys, email)
}

/// A change of the email address of an account.
pub struct EmailChange<'a> {
    /// The owner of the account.
    pub user: UserId,
    /// The address before, unless it could not be read.
    pub before: Option<&'a str>,
    /// When the pause ends in which no password link is sent to the new address.
    pub until: DateTime<Utc>,
}

/// Emails both mailboxes that the address was changed. The email to the old one masks the new address.
pub fn email_changed(tx: &mut Tx<'_>, keys: &Keyring, change: &EmailChange<'_>) -> Result<()> {
    let (id, until) = (Uuid::now_v7(), moment(change.until));
    let after = people::email(tx.conn(), keys, change.user)?;
    let subject = "The email address of your account was changed";
    let to_old = format!(
        "The email address of your account was changed to {}. Every session has ended, and links that we sent you before no longer work.\n\nIf you did not ask for this, contact us before {until}: until then, no password link is sent to the new address.\n",
        people::mask_email(&after)
    );
    let to_new = format!(
        "This is the email address of your account from now on. Sign in with it; your password stays as it is.\n\nFor your safety, no password link is sent to this address before {until}. If you do not know this account, contact us.\n"
    );
    let email = |text, which| {
        plain(
            change.user,
            subject,
            text,
            format!("email-changed:{id}:{which}"),
        )
    };
    if let Some(before) = change.before {
        notifications::notify_at(tx, keys, email(to_old, "old"), before)?;
    }
    write(tx, keys, email(to_new, "new"))
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
