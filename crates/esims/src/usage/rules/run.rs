//! Runs of bundles: the bundles on an eSIM that follow each other without a gap count together.

use chrono::{DateTime, Utc};
use wire::{BundleId, esims::usage::BundleStatus};

/// A bundle on an eSIM, with the start and end that apply to it.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleUse {
    pub id: BundleId,
    pub status: BundleStatus,
    /// Whether the bundle came with the eSIM; otherwise it is a top-up.
    pub is_first: bool,
    pub provider_ref: Option<String>,
    /// `None` is unlimited.
    pub total_bytes: Option<i64>,
    pub used_bytes: i64,
    pub starts_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl BundleUse {
    /// Returns whether data of the bundle can be used at a time.
    fn is_in_force(&self, at: DateTime<Utc>) -> bool {
        !matches!(self.status, BundleStatus::Expired | BundleStatus::Cancelled)
            && self.expires_at.is_none_or(|end| end > at)
    }

    fn has_started(&self) -> bool {
        self.starts_at.is_some() && self.status != BundleStatus::Cancelled
    }
}

/// The bundles that count together.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The first bundle, which identifies the run.
    pub id: BundleId,
    /// The bundles of the run, the first one first; bundles that have not started come last.
    pub bundles: Vec<BundleUse>,
    pub starts_at: Option<DateTime<Utc>>,
    /// The end of the last bundle; `None` when it is not known.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Run {
    /// Returns the number of top-ups after the first bundle.
    pub fn topups(&self) -> i32 {
        i32::try_from(self.bundles.len().saturating_sub(1)).unwrap_or(i32::MAX)
    }

    /// Returns whether a bundle waits for the current ones to end.
    pub fn has_queued(&self) -> bool {
        self.bundles.iter().any(|bundle| bundle.starts_at.is_none())
    }

    pub fn used_bytes(&self) -> i64 {
        self.bundles
            .iter()
            .fold(0, |sum, bundle| sum.saturating_add(bundle.used_bytes))
    }

    /// Returns the data of the run; `None` is unlimited. A bundle that has expired with data left counts with what was used
    /// of it. When every bundle has expired, all count in full, so that the result of the run can be read.
    pub fn total_bytes(&self, now: DateTime<Utc>) -> Option<i64> {
        let is_over = !self.bundles.iter().any(|bundle| bundle.is_in_force(now));
        self.bundles.iter().try_fold(0_i64, |sum, bundle| {
            let counted = if is_over || bundle.is_in_force(now) {
                bundle.total_bytes?
            } else {
                bundle.used_bytes
            };
            Some(sum.saturating_add(counted))
        })
    }

    /// Returns whether the run covers a time.
    fn covers(&self, at: DateTime<Utc>) -> bool {
        self.starts_at.is_some_and(|start| start <= at)
    }
}

/// Returns the runs of an eSIM, the oldest first. A bundle that has not started belongs to the last run if it was added
/// before that run ended; otherwise it begins a run of its own.
pub fn runs(bundles: &[BundleUse]) -> Vec<Run> {
    let mut started: Vec<&BundleUse> = bundles.iter().filter(|one| one.has_started()).collect();
    started.sort_by_key(|bundle| (bundle.starts_at, bundle.created_at, bundle.id));
    let mut runs: Vec<Run> = Vec::new();
    for bundle in started {
        let follows = runs.last().is_some_and(|run| {
            run.expires_at
                .zip(bundle.starts_at)
                .is_none_or(|(end, start)| start <= end)
        });
        match runs.last_mut().filter(|_| follows) {
            Some(run) => extend(run, bundle),
            None => runs.push(single(bundle)),
        }
    }
    let mut waiting: Vec<&BundleUse> = bundles
        .iter()
        .filter(|bundle| {
            bundle.starts_at.is_none()
                && !matches!(
                    bundle.status,
                    BundleStatus::Cancelled | BundleStatus::Expired
                )
        })
        .collect();
    waiting.sort_by_key(|bundle| (!bundle.is_first, bundle.created_at, bundle.id));
    for bundle in waiting {
        let follows = runs.last().is_some_and(|run| {
            run.starts_at.is_none() || run.expires_at.is_none_or(|end| bundle.created_at <= end)
        });
        match runs.last_mut().filter(|_| follows) {
            Some(run) => run.bundles.push(bundle.clone()),
            None => runs.push(single(bundle)),
        }
    }
    runs
}

fn single(bundle: &BundleUse) -> Run {
    Run {
        id: bundle.id,
        bundles: vec![bundle.clone()],
        starts_at: bundle.starts_at,
        expires_at: bundle.expires_at,
    }
}

fn extend(run: &mut Run, bundle: &BundleUse) {
    run.expires_at = run
        .expires_at
        .zip(bundle.expires_at)
        .map(|(known, new)| known.max(new));
    run.bundles.push(bundle.clone());
}

/// Returns the run of a time: the last one that has started by then, or the first one.
pub fn run_at(runs: &[Run], at: DateTime<Utc>) -> Option<&Run> {
    runs.iter()
        .rev()
        .find(|run| run.covers(at))
        .or_else(|| runs.first())
}

/// Distributes used bytes over the bundles of a run in the order in which they started: each takes what it has left, and the
/// last one that was in force at the time takes the rest. Returns the bundles that changed with their new use.
pub fn distribute(run: &Run, at: DateTime<Utc>, mut bytes: i64) -> Vec<(BundleId, i64)> {
    let could_be_used = |bundle: &&BundleUse| {
        bundle.starts_at.is_some_and(|start| start <= at)
            && bundle.expires_at.is_none_or(|end| at <= end)
    };
    let mut open: Vec<&BundleUse> = run.bundles.iter().filter(could_be_used).collect();
    if open.is_empty() {
        open.extend(
            run.bundles
                .iter()
                .rfind(|bundle| bundle.starts_at.is_some()),
        );
    }
    if open.is_empty() {
        open.extend(run.bundles.first());
    }
    let mut changed = Vec::new();
    let last = open.len().saturating_sub(1);
    for (index, bundle) in open.iter().enumerate() {
        let room = match bundle.total_bytes {
            Some(total) if index < last => total.saturating_sub(bundle.used_bytes).clamp(0, bytes),
            _ => bytes,
        };
        if room > 0 {
            changed.push((bundle.id, bundle.used_bytes.saturating_add(room)));
            bytes -= room;
        }
    }
    changed
}
