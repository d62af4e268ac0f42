//! Applies readings to the usage of one eSIM. Counters only grow; everything else follows from them.

use super::{
    forecast::{self, Allowance, Due, Forecast, Point},
    run::{self, BundleUse, Run},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use wire::{
    BundleId, EsimId, UsageId, UserId,
    esims::{
        inventory::EsimStatus,
        usage::{AnomalyKind, BundleStatus, ReadingOutcome, UsageAlertKind},
    },
};

/// How far the clock of a source may be ahead.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);
/// The end of a counter whose bundles have no known end.
const OPEN_END: TimeDelta = TimeDelta::days(366);

/// The origin of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The API.
    Api,
    /// A call to the provider.
    Poll,
    /// A webhook of the provider.
    Webhook,
}

impl Source {
    /// Returns the value in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Poll => "poll",
            Self::Webhook => "webhook",
        }
    }
}

/// A reading of a counter in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The id at the source; `None` for a provider that was asked.
    pub event_id: Option<String>,
    /// The eSIM.
    pub esim: EsimKey,
    /// The counter in bytes, cumulative over its period.
    pub used_bytes: i64,
    /// The time of the reading, by the clock of its source.
    pub read_at: DateTime<Utc>,
    /// The period of the counter; `None` for a counter that runs with the bundles.
    pub period: Option<Period>,
    /// The bundle at the provider; `None` for a counter of the whole eSIM.
    pub bundle_ref: Option<String>,
    /// The minutes of calls in the period.
    pub voice_minutes: Option<i32>,
    /// The text messages in the period.
    pub sms_count: Option<i32>,
    /// The country of the use.
    pub country: Option<String>,
    /// The network of the use.
    pub network: Option<String>,
    /// The origin.
    pub source: Source,
}

/// An eSIM by its id or its ICCID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EsimKey {
    /// By id.
    Id(EsimId),
    /// By ICCID, digits only.
    Iccid(String),
}

/// The period of a counter; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The start.
    pub start: DateTime<Utc>,
    /// The end.
    pub end: DateTime<Utc>,
}

/// The counter of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    pub id: UsageId,
    pub used_bytes: i64,
    pub voice_minutes: i32,
    pub sms_count: i32,
    pub recorded_at: DateTime<Utc>,
    pub is_changed: bool,
}

/// A reading that is kept but not used.
#[derive(Debug, Clone, PartialEq)]
pub struct Anomaly {
    pub kind: AnomalyKind,
    pub period: Period,
    pub used_bytes: i64,
    pub counter_bytes: i64,
    pub event_id: Option<String>,
    pub source: Source,
    pub read_at: DateTime<Utc>,
}

/// A day and a place of use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayKey {
    pub day: NaiveDate,
    pub country: String,
    pub network: String,
}

/// What is known about the run of an eSIM from earlier readings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    pub run: Option<BundleId>,
    pub expires_at: Option<DateTime<Utc>>,
    pub readings: i32,
    pub read_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    pub country: Option<String>,
    pub network: Option<String>,
    pub alert_step: i32,
    pub remind_at: Option<DateTime<Utc>>,
}

/// The usage of a locked eSIM: what was loaded, and what the readings change.
#[derive(Debug, Clone)]
pub struct EsimUse {
    pub id: EsimId,
    pub iccid: String,
    pub status: EsimStatus,
    pub user_id: Option<UserId>,
    pub bundles: Vec<BundleUse>,
    pub counters: BTreeMap<Period, Counter>,
    /// Points by the run and the time.
    pub points: BTreeMap<(BundleId, DateTime<Utc>), i64>,
    pub events: BTreeSet<String>,
    pub known: Known,
    pub changes: Changes,
}

/// What the readings change.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub events: Vec<String>,
    pub bundles: BTreeSet<BundleId>,
    pub points: BTreeSet<(BundleId, DateTime<Utc>)>,
    pub days: BTreeMap<DayKey, i64>,
    pub anomalies: Vec<Anomaly>,
    pub alerts: Vec<Due>,
    pub is_read: bool,
}

