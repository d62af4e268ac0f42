//! The readings of eSIMs in use: some with a fresh figure, some with a stale one.

use super::super::rows::Rows;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

/// The number of readings of the last three days.
const READINGS: i32 = 12;

/// A bundle that is in use.
pub struct UsedBundle {
    pub id: Uuid,
    pub esim: Uuid,
    pub customer: Uuid,
    pub plan: Uuid,
    pub provider: Option<Uuid>,
    pub used_bytes: i64,
    pub starts_at: DateTime<Utc>,
    /// Number of the bundle; every sixth one has a stale figure.
    pub number: usize,
}

/// Adds the readings of a bundle, its days, and its row of the monitor, which a job calculates from them.
pub fn add(rows: &mut Rows, now: DateTime<Utc>, bundle: &UsedBundle) {
    let age = if bundle.number.is_multiple_of(6) {
        TimeDelta::hours(60)
    } else {
        TimeDelta::minutes(17)
    };
    let read_at = now - age;
    let length = (read_at - bundle.starts_at).num_minutes();
    if length < 60 {
        return;
    }
    let used_at = |at: DateTime<Utc>| {
        let passed = (at - bundle.starts_at).num_minutes().clamp(0, length);
        let used = i128::from(bundle.used_bytes) * i128::from(passed) / i128::from(length);
        i64::try_from(used).unwrap_or_default()
    };
    let first = bundle.starts_at.max(read_at - TimeDelta::hours(72));
    let step = (read_at - first) / READINGS;
    for number in 1..=READINGS {
        let at = if number == READINGS {
            read_at
        } else {
            first + step * number
        };
        rows.add("usage_points", json!({ "esim_id": bundle.esim, "bundle_id": bundle.id, "read_at": at, "used_bytes": used_at(at) }));
    }
    for day in bundle.starts_at.date_naive().iter_days() {
        if day > read_at.date_naive() {
            break;
        }
        let start = day.and_time(chrono::NaiveTime::MIN).and_utc();
        let used_bytes = used_at(start + TimeDelta::days(1)) - used_at(start);
        let country = if bundle.number.is_multiple_of(2) {
            "FR"
        } else {
            "ES"
        };
        rows.add("usage_days", json!({ "esim_id": bundle.esim, "day": day, "country": country, "used_bytes": used_bytes }));
    }
    rows.add("usage_monitor", json!({
        "esim_id": bundle.esim, "status": "active", "user_id": bundle.customer, "plan_id": bundle.plan, "provider_id": bundle.provider,
        "bundle_id": bundle.id, "topups": 0, "used_bytes": bundle.used_bytes, "forecast": "too_little_data", "readings": READINGS,
        "read_at": read_at, "received_at": read_at, "alert_step": 100, "next_poll_at": now, "poll_failures": 0, "needs_refresh": true,
    }));
}
