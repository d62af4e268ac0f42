//! Emails about an account. They also warn the owner about changes that another person made.

use super::RequestContext;
use chrono::{DateTime, Utc};
use messaging::{
    emails::{EmailTemplate, LocalTime},
    notifications::{self, EmailMessage},
};
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
    let (url, token) = (password_page(ctx, link.token), link.token.to_owned());
    let template = if link.is_invitation {
        EmailTemplate::Invitation { url, token }
    } else {
        EmailTemplate::PasswordReset { url, token }
    };
    let key = format!("password-link:{}", link.id);
    notifications::notify(tx, &ctx.keys, account_email(link.user, template, key))
}

/// Returns the URL of the page on which the holder of a token chooses a password.
pub fn password_page(ctx: &Ctx, token: &str) -> String {
    format!("{}/password#{token}", public_url(ctx))
}

/// Emails a user that an administrator created a link that sets the user's password.
pub fn link_created(tx: &mut Tx<'_>, context: &RequestContext, user: UserId) -> Result<()> {
    let forgot_url = forgot_page(&context.ctx);
    notify(
        tx,
        context,
        user,
        EmailTemplate::PasswordLinkCreated { forgot_url },
    )
}

/// Emails a user when the next password link can be requested: the account's address was changed a short time ago.
pub fn link_paused(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    user: UserId,
    link_id: Uuid,
    until: DateTime<Utc>,
) -> Result<()> {
    let template = EmailTemplate::PasswordResetPaused {
        paused_until: until.into(),
        forgot_url: forgot_page(ctx),
    };
    let key = format!("password-paused:{link_id}");
    notifications::notify(tx, &ctx.keys, account_email(user, template, key))
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
    let (id, paused_until) = (Uuid::now_v7(), LocalTime::from(change.until));
    let email = |template, which| {
        account_email(change.user, template, format!("email-changed:{id}:{which}"))
    };
    if let Some(before) = change.before {
        let after = people::email(tx.conn(), keys, change.user)?;
        let to_old = EmailTemplate::EmailChangedOldAddress {
            masked_address: people::mask_email(&after),
            paused_until: paused_until.clone(),
        };
        notifications::notify_address(tx, keys, email(to_old, "old"), before)?;
    }
    let to_new = EmailTemplate::EmailChangedNewAddress { paused_until };
    notifications::notify(tx, keys, email(to_new, "new"))
}

/// Emails a user that the password was changed.
pub fn password_changed(tx: &mut Tx<'_>, context: &RequestContext, user: UserId) -> Result<()> {
    let forgot_url = forgot_page(&context.ctx);
    notify(
        tx,
        context,
        user,
        EmailTemplate::PasswordChanged { forgot_url },
    )
}

/// Emails a user that two-factor authentication was turned on or off.
pub fn mfa_changed(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    user: UserId,
    is_on: bool,
) -> Result<()> {
    let forgot_url = forgot_page(&context.ctx);
    let template = if is_on {
        EmailTemplate::MfaTurnedOn { forgot_url }
    } else {
        EmailTemplate::MfaTurnedOff { forgot_url }
    };
    notify(tx, context, user, template)
}

fn notify(
    tx: &mut Tx<'_>,
    context: &RequestContext,
    user: UserId,
    template: EmailTemplate,
) -> Result<()> {
    let key = format!("account:{}", Uuid::now_v7());
    notifications::notify(tx, &context.ctx.keys, account_email(user, template, key))
}

fn account_email(user: UserId, template: EmailTemplate, dedupe_key: String) -> EmailMessage {
    EmailMessage {
        user_id: user,
        order_id: None,
        esim_id: None,
        template,
        dedupe_key,
    }
}

/// Returns the URL of the page on which a user requests a password link.
fn forgot_page(ctx: &Ctx) -> String {
    format!("{}/forgot", public_url(ctx))
}

fn public_url(ctx: &Ctx) -> &str {
    ctx.config.public_url.trim_end_matches('/')
}
