//! A token bucket, whose state is one time: when it will be full again.

use super::TokenBatch;
use chrono::{DateTime, TimeDelta, Utc};

/// How long an empty bucket takes to refill.
pub(super) const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// The number of batches in a bucket, so that servers share the bucket fairly.
const BATCHES: u32 = 20;
/// The maximum number of tokens in a batch, so that a server that stops loses few.
const MAX_BATCH: u32 = 50;

/// A bucket with the tokens of one minute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    limit: u32,
}

impl Bucket {
    pub fn new(limit: u32) -> Self {
        Self {
            limit: limit.max(1),
        }
    }
    /// Returns the number of tokens in a batch.
    pub fn batch_size(self) -> u32 {
        (self.limit / BATCHES).clamp(1, MAX_BATCH)
    }
    /// Returns the time in which so many tokens refill.
    pub fn refill_time(self, tokens: u32) -> TimeDelta {
        let micros = WINDOW.num_microseconds().unwrap_or_default();
        TimeDelta::microseconds(micros.saturating_mul(i64::from(tokens)) / i64::from(self.limit))
    }
    /// Returns the latest time to be full again of a bucket that has so many tokens now.
    pub fn latest(self, tokens: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        now + WINDOW - self.refill_time(tokens)
    }
    /// Returns the number of whole tokens in the bucket.
    pub fn left(self, full_at: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
        let missing = (full_at - now).clamp(TimeDelta::zero(), WINDOW);
        let filled = (WINDOW - missing).num_microseconds().unwrap_or_default();
        let window = WINDOW.num_microseconds().unwrap_or(1);
        u32::try_from(filled.saturating_mul(i64::from(self.limit)) / window).unwrap_or(0)
    }
    /// Returns the batch of a draw.
    pub fn drawn(self, tokens: u32, full_at: DateTime<Utc>, now: DateTime<Utc>) -> TokenBatch {
        TokenBatch {
            left: tokens,
            full_at,
            drawn_at: now,
            empty_until: DateTime::UNIX_EPOCH,
        }
    }
    /// Returns the batch of a draw from an empty bucket, which has a token again after the refill time of one.
    pub fn empty(self, full_at: DateTime<Utc>, now: DateTime<Utc>) -> TokenBatch {
        TokenBatch {
            empty_until: full_at - WINDOW + self.refill_time(1),
            ..self.drawn(0, full_at, now)
        }
    }
}

/// Returns whole seconds, rounded up.
pub(super) fn seconds(time: TimeDelta) -> u64 {
    let millis = u64::try_from(time.num_milliseconds()).unwrap_or(0);
    millis.div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_empties_and_refills() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let bucket = Bucket::new(600);
        assert_eq!(bucket.left(now - TimeDelta::days(1), now), 600);
        assert_eq!(bucket.left(now + bucket.refill_time(1), now), 599);
        assert_eq!(bucket.left(now + WINDOW, now), 0);
        assert_eq!(bucket.left(now + WINDOW + WINDOW, now), 0);
        assert_eq!(bucket.latest(600, now), now);
        assert_eq!(bucket.latest(1, now), now + TimeDelta::milliseconds(59_900));
    }

    #[test]
    fn odd_limits_give_every_token() {
        let now = DateTime::UNIX_EPOCH;
        for limit in [1, 3, 7, 11, 59, 61, 997] {
            let bucket = Bucket::new(limit);
            let mut full_at = now;
            let mut taken = 0;
            while full_at <= bucket.latest(1, now) {
                full_at += bucket.refill_time(1);
                taken += 1;
            }
            assert_eq!(taken, limit);
        }
    }

    #[test]
    fn batch_size_is_a_small_part_of_the_limit() {
        let sizes =
            [1, 5, 20, 300, 600, 1200, 100_000].map(|limit| Bucket::new(limit).batch_size());
        assert_eq!(sizes, [1, 1, 1, 15, 30, 50, 50]);
    }

    #[test]
    fn empty_bucket_has_the_time_of_the_next_token() {
        let now = DateTime::UNIX_EPOCH;
        let empty = Bucket::new(6).empty(now + WINDOW, now);
        assert_eq!(empty.empty_until, now + TimeDelta::seconds(10));
        assert_eq!(seconds(TimeDelta::milliseconds(9001)), 10);
        assert_eq!(seconds(TimeDelta::milliseconds(-5)), 0);
    }
}
