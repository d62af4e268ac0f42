//! Shares, burn rates and forecasts, exact in bytes and microseconds.

use chrono::{DateTime, TimeDelta, Utc};
use wire::{
    Decimal,
    esims::usage::{ForecastState, UsageAlertKind},
};

/// How far before the last point the rate looks back.
const WINDOW: TimeDelta = TimeDelta::hours(72);
/// The shortest time from which a rate is calculated.
const SHORTEST: TimeDelta = TimeDelta::hours(6);
const DAY_MICROS: i128 = 86_400_000_000;

/// The total of a run at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub at: DateTime<Utc>,
    pub used_bytes: i64,
}

/// The data of a run and its validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub used_bytes: i64,
    /// `None` is unlimited.
    pub total_bytes: Option<i64>,
    pub starts_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Allowance {
    /// Returns what is left; `None` for unlimited.
    pub fn remaining_bytes(&self) -> Option<i64> {
        self.total_bytes
            .map(|total| total.saturating_sub(self.used_bytes).max(0))
    }

    /// Returns the used share in percent, or `None` for unlimited and for a total of 0. Data that is not used up never
    /// shows more than 99.99.
    pub fn share(&self) -> Option<Decimal> {
        share(self.used_bytes, self.total_bytes)
    }
}

/// Returns a share in percent, half to even; `None` for unlimited and for a total of 0.
pub fn share(used: i64, total: Option<i64>) -> Option<Decimal> {
    let total = total.filter(|total| *total > 0)?;
    let exact = Decimal::from(used).percent_of(&Decimal::from(total))?;
    let most: Decimal = "99.99".parse().ok()?;
    Some(if used < total { exact.min(most) } else { exact })
}

/// A forecast at the time of the last point. Whether it is stale depends on the time at which it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    pub state: ForecastState,
    pub burn_bytes_per_day: Option<i64>,
    pub exhausted_at: Option<DateTime<Utc>>,
    pub left_at_expiry_bytes: Option<i64>,
}

impl Forecast {
    const fn without_rate(state: ForecastState) -> Self {
        Self {
            state,
            burn_bytes_per_day: None,
            exhausted_at: None,
            left_at_expiry_bytes: None,
        }
    }
}

/// Returns the growing points of a run: its start with 0, then the readings in the order of their times.
fn growing(start: Option<DateTime<Utc>>, readings: &[Point]) -> Vec<Point> {
    let mut points: Vec<Point> = start
        .map(|at| Point { at, used_bytes: 0 })
        .into_iter()
        .chain(readings.iter().copied())
        .collect();
    points.sort_by_key(|point| (point.at, point.used_bytes));
    let mut most = 0;
    for point in &mut points {
        most = point.used_bytes.max(most);
        point.used_bytes = most;
    }
    points
}

/// Calculates the forecast of a run from its readings. `count` is the number of readings, of which older ones may have been
/// deleted.
pub fn forecast(allowance: &Allowance, readings: &[Point], count: i32) -> Forecast {
    use ForecastState as S;
    let points = growing(allowance.starts_at, readings);
    let rate = rate(&points).filter(|_| count >= 2);
    let burn_bytes_per_day = rate.and_then(Rate::per_day);
    let Some(remaining) = allowance.remaining_bytes() else {
        return Forecast {
            burn_bytes_per_day,
            ..Forecast::without_rate(S::Unlimited)
        };
    };
    if remaining == 0 {
        return Forecast::without_rate(S::Depleted);
    }
    let Some(rate) = rate else {
        return Forecast::without_rate(S::TooLittleData);
    };
    if rate.bytes == 0 {
        return Forecast {
            burn_bytes_per_day: Some(0),
            ..Forecast::without_rate(S::NoUsage)
        };
    }
    let end = rate.end_of(remaining);
    match allowance.expires_at {
        Some(expiry) if end.is_none_or(|end| end >= expiry) => Forecast {
            state: S::Lasts,
            burn_bytes_per_day,
            exhausted_at: None,
            left_at_expiry_bytes: rate.left_at(remaining, expiry),
        },
        _ => Forecast {
            state: S::RunsOut,
            burn_bytes_per_day,
            exhausted_at: end,
            left_at_expiry_bytes: None,
        },
    }
}