/// The time and the zone in which readings are applied.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    pub now: DateTime<Utc>,
    pub zone: Tz,
}

/// Returns the bundle that a reading names.
fn named_bundle<'a>(bundles: &'a [BundleUse], reading: &Reading) -> Option<&'a BundleUse> {
    let name = reading.bundle_ref.as_ref()?;
    bundles
        .iter()
        .find(|bundle| bundle.provider_ref.as_ref() == Some(name))
}

impl EsimUse {
    /// Returns the current run: the last one.
    pub fn current_run(&self) -> Option<Run> {
        run::runs(&self.bundles).pop()
    }

    /// Returns the used and the total data of the current run.
    pub fn allowance(run: &Run, now: DateTime<Utc>) -> Allowance {
        Allowance {
            used_bytes: run.used_bytes(),
            total_bytes: run.total_bytes(now),
            starts_at: run.starts_at,
            expires_at: run.expires_at,
        }
    }

    /// Returns the points of a run in the order of their times.
    pub fn points_of(&self, run: BundleId) -> Vec<Point> {
        self.points
            .iter()
            .filter(|((id, _), _)| *id == run)
            .map(|((_, at), used_bytes)| Point {
                at: *at,
                used_bytes: *used_bytes,
            })
            .collect()
    }

    /// Returns the forecast of a run.
    pub fn forecast(&self, run: &Run, now: DateTime<Utc>) -> Forecast {
        let readings = if self.known.run == Some(run.id) {
            self.known.readings
        } else {
            0
        };
        forecast::forecast(
            &Self::allowance(run, now),
            &self.points_of(run.id),
            readings,
        )
    }

    /// Applies one reading and returns its outcome. Only an accepted reading changes the usage. An event that could not be
    /// used yet is not remembered, so that it can be sent again.
    pub fn apply(&mut self, reading: &Reading, clock: Clock) -> ReadingOutcome {
        let event = reading.event_id.as_ref();
        if event.is_some_and(|event| self.events.contains(event)) {
            return ReadingOutcome::Duplicate;
        }
        if reading.read_at > clock.now + CLOCK_SKEW {
            return ReadingOutcome::InFuture;
        }
        if run::runs(&self.bundles).is_empty() {
            return ReadingOutcome::NoBundle;
        }
        if let Some(event) = event {
            self.events.insert(event.clone());
            self.changes.events.push(event.clone());
        }
        self.read_counter(reading, clock)
    }

    /// Compares a reading with the counter of its period, and applies what the counter has grown by.
    fn read_counter(&mut self, reading: &Reading, clock: Clock) -> ReadingOutcome {
        let runs = run::runs(&self.bundles);
        let Some(run) = run::run_at(&runs, reading.read_at) else {
            return ReadingOutcome::NoBundle;
        };
        let Some(period) = self.period(reading, run) else {
            // Nothing was used, and no bundle has started: there is no counter yet.
            self.mark_read(reading, clock.now);
            return ReadingOutcome::Accepted;
        };
        let counter = self.counters.entry(period).or_insert_with(|| Counter {
            id: UsageId::new(),
            used_bytes: 0,
            voice_minutes: 0,
            sms_count: 0,
            recorded_at: reading.read_at,
            is_changed: true,
        });
        if reading.used_bytes < counter.used_bytes {
            let is_newer = reading.read_at > counter.recorded_at;
            let (kind, outcome) = if is_newer {
                (AnomalyKind::Lower, ReadingOutcome::Lower)
            } else {
                (AnomalyKind::Late, ReadingOutcome::Late)
            };
            self.changes.anomalies.push(Anomaly {
                kind,
                period,
                used_bytes: reading.used_bytes,
                counter_bytes: counter.used_bytes,
                event_id: reading.event_id.clone(),
                source: reading.source,
                read_at: reading.read_at,
            });
            return outcome;
        }
        let grown = reading.used_bytes - counter.used_bytes;
        counter.used_bytes = reading.used_bytes;
        counter.recorded_at = counter.recorded_at.max(reading.read_at);
        counter.voice_minutes = counter
            .voice_minutes
            .max(reading.voice_minutes.unwrap_or(0));
        counter.sms_count = counter.sms_count.max(reading.sms_count.unwrap_or(0));
        counter.is_changed = true;
        let used_before = run.used_bytes();
        let new_bytes = self.new_bytes(reading, run, grown);
        self.grow_bundles(reading, run, new_bytes);
        self.grow_day(reading, grown, clock.zone);
        self.mark_read(reading, clock.now);
        let id = run.id;
        self.add_point(id, reading.read_at);
        self.check_thresholds(id, used_before, clock.now);
        ReadingOutcome::Accepted
    }

