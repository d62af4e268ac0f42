//! Usage of one eSIM: counters, shares, alerts and forecasts, step by step.

use super::{
    apply::*,
    forecast::{Forecast, reached_step},
    run::{BundleUse, runs},
    *,
};
use chrono::TimeDelta;
use wire::{BundleId, Decimal};

/// The start of the first bundle.
const START: &str = "2027-03-01T00:00:00Z";

fn at(hours: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = START.parse().unwrap();
    start + TimeDelta::hours(hours)
}

fn bundle(total_bytes: Option<i64>, days: i64) -> BundleUse {
    BundleUse {
        id: BundleId::new(),
        status: BundleStatus::Active,
        is_first: true,
        provider_ref: None,
        total_bytes,
        used_bytes: 0,
        starts_at: Some(at(0)),
        expires_at: Some(at(0) + TimeDelta::days(days)),
        created_at: at(0),
    }
}

fn esim(bundles: Vec<BundleUse>) -> EsimUse {
    EsimUse {
        id: EsimId::new(),
        iccid: "8944538532008160222".to_owned(),
        status: EsimStatus::Active,
        user_id: None,
        bundles,
        counters: BTreeMap::new(),
        points: BTreeMap::new(),
        events: Default::default(),
        known: Known::default(),
        changes: Changes::default(),
    }
}

fn reading(event: &str, value: &str, unit: DataUnit, hours: i64) -> Reading {
    Reading {
        event_id: Some(event.to_owned()),
        esim: EsimKey::Id(EsimId::new()),
        used_bytes: to_bytes(value, unit).unwrap(),
        read_at: at(hours),
        period: None,
        bundle_ref: None,
        voice_minutes: None,
        sms_count: None,
        country: None,
        network: None,
        source: Source::Api,
    }
}

/// Applies a reading and returns its outcome, the use, the share and the alert.
fn step(
    esim: &mut EsimUse,
    reading: &Reading,
) -> (ReadingOutcome, i64, Option<String>, Option<i32>) {
    let clock = Clock {
        now: reading.read_at,
        zone: chrono_tz::UTC,
    };
    esim.changes.alerts.clear();
    let outcome = esim.apply(reading, clock);
    let run = esim.current_run().unwrap();
    let share = EsimUse::allowance(&run, reading.read_at).share();
    let alert = esim.changes.alerts.first().map(|due| due.step);
    (
        outcome,
        run.used_bytes(),
        share.map(|share| share.to_string()),
        alert,
    )
}

fn forecast_at(esim: &EsimUse, hours: i64) -> Forecast {
    let run = esim.current_run().unwrap();
    esim.forecast(&run, at(hours))
}

const MB: DataUnit = DataUnit::Mb;
use ReadingOutcome::{Accepted, Duplicate, InFuture, Late, Lower, NoBundle};

#[test]
fn lower_late_and_repeated_readings_change_nothing() {
    let mut esim = esim(vec![bundle(Some(4_000_000_000), 30)]);
    let share = |text: &str| Some(text.to_owned());
    for (event, value, hours, expected) in [
        (
            "a",
            "1200",
            12,
            (Accepted, 1_200_000_000, share("30.00"), None),
        ),
        ("b", "0", 36, (Lower, 1_200_000_000, share("30.00"), None)),
        (
            "c",
            "1250",
            48,
            (Accepted, 1_250_000_000, share("31.25"), None),
        ),
        ("d", "1100", 6, (Late, 1_250_000_000, share("31.25"), None)),
        (
            "c",
            "3900",
            50,
            (Duplicate, 1_250_000_000, share("31.25"), None),
        ),
        (
            "f",
            "1700",
            60,
            (Accepted, 1_700_000_000, share("42.50"), None),
        ),
    ] {
        assert_eq!(
            step(&mut esim, &reading(event, value, MB, hours)),
            expected,
            "{event}"
        );
    }
    let kinds: Vec<AnomalyKind> = esim.changes.anomalies.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [AnomalyKind::Lower, AnomalyKind::Late]);
    let days: Vec<i64> = esim.changes.days.values().copied().collect();
    assert_eq!(days, [1_200_000_000, 500_000_000]);
    // From hour 0 to 60: 1.7 GB in 60 hours, and 2.3 GB are left.
    let found = forecast_at(&esim, 61);
    assert_eq!(found.state, ForecastState::RunsOut);
    assert_eq!(found.burn_bytes_per_day, Some(680_000_000));
    assert_eq!(
        found.exhausted_at,
        Some("2027-03-06T21:10:35Z".parse().unwrap())
    );
}

