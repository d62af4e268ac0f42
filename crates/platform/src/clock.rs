//! The clock of the application, which tests can set.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::sync::{Arc, Mutex};

/// A clock that tests can set.
#[derive(Clone, Default)]
pub struct Clock(Arc<Mutex<Option<DateTime<Utc>>>>);

impl Clock {
    /// Returns the current time, truncated to the microsecond that PostgreSQL stores.
    pub fn now(&self) -> DateTime<Utc> {
        let set = self.0.lock().map(|time| *time).unwrap_or_default();
        let now = set.unwrap_or_else(Utc::now);
        now.duration_trunc(TimeDelta::microseconds(1))
            .unwrap_or(now)
    }
    /// Stops the clock at a time, for tests.
    pub fn set(&self, time: DateTime<Utc>) {
        if let Ok(mut set) = self.0.lock() {
            *set = Some(time);
        }
    }
}