    /// Returns the period of a reading's counter: the one that the source states, that of the named bundle, or the one that
    /// runs with the bundles.
    fn period(&self, reading: &Reading, run: &Run) -> Option<Period> {
        if reading.period.is_some() {
            return reading.period;
        }
        let named = named_bundle(&self.bundles, reading);
        let (start, end) = match named {
            Some(bundle) if bundle.starts_at.is_some() => (bundle.starts_at?, bundle.expires_at),
            // Use that no bundle has started with still counts.
            _ if reading.used_bytes > 0 && run.starts_at.is_none() => {
                (run.bundles.first()?.created_at, None)
            }
            _ => (run.starts_at?, run.expires_at),
        };
        let open = self
            .counters
            .range(Period { start, end: start }..)
            .next()
            .map(|(period, _)| *period)
            .filter(|period| period.start == start && named.is_none());
        let end = end.filter(|end| *end > start).unwrap_or(start + OPEN_END);
        Some(open.unwrap_or(Period { start, end }))
    }

    /// Returns whether a reading is the first use of the eSIM, with which its first bundle starts.
    pub fn is_first_use(&self, reading: &Reading) -> bool {
        use BundleStatus as S;
        let has_status = |wanted: &[S]| {
            self.bundles
                .iter()
                .any(|bundle| wanted.contains(&bundle.status))
        };
        reading.used_bytes > 0
            && !matches!(self.status, EsimStatus::Expired | EsimStatus::Cancelled)
            && has_status(&[S::Queued])
            && !has_status(&[S::Active, S::Depleted, S::Expired])
    }

    /// Returns how much of a counter's growth the bundles do not contain yet: the state of a bundle that a provider reports
    /// may be newer than the last reading.
    fn new_bytes(&self, reading: &Reading, run: &Run, grown: i64) -> i64 {
        if let Some(bundle) = named_bundle(&run.bundles, reading) {
            return reading
                .used_bytes
                .saturating_sub(bundle.used_bytes)
                .clamp(0, grown);
        }
        let ends_after = |start: &DateTime<Utc>| run.expires_at.is_none_or(|end| *start < end);
        let counted = self
            .counters
            .iter()
            .filter(|(period, _)| {
                run.starts_at.is_none_or(|start| period.end > start) && ends_after(&period.start)
            })
            .fold(0_i64, |sum, (_, counter)| {
                sum.saturating_add(counter.used_bytes)
            });
        counted.saturating_sub(run.used_bytes()).clamp(0, grown)
    }

    /// Adds used bytes to the named bundle, or to the bundles in the order in which they started.
    fn grow_bundles(&mut self, reading: &Reading, run: &Run, bytes: i64) {
        if bytes == 0 {
            return;
        }
        let changed = match named_bundle(&run.bundles, reading) {
            Some(bundle) => vec![(bundle.id, bundle.used_bytes.saturating_add(bytes))],
            None => run::distribute(run, reading.read_at, bytes),
        };
        for (id, used_bytes) in changed {
            if let Some(bundle) = self.bundles.iter_mut().find(|bundle| bundle.id == id) {
                bundle.used_bytes = used_bytes;
                self.changes.bundles.insert(id);
            }
        }
    }