#[test]
fn five_gigabytes_sold_and_five_gibibytes_delivered_are_not_the_same() {
    let mut esim = esim(vec![bundle(Some(5_000_000_000), 30)]);
    let gib = DataUnit::Gib;
    let almost = step(&mut esim, &reading("a", "4.656", gib, 24));
    assert_eq!(
        almost,
        (Accepted, 4_999_341_933, Some("99.99".to_owned()), Some(90))
    );
    let full = step(&mut esim, &reading("b", "5", gib, 48));
    assert_eq!(
        full,
        (
            Accepted,
            5_368_709_120,
            Some("107.37".to_owned()),
            Some(100)
        )
    );
    assert_eq!(forecast_at(&esim, 49).state, ForecastState::Depleted);
}

#[test]
fn counter_of_new_period_adds_to_bundle() {
    let mut esim = esim(vec![bundle(Some(5_000_000_000), 60)]);
    let month = |start: i64, end: i64| {
        Some(Period {
            start: at(start),
            end: at(end),
        })
    };
    let (first, second) = (month(-240, 24 * 31), month(24 * 31, 24 * 61));
    let of = |event: &str, value: &str, hours: i64, period: Option<Period>| Reading {
        period,
        ..reading(event, value, MB, hours)
    };
    assert_eq!(
        step(&mut esim, &of("a", "2400", 24 * 31 - 1, first)).1,
        2_400_000_000
    );
    assert_eq!(
        step(&mut esim, &of("b", "80", 24 * 31 + 1, second)).1,
        2_480_000_000
    );
    assert_eq!(
        step(&mut esim, &of("c", "400", 24 * 32, second)).3,
        Some(50)
    );
    assert_eq!(
        step(&mut esim, &of("d", "2450", 24 * 32 + 1, first)).1,
        2_850_000_000
    );
    assert_eq!(esim.counters.len(), 2);
    assert_eq!(esim.changes.days.values().sum::<i64>(), 2_850_000_000);
}

#[test]
fn jump_over_thresholds_alerts_once_with_highest() {
    let mut esim = esim(vec![bundle(Some(1_000_000_000), 30)]);
    assert_eq!(step(&mut esim, &reading("a", "100", MB, 6)).3, None);
    assert_eq!(step(&mut esim, &reading("b", "930", MB, 12)).3, Some(90));
    assert_eq!(step(&mut esim, &reading("c", "990", MB, 18)).3, None);
}

#[test]
fn thresholds_are_compared_in_bytes() {
    let total = Some(3_000_000_000);
    for (used, step) in [
        (1_499_999_999, 0),
        (1_500_000_000, 50),
        (2_249_999_999, 50),
        (2_250_000_000, 75),
        (2_700_000_000, 90),
        (2_999_999_999, 90),
        (3_000_000_000, 100),
        (i64::MAX, 100),
    ] {
        assert_eq!(reached_step(used, total), step, "{used}");
    }
    assert_eq!((reached_step(7, None), reached_step(7, Some(0))), (0, 0));
}

#[test]
fn top_up_makes_thresholds_due_again_that_are_no_longer_reached() {
    let mut esim = esim(vec![bundle(Some(1_000_000_000), 30)]);
    assert_eq!(step(&mut esim, &reading("a", "960", MB, 24)).3, Some(90));
    esim.bundles.push(BundleUse {
        status: BundleStatus::Queued,
        is_first: false,
        starts_at: None,
        expires_at: None,
        created_at: at(25),
        ..bundle(Some(500_000_000), 30)
    });
    let mut alerts = Vec::new();
    for (event, value, hours) in [
        ("b", "1124", 48),
        ("c", "1125", 54),
        ("d", "1350", 72),
        ("e", "1500", 84),
    ] {
        alerts.push(step(&mut esim, &reading(event, value, MB, hours)).3);
    }
    assert_eq!(alerts, [None, Some(75), Some(90), Some(100)]);
    assert_eq!(esim.current_run().map(|run| run.topups()), Some(1));
}

