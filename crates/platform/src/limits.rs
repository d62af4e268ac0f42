//! Rate limits. Every caller has a token bucket for each class of requests; a request takes one token, and the bucket refills
//! evenly. The database stores only the time when a bucket will be full again, so several servers share the bucket. A server
//! draws a batch of tokens at a time and takes tokens from memory: most requests need no statement, and a caller may exceed
//! the limit by one batch per server.

mod middleware;
mod query;
mod token_bucket;

pub use middleware::{applies_to, enforce};
pub use query::purge;

use crate::{
    auth::Credential,
    ctx::Ctx,
    error::{Error, Result},
};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};
use token_bucket::{Bucket, WINDOW};
use uuid::Uuid;
use wire::ApiClientId;

/// The class of a request, which decides its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Reads.
    Reads,
    /// Writes.
    Writes,
    /// Exports and imports.
    Files,
    /// Attempts at promotion codes.
    Codes,
    /// Requests without a credential.
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

/// The owner of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum BucketOwner {
    /// A user or an API client.
    Caller(Uuid),
    /// All callers at one IPv4 address, or in one IPv6 network.
    Address(IpNet),
}

impl fmt::Display for BucketOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(id) => id.fmt(f),
            Self::Address(net) => net.fmt(f),
        }
    }
}

/// The tokens that this server has drawn from all buckets.
#[derive(Default)]
pub struct Limits {
    batches: Mutex<Batches>,
    keys: Mutex<HashMap<Vec<u8>, ApiClientId>>,
}

#[derive(Default)]
struct Batches {
    by_bucket: HashMap<(Class, BucketOwner), Arc<tokio::sync::Mutex<TokenBatch>>>,
    cleaned_at: DateTime<Utc>,
}

/// Tokens that were drawn and not taken yet.
#[derive(Debug, Clone, Copy, Default)]
struct TokenBatch {
    left: u32,
    /// The time when the bucket will be full again.
    full_at: DateTime<Utc>,
    /// The time of the draw. The tokens expire a minute later.
    drawn_at: DateTime<Utc>,
    /// The time until which the bucket is empty.
    empty_until: DateTime<Utc>,
}

/// The state of a bucket, for the response headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BucketState {
    class: Class,
    limit: u32,
    left: u32,
    /// Seconds until the bucket is full.
    full_in: u64,
    /// Seconds until a retry can succeed, when the bucket is empty.
    retry_in: Option<u64>,
}

impl Limits {
    /// Stores the client of a confirmed key, so that the next request is counted before the key is confirmed again.
    pub fn remember(&self, hash: &[u8], client: ApiClientId) {
        if let Ok(mut keys) = self.keys.lock()
            && !keys.contains_key(hash)
        {
            keys.insert(hash.to_vec(), client);
        }
    }

    /// Forgets a key that is no longer valid; its requests count as public ones.
    pub fn forget(&self, hash: &[u8]) {
        if let Ok(mut keys) = self.keys.lock() {
            keys.remove(hash);
        }
    }

    /// Takes a token from the caller's bucket of a class, in addition to that of the request; refuses when it is empty.
    pub(crate) async fn take_token(
        &self,
        ctx: &Ctx,
        class: Class,
        credential: &Credential,
    ) -> Result<()> {
        let (Some(owner), limit) = (self.caller(credential), class.limit(&ctx.config.rates)) else {
            return Ok(());
        };
        if limit == 0 {
            return Ok(());
        }
        match self.take(ctx, class, owner, limit).await?.retry_in {
            Some(seconds) => Err(Error::Throttled(seconds)),
            None => Ok(()),
        }
    }

    /// Returns the caller that a credential names. An API key has no known caller until it was confirmed once.
    fn caller(&self, credential: &Credential) -> Option<BucketOwner> {
        match credential {
            Credential::Token(claims) => Some(BucketOwner::Caller(claims.sub.0)),
            Credential::Key(hash) => self
                .client_of(hash)
                .map(|client| BucketOwner::Caller(client.0)),
        }
    }

    /// Returns the client of a key with this digest, if the key was confirmed before.
    pub fn client_of(&self, hash: &[u8]) -> Option<ApiClientId> {
        self.keys.lock().ok()?.get(hash).copied()
    }

    /// Takes a token from a bucket; draws a new batch when no token is left.
    async fn take(
        &self,
        ctx: &Ctx,
        class: Class,
        owner: BucketOwner,
        limit: u32,
    ) -> Result<BucketState> {
        let (now, bucket) = (ctx.clock.now(), Bucket::new(limit));
        let batch = self.batch(class, owner, now);
        // Locked during the draw, so that many requests at the same time draw one batch and not one each.
        let mut batch = batch.lock().await;
        if batch.drawn_at + WINDOW <= now {
            batch.left = 0;
        }
        if batch.left == 0 && batch.empty_until <= now {
            let key = ctx.keys.blind("limits", &format!("{class} {owner}"));
            let drawn = ctx.db.write(move |tx| query::draw(tx, &key, bucket, now));
            *batch = drawn.await?;
        }
        let taken = batch.left.checked_sub(1);
        batch.left = taken.unwrap_or(0);
        let left = (batch.left + bucket.left(batch.full_at, now)).min(limit);
        Ok(BucketState {
            class,
            limit,
            left: taken.map_or(0, |_| left),
            full_in: token_bucket::seconds(bucket.refill_time(limit - left)),
            retry_in: taken
                .is_none()
                .then(|| token_bucket::seconds(batch.empty_until - now).max(1)),
        })
    }

    fn batch(
        &self,
        class: Class,
        owner: BucketOwner,
        now: DateTime<Utc>,
    ) -> Arc<tokio::sync::Mutex<TokenBatch>> {
        // A panic of another thread here loses a few tokens at most, so a poisoned lock is used.
        let mut batches = self
            .batches
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if batches.cleaned_at + WINDOW <= now {
            batches.cleaned_at = now;
            batches.by_bucket.retain(|_, batch| {
                batch
                    .try_lock()
                    .map_or(true, |batch| batch.drawn_at + WINDOW > now)
            });
        }
        batches.by_bucket.entry((class, owner)).or_default().clone()
    }
}
