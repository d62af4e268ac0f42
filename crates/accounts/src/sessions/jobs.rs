//! Clearing up after those who have left, and the letters that let people set a password.

use super::{
    query::{self, Account, passwords},
    rules::{
        self, email_change,
        invitations::INVITED_FOR,
        letters::{self, Link},
    },
};
use chrono::TimeDelta;
use platform::{
    Actor, Ctx, Result, Tx,
    audit::{self, Act},
    auth::{UNUSABLE, random_token},
    crypto::digest,
    jobs::Job,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{ApiClientId, UserId, accounts::users::UserStatus};

/// How long a forgotten password can be replaced.
const RESET_FOR: TimeDelta = TimeDelta::minutes(30);

/// Forgets sessions that have ended by themselves and failures of long ago. To be enqueued every hour.
#[derive(Serialize, Deserialize)]
pub struct Tidy {}

impl Job for Tidy {
    const KIND: &'static str = "sessions.tidy";
    fn unique_key(&self) -> Option<String> {
        Some(Self::KIND.to_owned())
    }
    async fn run(self, ctx: Ctx) -> Result<()> {
        let now = ctx.clock.now();
        ctx.db.write(move |tx| query::tidy(tx, now)).await
    }
}

/// Writes somebody the link that sets their password. Its number is the link's: run twice, it writes once.
#[derive(Serialize, Deserialize)]
pub struct SendPasswordLink {
    to: To,
    number: Uuid,
    /// The API client whose customer is meant.
    #[serde(default)]
    client: Option<ApiClientId>,
}

/// Whom such a letter is for.
#[derive(Serialize, Deserialize)]
enum To {
    /// Somebody who was invited.
    Invited(UserId),
    /// Whoever has the address that this is the keyed hash of, if anybody.
    Forgetful(Vec<u8>),
}

impl SendPasswordLink {
    /// To somebody who has no password yet.
    pub fn invited(user: UserId) -> Self {
        Self {
            to: To::Invited(user),
            number: Uuid::now_v7(),
            client: None,
        }
    }
    /// Addresses the accounts with this keyed hash of an email address: that of the named API client, if one is named.
    pub fn forgotten(email_hash: Vec<u8>, client: Option<ApiClientId>) -> Self {
        Self {
            to: To::Forgetful(email_hash),
            number: Uuid::now_v7(),
            client,
        }
    }

    fn write(self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<()> {
        let is_invitation = matches!(self.to, To::Invited(_));
        for account in self.accounts(tx)? {
            // Locked, so that of two links made concurrently the later one closes the earlier one.
            let Some(account) = query::hold(tx, account.id)? else {
                continue;
            };
            if account.status == UserStatus::Active {
                send(tx, ctx, &account, (self.number_of(&account), is_invitation))?;
            }
        }
        Ok(())
    }

    /// Returns the accounts that get an email. Where several shops have a customer with the address and none was named,
    /// these are all of them: the emails go to the same mailbox.
    fn accounts(&self, tx: &mut Tx<'_>) -> Result<Vec<Account>> {
        match &self.to {
            To::Invited(user) => Ok(query::account_by_id(tx.conn(), *user)?
                .into_iter()
                .collect()),
            To::Forgetful(email_hash) => {
                let accounts = query::accounts(tx.conn(), email_hash)?;
                let is_any_direct = accounts.iter().any(|account| account.client_id.is_none());
                if self.client.is_none() && !is_any_direct {
                    return Ok(accounts);
                }
                Ok(rules::named(accounts, self.client))
            }
        }
    }

    /// Returns the id of an account's link, which is the same at every run of the job.
    fn number_of(&self, account: &Account) -> Uuid {
        match self.to {
            To::Invited(_) => self.number,
            To::Forgetful(_) => {
                Uuid::from_u128(self.number.as_u128() ^ account.id.0.as_u128().rotate_left(64))
            }
        }
    }
}

fn send(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    account: &Account,
    (number, is_invitation): (Uuid, bool),
) -> Result<()> {
    let (token, now) = (random_token(), ctx.clock.now());
    if let Some(until) = email_change::paused_until(account.email_changed_at, now) {
        // The change of the address has already queued the invitation for the end of the pause.
        if is_invitation {
            return Ok(());
        }
        return letters::link_paused(tx, ctx, (account.id, number), until);
    }
    let (open_for, act) = if is_invitation {
        (INVITED_FOR, "password.invite")
    } else {
        (RESET_FOR, "password.forgotten")
    };
    let link = Link {
        id: number,
        user: account.id,
        token: &token,
        is_invitation: is_invitation && account.password_hash == UNUSABLE,
    };
    let hash = digest(token.as_bytes());
    if !passwords::add_link(tx, (link.id, link.user), (&hash, now, now + open_for))? {
        return Ok(());
    }
    passwords::close_older_links(tx, (link.user, link.id), now)?;
    let act = Act::new(act, "user", account.id.0);
    audit::record(tx, &Actor::system(ctx), act)?;
    letters::password_link(tx, ctx, &link)
}

impl Job for SendPasswordLink {
    const KIND: &'static str = "sessions.password_link";
    async fn run(self, ctx: Ctx) -> Result<()> {
        let within = ctx.clone();
        ctx.db.write(move |tx| self.write(tx, &within)).await
    }
}