#[test]
fn unlimited_data_has_no_share_alert_or_forecast() {
    let mut esim = esim(vec![bundle(None, 30)]);
    let gb = DataUnit::Gb;
    assert_eq!(
        step(&mut esim, &reading("a", "7", gb, 12)),
        (Accepted, 7_000_000_000, None, None)
    );
    assert_eq!(
        step(&mut esim, &reading("b", "31.415926535", gb, 36)),
        (Accepted, 31_415_926_535, None, None)
    );
    let found = forecast_at(&esim, 40);
    assert_eq!(
        (found.state, found.exhausted_at),
        (ForecastState::Unlimited, None)
    );
}

#[test]
fn forecast_needs_two_readings_and_six_hours() {
    let mut one = esim(vec![bundle(Some(1_000_000_000), 30)]);
    step(&mut one, &reading("a", "400", MB, 20));
    assert_eq!(forecast_at(&one, 24).state, ForecastState::TooLittleData);
    let mut short = esim(vec![bundle(Some(1_000_000_000), 30)]);
    step(&mut short, &reading("a", "100", MB, 3));
    step(&mut short, &reading("b", "200", MB, 5));
    assert_eq!(forecast_at(&short, 6).state, ForecastState::TooLittleData);
    step(&mut short, &reading("c", "300", MB, 6));
    assert_eq!(forecast_at(&short, 6).state, ForecastState::RunsOut);
}

#[test]
fn forecast_looks_back_three_days_or_to_last_point_before() {
    let mut slow = esim(vec![bundle(Some(3_000_000_000), 30)]);
    step(&mut slow, &reading("a", "100", MB, 96));
    step(&mut slow, &reading("b", "200", MB, 216));
    let found = forecast_at(&slow, 240);
    assert_eq!(
        (found.state, found.burn_bytes_per_day),
        (ForecastState::Lasts, Some(20_000_000))
    );
    assert_eq!(found.left_at_expiry_bytes, Some(2_380_000_000));
    step(&mut slow, &reading("c", "200", MB, 240));
    step(&mut slow, &reading("d", "200", MB, 300));
    assert_eq!(forecast_at(&slow, 301).state, ForecastState::NoUsage);
}

#[test]
fn forecast_becomes_stale_after_two_days() {
    let last = Some(at(72));
    let state = ForecastState::RunsOut;
    assert_eq!(state.at(last, at(120)), ForecastState::RunsOut);
    assert_eq!(
        state.at(last, at(120) + TimeDelta::seconds(1)),
        ForecastState::Stale
    );
    assert_eq!(
        ForecastState::Depleted.at(last, at(500)),
        ForecastState::Depleted
    );
    assert_eq!(
        ForecastState::Unlimited.at(last, at(500)),
        ForecastState::Unlimited
    );
}

#[test]
fn order_of_readings_does_not_change_total() {
    let values = [5, 40, 40, 3, 77, 12, 77, 60];
    for rotation in 0..values.len() {
        let mut esim = esim(vec![bundle(Some(1_000_000_000), 30)]);
        for index in 0..values.len() {
            let value = values[(index + rotation) % values.len()];
            let event = format!("{rotation}-{index}");
            step(&mut esim, &reading(&event, &value.to_string(), MB, value));
        }
        let run = esim.current_run().unwrap();
        assert_eq!(run.used_bytes(), 77_000_000);
        assert_eq!(esim.changes.days.values().sum::<i64>(), 77_000_000);
    }
}

#[test]
fn readings_without_bundle_or_from_future_are_not_remembered() {
    let mut empty = esim(vec![]);
    let clock = Clock {
        now: at(10),
        zone: chrono_tz::UTC,
    };
    assert_eq!(empty.apply(&reading("a", "1", MB, 1), clock), NoBundle);
    let mut esim = esim(vec![bundle(Some(1_000_000_000), 30)]);
    let early = reading("a", "1", MB, 11);
    assert_eq!(esim.apply(&early, clock), InFuture);
    assert_eq!(
        esim.apply(
            &early,
            Clock {
                now: at(12),
                ..clock
            }
        ),
        Accepted
    );
}