/// Bytes over a time.
#[derive(Debug, Clone, Copy)]
struct Rate {
    last_at: DateTime<Utc>,
    bytes: i128,
    micros: i128,
}

/// Returns the rate between the last point and the first one within 72 hours before it, or the last one before those.
fn rate(points: &[Point]) -> Option<Rate> {
    let last = points.last()?;
    let window = last.at.checked_sub_signed(WINDOW)?;
    let earlier = points.get(..points.len().saturating_sub(1))?;
    let first = earlier
        .iter()
        .find(|point| point.at >= window)
        .or_else(|| earlier.last())?;
    let length = last.at - first.at;
    (length >= SHORTEST).then(|| Rate {
        last_at: last.at,
        bytes: i128::from(last.used_bytes) - i128::from(first.used_bytes),
        micros: micros(length),
    })
}

fn micros(length: TimeDelta) -> i128 {
    length.num_microseconds().map_or(i128::MAX, i128::from)
}

impl Rate {
    fn per_day(self) -> Option<i64> {
        let bytes = self
            .bytes
            .checked_mul(DAY_MICROS)?
            .checked_div(self.micros)?;
        i64::try_from(bytes).ok()
    }

    /// Returns when so many bytes are used up, rounded down to the second; `None` when that is too far away for a date.
    fn end_of(self, remaining: i64) -> Option<DateTime<Utc>> {
        let length = i128::from(remaining)
            .checked_mul(self.micros)?
            .checked_div(self.bytes)?;
        let end = i128::from(self.last_at.timestamp_micros()).checked_add(length)?;
        let at = DateTime::from_timestamp(i64::try_from(end.div_euclid(1_000_000)).ok()?, 0)?;
        (at.timestamp() < 253_402_300_800).then_some(at)
    }

    /// Returns what is left of so many bytes at a time, rounded down.
    fn left_at(self, remaining: i64, at: DateTime<Utc>) -> Option<i64> {
        let used = micros(at - self.last_at).max(0).checked_mul(self.bytes)?;
        let whole = used.checked_div(self.micros)?;
        let partial = i128::from(used.checked_rem(self.micros)? > 0);
        i64::try_from(i128::from(remaining) - whole - partial)
            .ok()
            .map(|left| left.max(0))
    }
}

/// The thresholds of alerts in percent.
const STEPS: [i32; 4] = [100, 90, 75, 50];
/// The reminders in hours before the expiry, the last one first.
const REMINDERS: [i32; 2] = [24, 72];

/// Returns the highest threshold that is reached, compared in bytes; 0 for none.
pub fn reached_step(used: i64, total: Option<i64>) -> i32 {
    let Some(total) = total.filter(|total| *total > 0) else {
        return 0;
    };
    STEPS
        .into_iter()
        .find(|step| i128::from(used) * 100 >= i128::from(*step) * i128::from(total))
        .unwrap_or(0)
}

/// An alert that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub kind: UsageAlertKind,
    pub step: i32,
}

/// Returns when the next reminder before an expiry is due. Reminders before the start are skipped, and the first one as soon
/// as the second one is due.
pub fn next_reminder(
    starts_at: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    last_sent: Option<i32>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let expiry = expires_at.filter(|expiry| *expiry > now)?;
    let due = |hours: i32| expiry - TimeDelta::hours(hours.into());
    REMINDERS
        .into_iter()
        .rev()
        .filter(|hours| last_sent.is_none_or(|sent| *hours < sent))
        .filter(|hours| starts_at.is_none_or(|start| due(*hours) >= start))
        .map(due)
        .find(|at| *at > now || *at == due(24) || due(24) > now)
}

/// Returns the reminder that is due before an expiry: the latest one whose time has come.
pub fn due_reminder(
    starts_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<i32> {
    if expires_at <= now {
        return None;
    }
    REMINDERS.into_iter().find(|hours| {
        let at = expires_at - TimeDelta::hours((*hours).into());
        at <= now && starts_at.is_none_or(|start| at >= start)
    })
}
