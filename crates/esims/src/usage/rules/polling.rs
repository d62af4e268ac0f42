//! When a provider is asked for the usage of an eSIM: soon when something is about to happen, rarely when nothing does.

use chrono::{DateTime, TimeDelta, Utc};
use wire::esims::{inventory::EsimStatus, usage::ForecastState};

/// The shortest time between two calls for an eSIM.
const SHORTEST: TimeDelta = TimeDelta::minutes(15);
/// The longest time after failed calls.
const LONGEST: TimeDelta = TimeDelta::hours(24);

/// What the plan of the next call depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Need {
    pub status: EsimStatus,
    /// Used data in whole percent; `None` for unlimited.
    pub percent: Option<i32>,
    pub forecast: ForecastState,
    pub exhausted_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether data was used since the reading before.
    pub has_grown: bool,
    /// Whether a bundle has started.
    pub has_started: bool,
}

/// Returns after which time the provider is asked again; `None` when the eSIM has ended. `age` is the age that the figures of
/// the provider may have: asking more often returns the same figure.
pub fn interval(need: &Need, age: TimeDelta, now: DateTime<Utc>) -> Option<TimeDelta> {
    if matches!(need.status, EsimStatus::Cancelled | EsimStatus::Expired) {
        return None;
    }
    let wanted = if need.status == EsimStatus::Suspended {
        TimeDelta::hours(12)
    } else if !need.has_started {
        TimeDelta::hours(6)
    } else if need.forecast == ForecastState::Depleted {
        // A top-up is read when it is added; until then nothing changes.
        TimeDelta::hours(12)
    } else if need.percent.is_some_and(|percent| percent >= 85)
        || need
            .exhausted_at
            .is_some_and(|end| end - now < TimeDelta::hours(24))
    {
        SHORTEST
    } else if need.has_grown {
        TimeDelta::hours(1)
    } else if need
        .expires_at
        .is_some_and(|end| end - now < TimeDelta::hours(24))
    {
        TimeDelta::hours(3)
    } else {
        TimeDelta::hours(6)
    };
    Some(wanted.max(age).max(SHORTEST))
}

/// Returns after which time a failed call is made again: doubled with each failure.
pub fn backoff(failures: i32) -> TimeDelta {
    let doubled = 1_i32
        .checked_shl(failures.clamp(0, 10).unsigned_abs())
        .unwrap_or(1);
    (SHORTEST * doubled).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn need() -> Need {
        Need {
            status: EsimStatus::Active,
            percent: Some(40),
            forecast: ForecastState::Lasts,
            exhausted_at: None,
            expires_at: None,
            has_grown: false,
            has_started: true,
        }
    }

    #[test]
    fn nearly_used_up_esims_are_asked_first() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let hours =
            |need: &Need| interval(need, TimeDelta::zero(), now).map(|wait| wait.num_minutes());
        assert_eq!(
            hours(&Need {
                percent: Some(85),
                ..need()
            }),
            Some(15)
        );
        let soon = Some(now + TimeDelta::hours(5));
        assert_eq!(
            hours(&Need {
                exhausted_at: soon,
                ..need()
            }),
            Some(15)
        );
        assert_eq!(
            hours(&Need {
                has_grown: true,
                ..need()
            }),
            Some(60)
        );
        assert_eq!(
            hours(&Need {
                expires_at: soon,
                ..need()
            }),
            Some(180)
        );
        assert_eq!(hours(&need()), Some(360));
        assert_eq!(
            hours(&Need {
                percent: None,
                ..need()
            }),
            Some(360)
        );
    }

    #[test]
    fn ended_esims_are_not_asked() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        for status in [EsimStatus::Cancelled, EsimStatus::Expired] {
            let ended = Need {
                status,
                percent: Some(99),
                ..need()
            };
            assert_eq!(interval(&ended, TimeDelta::zero(), now), None);
        }
    }

    #[test]
    fn cached_figures_are_not_asked_before_they_change() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let full = Need {
            percent: Some(95),
            ..need()
        };
        assert_eq!(
            interval(&full, TimeDelta::hours(3), now),
            Some(TimeDelta::hours(3))
        );
    }

    #[test]
    fn failures_double_the_wait_up_to_a_day() {
        assert_eq!(backoff(0), TimeDelta::minutes(15));
        assert_eq!(backoff(2), TimeDelta::hours(1));
        assert_eq!(backoff(50), TimeDelta::hours(24));
    }
}