#[test]
fn use_goes_to_bundles_in_order_of_their_start() {
    let first = bundle(Some(1_000_000_000), 30);
    let second = BundleUse {
        is_first: false,
        starts_at: Some(at(24)),
        created_at: at(24),
        ..bundle(Some(2_000_000_000), 40)
    };
    let mut esim = esim(vec![second.clone(), first.clone()]);
    step(&mut esim, &reading("a", "1500", MB, 48));
    let used = |esim: &EsimUse, id: BundleId| {
        esim.bundles
            .iter()
            .find(|bundle| bundle.id == id)
            .map(|bundle| bundle.used_bytes)
    };
    assert_eq!(used(&esim, first.id), Some(1_000_000_000));
    assert_eq!(used(&esim, second.id), Some(500_000_000));
    step(&mut esim, &reading("b", "3500", MB, 50));
    assert_eq!(used(&esim, first.id), Some(1_000_000_000));
    assert_eq!(used(&esim, second.id), Some(2_500_000_000));
}

#[test]
fn state_of_provider_and_reading_do_not_count_twice() {
    let mut esim = esim(vec![bundle(Some(1_000_000_000), 30)]);
    step(&mut esim, &reading("a", "400", MB, 12));
    // The provider's report about the bundle is newer than the last reading.
    esim.bundles[0].used_bytes = 500_000_000;
    assert_eq!(step(&mut esim, &reading("b", "500", MB, 13)).1, 500_000_000);
    assert_eq!(step(&mut esim, &reading("c", "520", MB, 14)).1, 520_000_000);
}

#[test]
fn expired_bundle_counts_with_what_was_used_of_it() {
    let first = BundleUse {
        used_bytes: 300_000_000,
        ..bundle(Some(1_000_000_000), 10)
    };
    let second = BundleUse {
        is_first: false,
        used_bytes: 100_000_000,
        starts_at: Some(at(24 * 9)),
        expires_at: Some(at(24 * 39)),
        created_at: at(24 * 9),
        ..bundle(Some(2_000_000_000), 30)
    };
    let run = runs(&[first, second]).pop().unwrap();
    assert_eq!(run.total_bytes(at(24 * 9)), Some(3_000_000_000));
    assert_eq!(run.total_bytes(at(24 * 11)), Some(2_300_000_000));
    assert_eq!(run.total_bytes(at(24 * 50)), Some(3_000_000_000));
    assert_eq!(run.used_bytes(), 400_000_000);
}

#[test]
fn gap_between_bundles_begins_new_run() {
    let later = BundleUse {
        starts_at: Some(at(24 * 31)),
        expires_at: Some(at(24 * 61)),
        ..bundle(Some(500_000_000), 30)
    };
    let first = bundle(Some(1_000_000_000), 30);
    let all = runs(&[later.clone(), first.clone()]);
    assert_eq!(
        all.iter().map(|run| run.id).collect::<Vec<_>>(),
        [first.id, later.id]
    );
    let touching = BundleUse {
        starts_at: first.expires_at,
        ..later
    };
    assert_eq!(runs(&[touching, first]).len(), 1);
}

#[test]
fn share_is_rounded_half_to_even_and_never_full_too_early() {
    for (used, total, text) in [
        (999_999_000, 1_000_000_000, "99.99"),
        (1, 3, "33.33"),
        (1, 800, "0.12"),
        (3, 800, "0.38"),
        (2_007_897_211, 2_000_000_000, "100.39"),
    ] {
        assert_eq!(share(used, Some(total)), text.parse::<Decimal>().ok());
    }
    assert_eq!((share(1, None), share(1, Some(0))), (None, None));
}

#[test]
fn reminders_are_due_three_days_and_one_day_before_expiry() {
    let (start, end) = (Some(at(0)), Some(at(240)));
    assert_eq!(next_reminder(start, end, None, at(1)), Some(at(168)));
    assert_eq!(next_reminder(start, end, Some(72), at(169)), Some(at(216)));
    assert_eq!(next_reminder(start, end, Some(24), at(217)), None);
    // The first one is skipped when the second one is due.
    assert_eq!(next_reminder(start, end, None, at(220)), Some(at(216)));
    assert_eq!(next_reminder(start, end, None, at(241)), None);
    // A reminder before the start is skipped.
    assert_eq!(
        next_reminder(Some(at(200)), end, None, at(201)),
        Some(at(216))
    );
    assert_eq!(next_reminder(Some(at(220)), end, None, at(221)), None);
    let due = |now: i64| due_reminder(start, at(240), at(now));
    assert_eq!(
        (due(167), due(168), due(216), due(240)),
        (None, Some(72), Some(24), None)
    );
}
