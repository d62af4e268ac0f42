//! Whether the database is away: refused, or silent.
//!
//! A database that is gone is noticed by whoever asks it. One that keeps its connections open and says nothing is not:
//! libpq waits for ever, and with it every thread. So who has waited long is asked after, by a new connection that
//! ends within seconds; while that gets no answer either, nobody is kept waiting.

use super::reason::connect;
use std::{
    sync::{
        Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long everybody is turned away at once after a connection was refused.
const DOWN: Duration = Duration::from_millis(500);
/// How long a thread may be busy before the database is asked whether it is still there.
const SILENCE: u64 = 3_000;
/// How often that is looked at, by the watch and by who waits.
pub(super) const LOOK: Duration = Duration::from_millis(500);

/// While it is on, requests are refused at once instead of each waiting in vain.
pub(super) struct Outage {
    began: Instant,
    until: AtomicU64,
    is_silent: AtomicBool,
    /// For each thread, since when it is busy; nothing when it is not.
    busy: Vec<AtomicU64>,
}

impl Outage {
    /// None, of a database with so many threads.
    pub fn none(threads: u32) -> Self {
        Self {
            began: Instant::now(),
            until: AtomicU64::new(0),
            is_silent: AtomicBool::new(false),
            busy: (0..threads).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// It has refused a connection.
    pub fn begin(&self) {
        let down = u64::try_from(DOWN.as_millis()).unwrap_or(500);
        self.until
            .store(self.now().saturating_add(down), Ordering::Relaxed);
    }
    /// Whether requests are refused.
    pub fn is_on(&self) -> bool {
        self.is_silent() || self.now() < self.until.load(Ordering::Relaxed)
    }
    /// Whether even those that have begun need not wait.
    pub fn is_silent(&self) -> bool {
        self.is_silent.load(Ordering::Relaxed)
    }
    /// A thread begins or ends something.
    pub fn busy(&self, thread: usize, is_busy: bool) {
        if let Some(since) = self.busy.get(thread) {
            since.store(if is_busy { self.now() } else { 0 }, Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1)
    }
    fn somebody_waits(&self) -> bool {
        let long_ago = self.now().saturating_sub(SILENCE);
        let waits = |since: &AtomicU64| {
            let since = since.load(Ordering::Relaxed);
            since > 0 && since < long_ago
        };
        self.busy.iter().any(waits)
    }
}

/// Watches until the database is not used any more.
pub(super) fn watch(url: &str, outage: &Weak<Outage>) {
    let mut asked = Instant::now();
    while let Some(outage) = outage.upgrade() {
        let is_due = outage.is_silent() || u128::from(SILENCE) < asked.elapsed().as_millis();
        if is_due && (outage.is_silent() || outage.somebody_waits()) {
            let failure = connect(url).err();
            let is_silent = failure.is_some();
            if let Some(why) = failure.filter(|_| !outage.is_silent()) {
                tracing::error!(%why, "the database does not answer: {why}");
            }
            outage.is_silent.store(is_silent, Ordering::Relaxed);
            asked = Instant::now();
        }
        drop(outage);
        thread::sleep(LOOK);
    }
}
