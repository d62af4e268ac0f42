//! How often somebody may ask. Everybody has a bucket of tokens for each class of requests; a request takes one out,
//! and the bucket fills evenly. Of a bucket, the database keeps only when it will be full again, so several servers
//! share it. A server draws a portion of tokens at a time and spends them from memory: the usual request costs no
//! statement, and a caller may get a portion per server more than the limit says.

mod bucket;
mod guard;
mod query;

pub use guard::{applies_to, guard};
pub use query::purge;

use crate::{
    auth::Shown,
    ctx::Ctx,
    error::{Error, Result},
};
use bucket::{Bucket, WINDOW};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};
use uuid::Uuid;
use wire::ApiClientId;

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /** Looking. */
    Reads,
    /** Changing. */
    Writes,
    /** Whole lists, in and out. */
    Files,
    /** Attempts at promotion codes. */
    Codes,
    /** Whatever nobody has signed for. */
    Public,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::Files => "files",
            Self::Codes => "codes",
            Self::Public => "public",
        })
    }
}

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    /// A person's or a client's.
    Caller(Uuid),
    /// Everybody's at one address; of IPv6, in one network.
    Address(IpNet),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(id) => id.fmt(f),
            Self::Address(net) => net.fmt(f),
        }
    }
}

/// The tokens that this server holds of everybody's buckets.
#[derive(Default)]
pub struct Limits {
    portions: Mutex<Portions>,
    keys: Mutex<HashMap<Vec<u8>, ApiClientId>>,
}

#[derive(Default)]
struct Portions {
    of: HashMap<(Class, Who), Arc<tokio::sync::Mutex<Portion>>>,
    tidied_at: DateTime<Utc>,
}

/// Tokens that were drawn and are not spent.
#[derive(Debug, Clone, Copy, Default)]
struct Portion {
    left: u32,
    /// When the bucket that they are from will be full again.
    full_at: DateTime<Utc>,
    /// When they were drawn. They are forgotten a minute later.
    drawn_at: DateTime<Utc>,
    /// The bucket is empty until then.
    empty_until: DateTime<Utc>,
}

/// What somebody is told of their bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    class: Class,
    most: u32,
    left: u32,
    /// Seconds until it is full.
    full_in: u64,
    /// Seconds until another try is worth it, when it is empty.
    again_in: Option<u64>,
}

impl Limits {
    /// A key that was confirmed: from now on it is known whose it is before it is confirmed again.
    pub fn remember(&self, hash: &[u8], client: ApiClientId) {
        if let Ok(mut keys) = self.keys.lock()
            && !keys.contains_key(hash)
        {
            keys.insert(hash.to_vec(), client);
        }
    }

    /// A key that opens nothing any more: whoever shows it is nobody.
    pub fn forget(&self, hash: &[u8]) {
        if let Ok(mut keys) = self.keys.lock() {
            keys.remove(hash);
        }
    }

    /// Takes a token from the caller's bucket of a class, in addition to that of the request; refuses when it is empty.
    pub(crate) async fn spend(&self, ctx: &Ctx, class: Class, shown: &Shown) -> Result<()> {
        let (Some(who), most) = (self.caller(shown), class.most(&ctx.config.rates)) else {
            return Ok(());
        };
        if most == 0 {
            return Ok(());
        }
        match self.take(ctx, class, who, most).await?.again_in {
            Some(seconds) => Err(Error::Throttled(seconds)),
            None => Ok(()),
        }
    }

    /// Returns the caller that a credential names. An API key has no known caller until it was confirmed once.
    fn caller(&self, shown: &Shown) -> Option<Who> {
        match shown {
            Shown::Token(claims) => Some(Who::Caller(claims.sub.0)),
            Shown::Key(hash) => self.client_of(hash).map(|client| Who::Caller(client.0)),
        }
    }

    /// Returns the client of a key with this digest, if the key was confirmed before.
    pub fn client_of(&self, hash: &[u8]) -> Option<ApiClientId> {
        self.keys.lock().ok()?.get(hash).copied()
    }

    /// Takes a token out of a bucket, drawing a new portion where none is left.
    async fn take(&self, ctx: &Ctx, class: Class, who: Who, most: u32) -> Result<Told> {
        let (now, bucket) = (ctx.clock.now(), Bucket::of(most));
        let portion = self.portion((class, who), now);
        // Held while a portion is drawn, so that a storm of requests draws one and not one each.
        let mut portion = portion.lock().await;
        if portion.drawn_at + WINDOW <= now {
            portion.left = 0;
        }
        if portion.left == 0 && portion.empty_until <= now {
            let key = ctx.keys.blind("limits", &format!("{class} {who}"));
            let drawn = ctx.db.write(move |tx| query::draw(tx, &key, bucket, now));
            *portion = drawn.await?;
        }
        let spent = portion.left.checked_sub(1);
        portion.left = spent.unwrap_or(0);
        let left = (portion.left + bucket.left(portion.full_at, now)).min(most);
        Ok(Told {
            class,
            most,
            left: spent.map_or(0, |_| left),
            full_in: bucket::seconds(bucket.filling(most - left)),
            again_in: spent
                .is_none()
                .then(|| bucket::seconds(portion.empty_until - now).max(1)),
        })
    }

    fn portion(&self, whose: (Class, Who), now: DateTime<Utc>) -> Arc<tokio::sync::Mutex<Portion>> {
        // A server goes on if a thread has died here: what is lost are a few tokens.
        let mut portions = self
            .portions
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if portions.tidied_at + WINDOW <= now {
            portions.tidied_at = now;
            portions.of.retain(|_, portion| {
                portion
                    .try_lock()
                    .map_or(true, |held| held.drawn_at + WINDOW > now)
            });
        }
        portions.of.entry(whose).or_default().clone()
    }
}
