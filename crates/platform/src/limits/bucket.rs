//! A bucket of tokens, told by one time: when it will be full again.

use super::Portion;
use chrono::{DateTime, TimeDelta, Utc};

/// How long an empty bucket takes to fill.
pub(super) const WINDOW: TimeDelta = TimeDelta::minutes(1);
/// A portion is the twentieth part of a bucket, so that servers share it fairly, ...
const PARTS: u32 = 20;
/// ... and no more than this, so that little is lost with a server.
const LARGEST: u32 = 50;

/// A bucket that holds what one minute allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    most: u32,
}

impl Bucket {
    pub fn of(most: u32) -> Self {
        Self { most: most.max(1) }
    }
    /// How many tokens are drawn at a time.
    pub fn portion(self) -> u32 {
        (self.most / PARTS).clamp(1, LARGEST)
    }
    /// How long so many tokens take to come back.
    pub fn filling(self, tokens: u32) -> TimeDelta {
        let micros = WINDOW.num_microseconds().unwrap_or_default();
        TimeDelta::microseconds(micros.saturating_mul(i64::from(tokens)) / i64::from(self.most))
    }
    /// A bucket that is full again at this time or earlier has so many tokens now.
    pub fn latest(self, tokens: u32, now: DateTime<Utc>) -> DateTime<Utc> {
        now + WINDOW - self.filling(tokens)
    }
    /// How many whole tokens are in it.
    pub fn left(self, full_at: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
        let missing = (full_at - now).clamp(TimeDelta::zero(), WINDOW);
        let filled = (WINDOW - missing).num_microseconds().unwrap_or_default();
        let window = WINDOW.num_microseconds().unwrap_or(1);
        u32::try_from(filled.saturating_mul(i64::from(self.most)) / window).unwrap_or(0)
    }
    /// What was drawn from it.
    pub fn drawn(self, tokens: u32, full_at: DateTime<Utc>, now: DateTime<Utc>) -> Portion {
        Portion {
            left: tokens,
            full_at,
            drawn_at: now,
            empty_until: DateTime::UNIX_EPOCH,
        }
    }
    /// There was nothing to be drawn; there will be once a token has come back.
    pub fn empty(self, full_at: DateTime<Utc>, now: DateTime<Utc>) -> Portion {
        Portion {
            empty_until: full_at - WINDOW + self.filling(1),
            ..self.drawn(0, full_at, now)
        }
    }
}

/// Whole seconds, rounded up.
pub(super) fn seconds(time: TimeDelta) -> u64 {
    let millis = u64::try_from(time.num_milliseconds()).unwrap_or(0);
    millis.div_ceil(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let bucket = Bucket::of(600);
        assert_eq!(bucket.left(now - TimeDelta::days(1), now), 600);
        assert_eq!(bucket.left(now + bucket.filling(1), now), 599);
        assert_eq!(bucket.left(now + WINDOW, now), 0);
        assert_eq!(bucket.left(now + WINDOW + WINDOW, now), 0);
        assert_eq!(bucket.latest(600, now), now);
        assert_eq!(bucket.latest(1, now), now + TimeDelta::milliseconds(59_900));
    }

    #[test]
    fn an_odd_number_is_no_token_short() {
        let now = DateTime::UNIX_EPOCH;
        for most in [1, 3, 7, 11, 59, 61, 997] {
            let bucket = Bucket::of(most);
            let mut full_at = now;
            let mut taken = 0;
            while full_at <= bucket.latest(1, now) {
                full_at += bucket.filling(1);
                taken += 1;
            }
            assert_eq!(taken, most);
        }
    }

    #[test]
    fn a_portion_is_a_small_part() {
        let portions = [1, 5, 20, 300, 600, 1200, 100_000].map(|most| Bucket::of(most).portion());
        assert_eq!(portions, [1, 1, 1, 15, 30, 50, 50]);
    }

    #[test]
    fn an_empty_bucket_says_when_it_is_worth_another_try() {
        let now = DateTime::UNIX_EPOCH;
        let empty = Bucket::of(6).empty(now + WINDOW, now);
        assert_eq!(empty.empty_until, now + TimeDelta::seconds(10));
        assert_eq!(seconds(TimeDelta::milliseconds(9001)), 10);
        assert_eq!(seconds(TimeDelta::milliseconds(-5)), 0);
    }
}
