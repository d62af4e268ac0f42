//! Emails about an account. They also warn the owner about changes that another person made.

use super::RequestContext;
use chrono::{DateTime, Utc};
use messaging::notifications::{self, EmailMessage};
use platform::{Ctx, Result, Tx, crypto::Keyring, people};
use uuid::Uuid;
use wire::UserId;

/// A link that sets a password.
pub struct PasswordLink<'a> {
    /// The id of the link.
    pub id: Uuid,
    /// The user whose password it sets.
    pub user: UserId,
    /// The secret token of the URL.
    pub token: &'a str,
    /// Whether the user has never had a password.
    pub is_invitation: bool,
}

/// Emails a link that sets a password. Browsers send the part after `#` to no server, and the outbox masks the token.
pub fn password_link(tx: &mut Tx<'_>, ctx: &Ctx, link: &PasswordLink<'_>) -> Result<()> {
    let address = password_page(ctx, link.token);
    let (subject, text) = if link.is_invitation {
        (
            "Choose a password for your account",
            format!(
                "An account was created for you.\n\nChoose a password within 7 days; the link works once:\n{address}\n\nIf you did not expect this email, ignore it: without a password, the account cannot be used.\n"
            ),
        )
    } else {
        (
            "Choose a new password",
            format!(
                "We received a request for a new password for your account.\n\nChoose it within 30 minutes; the link works once:\n{address}\n\nIf you did not request it, ignore this email: your password does not change.\n"
            ),
        )
    };
    send(
        tx,
        &ctx.keys,
        EmailMessage {
            codes: vec![link.token.to_owned()],
            ..account_email(
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
    format!("{}/password#{token}", public_url(ctx))
}

/// Emails a user that an administrator created a link that sets the user's password.
pub fn link_created(tx: &mut Tx<'_>, context: &RequestContext, user: UserId) -> Result<()> {
    let text = format!(
        "An administrator created a link to choose a new password for your account. Links that we sent you before no longer work.\n\nIf you did not request the link, choose a new password now: {}/forgot\n",
        public_url(&context.ctx)
    );
    let subject = "A password link was created for your account";
    notify(tx, context, user, subject, text)
}

/// Emails a user when the next password link can be requested: the account's address was changed a short time ago.
pub fn link_paused(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    user: UserId,
    link_id: Uuid,
    until: DateTime<Utc>,
) -> Result<()> {
    let text = format!(
        "We received a request for a new password for your account. The email address of the account was changed less than 24 hours ago, so we send no password link before {}. Request one after that: {}/forgot\n\nIf you did not request it, ignore this email: your password does not change.\n",
        format_time(until),
        public_url(ctx)
    );
    let key = format!("password-paused:{link_id}");
    let email = account_email(user, "Request a new password later", text, key);
    send(tx, &ctx.keys, email)
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
    let (id, until) = (Uuid::now_v7(), format_time(change.until));
    let after = people::email(tx.conn(), keys, change.user)?;
    let subject = "The email address of your account was changed";
    let to_old = format!(
        "The email address of your account was changed to {}. Every session has ended, and links that we sent you before no longer work.\n\nIf you did not request this change, contact us before {until}: until then, no password link is sent to the new address.\n",
        people::mask_email(&after)
    );
    let to_new = format!(
        "This is the email address of your account from now on. Sign in with it; your password does not change.\n\nFor your safety, no password link is sent to this address before {until}. If you do not know this account, contact us.\n"
    );
    let email = |text, which| {
        account_email(
            change.user,
            subject,
            text,
            format!("email-changed:{id}:{which}"),
        )
    };
    if let Some(before) = change.before {
        notifications::notify_address(tx, keys, email(to_old, "old"), before)?;
    }
    send(tx, keys, email(to_new, "new"))
}

fn format_time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// Emails a user that the password was changed.
pub fn password_changed(tx: &mut Tx<'_>, context: &RequestContext, user: UserId) -> Result<()> {
    let text = format!(
        "The password of your account was changed, and every other session has ended.\n\nIf it was not you, choose a new password now: {}/forgot\n",
        public_url(&context.ctx)
    );
    notify(tx, context, user, "Your password was changed", text)
}

/// Emails a user that two-factor authentication was turned on or off.
pub fn mfa_changed(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    user: UserId,
    is_on: bool,
) -> Result<()> {
    let (subject, change) = if is_on {
        (
            "Two-factor authentication is turned on",
            "From now on, signing in to your account requires a code from your authenticator app.",
        )
    } else {
        (
            "Two-factor authentication is turned off",
            "From now on, your account is protected by your password only.",
        )
    };
    let text = format!(
        "{change}\n\nIf it was not you, choose a new password now: {}/forgot\n",
        public_url(&context.ctx)
    );
    notify(tx, context, user, subject, text)
}

fn notify(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    user: UserId,
    subject: &str,
    text: String,
) -> Result<()> {
    let email = account_email(user, subject, text, format!("account:{}", Uuid::now_v7()));
    send(tx, &context.ctx.keys, email)
}

fn account_email(user: UserId, subject: &str, text: String, dedupe_key: String) -> EmailMessage {
    EmailMessage {
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

fn send(tx: &mut Tx<'_>, keys: &Keyring, email: EmailMessage) -> Result<()> {
    notifications::notify(tx, keys, email)
}

fn public_url(ctx: &Ctx) -> &str {
    ctx.config.public_url.trim_end_matches('/')
}