    /// Adds the growth of a counter to the day of the reading.
    fn grow_day(&mut self, reading: &Reading, bytes: i64, zone: Tz) {
        if bytes == 0 {
            return;
        }
        let key = DayKey {
            day: reading.read_at.with_timezone(&zone).date_naive(),
            country: reading.country.clone().unwrap_or_default(),
            network: reading.network.clone().unwrap_or_default(),
        };
        let day = self.changes.days.entry(key).or_default();
        *day = day.saturating_add(bytes);
    }

    fn mark_read(&mut self, reading: &Reading, now: DateTime<Utc>) {
        self.changes.is_read = true;
        let is_newest = self
            .known
            .read_at
            .is_none_or(|last| reading.read_at >= last);
        if is_newest {
            self.known.read_at = Some(reading.read_at);
            if reading.country.is_some() {
                self.known.country.clone_from(&reading.country);
            }
            if reading.network.is_some() {
                self.known.network.clone_from(&reading.network);
            }
        }
        self.known.received_at = Some(now);
    }

    /// Adds a point of the run, unless the reading says nothing new: an equal total at an earlier time.
    fn add_point(&mut self, run: BundleId, read_at: DateTime<Utc>) {
        let current = run::runs(&self.bundles).pop();
        let Some(current) = current.filter(|current| current.id == run) else {
            return;
        };
        if self.known.run != Some(run) {
            self.known.run = Some(run);
            self.known.readings = 0;
            self.known.alert_step = 0;
        }
        let at = current
            .starts_at
            .map_or(read_at, |start| start.max(read_at));
        let used_bytes = current.used_bytes();
        let last = self
            .points
            .range((run, DateTime::<Utc>::MIN_UTC)..=(run, DateTime::<Utc>::MAX_UTC))
            .next_back()
            .map(|((_, at), used)| (*at, *used));
        if last.is_some_and(|(last_at, most)| at <= last_at && used_bytes <= most) {
            return;
        }
        self.points.insert((run, at), used_bytes);
        self.changes.points.insert((run, at));
        self.known.readings = self.known.readings.saturating_add(1);
    }

    /// Finds the highest threshold that was passed. A top-up makes the thresholds that are no longer reached due again.
    fn check_thresholds(&mut self, run: BundleId, used_before: i64, now: DateTime<Utc>) {
        let Some(current) = self.current_run().filter(|current| current.id == run) else {
            return;
        };
        let total = current.total_bytes(now);
        let passed = self
            .known
            .alert_step
            .min(forecast::reached_step(used_before, total));
        let reached = forecast::reached_step(current.used_bytes(), total);
        if reached > passed {
            self.changes.alerts.push(Due {
                kind: UsageAlertKind::Usage,
                step: reached,
            });
        }
        self.known.alert_step = reached.max(passed);
    }

    /// Makes the thresholds due again that the current total no longer reaches, and plans the next reminder. Called whenever
    /// the row of the monitor is written.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        let Some(run) = self.current_run() else {
            self.known.remind_at = None;
            return;
        };
        if self.known.run != Some(run.id) {
            self.known.run = Some(run.id);
            self.known.readings = 0;
            self.known.alert_step = 0;
            self.known.expires_at = None;
        }
        let reached = forecast::reached_step(run.used_bytes(), run.total_bytes(now));
        self.known.alert_step = self.known.alert_step.min(reached);
        let is_usable = matches!(
            self.status,
            EsimStatus::Active | EsimStatus::Suspended | EsimStatus::Available
        );
        if !is_usable || run.has_queued() {
            self.known.remind_at = None;
        } else if self.known.expires_at != run.expires_at {
            self.known.remind_at =
                forecast::next_reminder(run.starts_at, run.expires_at, None, now);
        }
        self.known.expires_at = run.expires_at;
    }
}
