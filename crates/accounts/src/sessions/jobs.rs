//! Jobs that delete expired sessions and email password links.

use super::{
    query::{
        self, Account,
        passwords::{self, NewLink},
    },
    rules::{
        self,
        email::{self, PasswordLink},
        email_change,
        invitations::INVITED_FOR,
    },
};
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, Result, Tx,
    audit::{self, AuditEvent},
    auth::{UNUSABLE, random_token},
    crypto::digest,
    jobs::Job,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{ApiClientId, UserId, accounts::users::UserStatus, system::audit::AuditAction};

/// How long the link for a forgotten password works.
const RESET_FOR: TimeDelta = TimeDelta::minutes(30);

/// Deletes expired sessions, links and sign-in origins, and old counters of failed sign-ins. Enqueued every hour.
#[derive(Serialize, Deserialize)]
pub struct DeleteExpiredSessions {}

impl Job for DeleteExpiredSessions {
    const KIND: &'static str = "sessions.tidy";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db.write(move |tx| query::delete_expired(tx, now)).await
    }
}

/// Emails a link that sets a password. `number` determines the id of the link, so a repeated run sends one email.
#[derive(Clone, Serialize, Deserialize)]
pub struct SendPasswordLink {
    to: Recipient,
    number: Uuid,
    /// The API client to which the customer belongs.
    #[serde(default)]
    client: Option<ApiClientId>,
}

/// The recipient of a password link.
#[derive(Clone, Serialize, Deserialize)]
enum Recipient {
    /// An invited user.
    Invited(UserId),
    /// The accounts with the email address that has this keyed hash, if any.
    #[serde(rename = "Forgetful")]
    Forgotten(Vec<u8>),
}

impl SendPasswordLink {
    /// Addresses a user who has no password yet.
    pub fn invited(user: UserId) -> Self {
        Self {
            to: Recipient::Invited(user),
            number: Uuid::now_v7(),
            client: None,
        }
    }
    /// Addresses the accounts with this keyed hash of an email address: that of the named API client, if one is named.
    pub fn forgotten(email_hash: Vec<u8>, client: Option<ApiClientId>) -> Self {
        Self {
            to: Recipient::Forgotten(email_hash),
            number: Uuid::now_v7(),
            client,
        }
    }

    fn send_all(self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<()> {
        let is_invitation = matches!(self.to, Recipient::Invited(_));
        for account in self.accounts(tx)? {
            // Locked, so that of two links created concurrently the later one closes the earlier one.
            let Some(account) = query::lock_account(tx, account.id)? else {
                continue;
            };
            if account.status == UserStatus::Active {
                send(tx, ctx, &account, self.link_id(&account), is_invitation)?;
            }
        }
        Ok(())
    }

    /// Returns the accounts that get an email. Where several shops have a customer with the address and none was named,
    /// these are all of them: the emails go to the same mailbox.
    fn accounts(&self, tx: &mut Tx<'_>) -> Result<Vec<Account>> {
        match &self.to {
            Recipient::Invited(user) => Ok(query::account_by_id(tx.conn(), *user)?
                .into_iter()
                .collect()),
            Recipient::Forgotten(email_hash) => {
                let accounts = query::accounts(tx.conn(), email_hash)?;
                let is_any_direct = accounts.iter().any(|account| account.client_id.is_none());
                if self.client.is_none() && !is_any_direct {
                    return Ok(accounts);
                }
                Ok(rules::select_accounts(accounts, self.client))
            }
        }
    }

    /// Returns the id of an account's link, which is the same at every run of the job.
    fn link_id(&self, account: &Account) -> Uuid {
        match self.to {
            Recipient::Invited(_) => self.number,
            Recipient::Forgotten(_) => {
                Uuid::from_u128(self.number.as_u128() ^ account.id.0.as_u128().rotate_left(64))
            }
        }
    }
}

fn send(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    account: &Account,
    link_id: Uuid,
    is_invitation: bool,
) -> Result<()> {
    let (token, now) = (random_token(), ctx.clock.now());
    if let Some(until) = email_change::paused_until(account.email_changed_at, now) {
        // The change of the address has already queued the invitation for the end of the pause.
        if is_invitation {
            return Ok(());
        }
        return email::link_paused(tx, ctx, account.id, link_id, until);
    }
    let (valid_for, action) = if is_invitation {
        (INVITED_FOR, AuditAction::PasswordInvite)
    } else {
        (RESET_FOR, AuditAction::PasswordRequestReset)
    };
    let link = PasswordLink {
        id: link_id,
        user: account.id,
        token: &token,
        is_invitation: is_invitation && account.password_hash == UNUSABLE,
    };
    let hash = digest(token.as_bytes());
    let new = NewLink {
        id: link.id,
        user: link.user,
        token_hash: &hash,
        created_at: now,
        expires_at: now + valid_for,
    };
    if !passwords::add_link(tx, &new)? {
        return Ok(());
    }
    passwords::close_older_links(tx, link.user, link.id, now)?;
    let event = AuditEvent::new(action, account.id);
    audit::record(tx, &Actor::system(ctx), event)?;
    email::password_link(tx, ctx, &link)
}

impl Job for SendPasswordLink {
    const KIND: &'static str = "sessions.password_link";
    async fn run(self, ctx: Ctx) -> Result<()> {
        let job_ctx = ctx.clone();
        ctx.db.write(move |tx| self.send_all(tx, &job_ctx)).await
    }
}
