//! Detects that the database is unavailable: that it refuses connections or does not answer.
//!
//! A query detects a database that refuses connections. It does not detect a database that keeps its connections open and
//! does not answer: libpq waits forever and blocks the thread. Therefore, when a thread has waited long, a watch opens a new
//! connection with a time-out of seconds; while that fails, too, requests are refused immediately.

use super::reason::connect;
use std::{
    sync::{
        Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long requests are refused immediately after a connection was refused.
const DOWN: Duration = Duration::from_millis(500);
/// How long a thread may be busy before the watch checks the database, in milliseconds.
const SILENCE: u64 = 3_000;
/// How often the watch and the waiting requests check.
pub(super) const CHECK_INTERVAL: Duration = Duration::from_millis(500);

/// The state of the database: during an outage, requests are refused immediately instead of waiting for a time-out.
pub(super) struct Outage {
    began: Instant,
    until: AtomicU64,
    is_silent: AtomicBool,
    /// For each thread, the time since when it is busy; 0 when it is idle.
    busy: Vec<AtomicU64>,
}

impl Outage {
    /// Returns the state of a database with so many threads and no outage.
    pub fn none(threads: u32) -> Self {
        Self {
            began: Instant::now(),
            until: AtomicU64::new(0),
            is_silent: AtomicBool::new(false),
            busy: (0..threads).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Records a refused connection.
    pub fn begin(&self) {
        let down = u64::try_from(DOWN.as_millis()).unwrap_or(500);
        self.until
            .store(self.now().saturating_add(down), Ordering::Relaxed);
    }
    /// Returns whether requests are refused.
    pub fn is_on(&self) -> bool {
        self.is_silent() || self.now() < self.until.load(Ordering::Relaxed)
    }
    /// Returns whether running requests are refused, too, because the database does not answer.
    pub fn is_silent(&self) -> bool {
        self.is_silent.load(Ordering::Relaxed)
    }
    /// Records that a thread starts or ends a task.
    pub fn set_busy(&self, thread: usize, is_busy: bool) {
        if let Some(since) = self.busy.get(thread) {
            since.store(if is_busy { self.now() } else { 0 }, Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1)
    }
    fn has_blocked_thread(&self) -> bool {
        let long_ago = self.now().saturating_sub(SILENCE);
        let waits = |since: &AtomicU64| {
            let since = since.load(Ordering::Relaxed);
            since > 0 && since < long_ago
        };
        self.busy.iter().any(waits)
    }
}

/// Checks the database periodically until it is dropped.
pub(super) fn watch(url: &str, outage: &Weak<Outage>) {
    let mut checked = Instant::now();
    while let Some(outage) = outage.upgrade() {
        let is_due = outage.is_silent() || u128::from(SILENCE) < checked.elapsed().as_millis();
        if is_due && (outage.is_silent() || outage.has_blocked_thread()) {
            let failure = connect(url).err();
            let is_silent = failure.is_some();
            if let Some(why) = failure.filter(|_| !outage.is_silent()) {
                tracing::error!(%why, "the database does not answer: {why}");
            }
            outage.is_silent.store(is_silent, Ordering::Relaxed);
            checked = Instant::now();
        }
        drop(outage);
        thread::sleep(CHECK_INTERVAL);
    }
}
