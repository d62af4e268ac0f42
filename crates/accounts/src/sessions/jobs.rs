//! Clearing up after those who have left, and the letters that let people set a password.

use super::{
    query::{self, passwords},
    rules::letters::{self, Link},
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
use wire::{UserId, accounts::users::UserStatus};

/// How long an invitation is open.
const INVITED_FOR: TimeDelta = TimeDelta::days(7);
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
        }
    }
    /// To whoever has this address, as its keyed hash.
    pub fn forgotten(email_hash: Vec<u8>) -> Self {
        Self {
            to: To::Forgetful(email_hash),
            number: Uuid::now_v7(),
        }
    }

    fn write(self, tx: &mut Tx<'_>, ctx: &Ctx) -> Result<()> {
        let account = match &self.to {
            To::Invited(user) => query::account_by_id(tx.conn(), *user)?,
            To::Forgetful(email_hash) => query::account(tx.conn(), email_hash)?,
        };
        let Some(account) = account.filter(|account| account.status == UserStatus::Active) else {
            return Ok(());
        };
        let (token, now) = (random_token(), ctx.clock.now());
        let (open_for, act) = match self.to {
            To::Invited(_) => (INVITED_FOR, "password.invite"),
            To::Forgetful(_) => (RESET_FOR, "password.forgotten"),
        };
        let link = Link {
            id: self.number,
            user: account.id,
            token: &token,
            is_invitation: matches!(self.to, To::Invited(_)) && account.password_hash == UNUSABLE,
        };
        let hash = digest(token.as_bytes());
        if !passwords::add_link(tx, (link.id, link.user), (&hash, now, now + open_for))? {
            return Ok(());
        }
        let act = Act::new(act, "user", account.id.0);
        audit::record(tx, &Actor::system(ctx), act)?;
        letters::password_link(tx, ctx, &link)
    }
}

impl Job for SendPasswordLink {
    const KIND: &'static str = "sessions.password_link";
    async fn run(self, ctx: Ctx) -> Result<()> {
        let within = ctx.clone();
        ctx.db.write(move |tx| self.write(tx, &within)).await
    }
}
