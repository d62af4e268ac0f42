//! Requests at intervals, while a page waits for progress.

use crate::format::now;
use leptos::{ev::Event, leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::{rc::Rc, time::Duration};

/// The first interval.
const SHORTEST: Duration = Duration::from_secs(2);
/// The interval after a minute.
const LONGEST: Duration = Duration::from_secs(10);

/// Returns the pause before the next request, after so long without progress: two seconds at first, ten after a
/// minute.
pub(crate) fn pause_after(elapsed: Duration) -> Duration {
    (elapsed / 6).clamp(SHORTEST, LONGEST)
}

/// The pauses between requests, by the time since the last progress.
pub(crate) type Schedule = fn(Duration) -> Duration;

/// Runs a request at intervals, one at a time: the next one is scheduled when the answer has arrived. It stops while
/// the tab is hidden and continues as soon as the tab is shown again.
#[derive(Clone, Copy)]
pub(crate) struct Poller(StoredValue<Inner, LocalStorage>);

struct Inner {
    request: Rc<dyn Fn()>,
    schedule: Schedule,
    since: i64,
    timer: Option<TimeoutHandle>,
    /// Whether a request waits for the tab to be shown.
    is_due: bool,
}

/// Makes a poller for the current owner. It starts with [`Poller::next`].
pub(crate) fn refetch_every(schedule: Schedule, request: impl Fn() + 'static) -> Poller {
    let poller = Poller(StoredValue::new_local(Inner {
        request: Rc::new(request),
        schedule,
        since: now().timestamp_millis(),
        timer: None,
        is_due: false,
    }));
    let listener = window_event_listener_untyped("visibilitychange", move |_: Event| {
        poller.visibility_changed();
    });
    on_cleanup(move || {
        listener.remove();
        poller.stop();
    });
    poller
}

impl Poller {
    /// Schedules the next request.
    pub fn next(self) {
        self.stop();
        self.update(|inner| {
            let elapsed = now().timestamp_millis().saturating_sub(inner.since);
            let elapsed = Duration::from_millis(u64::try_from(elapsed).unwrap_or_default());
            let fire = move || self.fire();
            inner.timer = set_timeout_with_handle(fire, (inner.schedule)(elapsed)).ok();
        });
    }
    /// Begins again with the shortest pause, because something has changed.
    pub fn restart(self) {
        self.update(|inner| inner.since = now().timestamp_millis());
    }
    /// Cancels the scheduled request.
    pub fn stop(self) {
        self.update(|inner| {
            inner.is_due = false;
            if let Some(timer) = inner.timer.take() {
                timer.clear();
            }
        });
    }
    /// Runs the request, or waits until the tab is shown.
    fn fire(self) {
        let request = self.update(|inner| {
            inner.timer = None;
            inner.is_due = document().hidden();
            (!inner.is_due).then(|| Rc::clone(&inner.request))
        });
        if let Some(Some(request)) = request {
            request();
        }
    }
    fn visibility_changed(self) {
        let has_request = self.update(|inner| {
            let timer = inner.timer.take();
            if let Some(timer) = &timer {
                timer.clear();
            }
            inner.is_due |= timer.is_some();
            inner.is_due
        });
        if has_request == Some(true) {
            self.fire();
        }
    }
    /// Does nothing once the owner is gone.
    fn update<T>(self, change: impl FnOnce(&mut Inner) -> T) -> Option<T> {
        self.0.try_update_value(change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{hide, pause, show};
    use std::cell::Cell;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// Returns the moments of the requests of one page, each answered within no time, in the first ten minutes.
    fn moments() -> Vec<Duration> {
        let mut moments = Vec::new();
        let mut at = pause_after(Duration::ZERO);
        while at < Duration::from_secs(600) {
            moments.push(at);
            at += pause_after(at);
        }
        moments
    }

    fn within(from: u64, until: u64) -> usize {
        let range = Duration::from_secs(from)..Duration::from_secs(until);
        moments().iter().filter(|at| range.contains(at)).count()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn schedule_backs_off_from_two_to_ten_seconds_within_a_minute() {
        assert_eq!(pause_after(Duration::ZERO), SHORTEST);
        assert_eq!(pause_after(Duration::from_secs(60)), LONGEST);
        assert_eq!(pause_after(Duration::from_secs(6000)), LONGEST);
        let pauses: Vec<_> = moments().iter().map(|at| pause_after(*at)).collect();
        assert!(pauses.is_sorted());
        assert!(within(0, 60) <= 30, "at most one request per two seconds");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn seven_idle_tabs_stay_under_sixty_requests_a_minute() {
        for minute in 1..9 {
            let requests = 7 * within(60 * minute, 60 * minute + 60);
            assert!(requests < 60, "{requests} in minute {minute}");
        }
    }

    fn counting(schedule: Schedule) -> (Owner, Poller, Rc<Cell<u32>>) {
        let (owner, count) = (Owner::new(), Rc::new(Cell::new(0)));
        let counted = Rc::clone(&count);
        let poller = owner.with(|| refetch_every(schedule, move || counted.set(counted.get() + 1)));
        (owner, poller, count)
    }

    #[wasm_bindgen_test]
    async fn next_request_waits_for_the_answer() {
        let (owner, poller, count) = counting(|_| Duration::from_millis(5));
        poller.next();
        pause(60).await;
        assert_eq!(count.get(), 1, "no second request without an answer");
        poller.next();
        pause(60).await;
        assert_eq!(count.get(), 2);
        poller.next();
        owner.cleanup();
        pause(60).await;
        assert_eq!(count.get(), 2, "a removed page requests nothing");
    }

    #[wasm_bindgen_test]
    async fn hidden_tab_stops_and_shown_tab_continues_at_once() {
        let (owner, poller, count) = counting(|_| Duration::from_millis(5));
        poller.next();
        hide();
        pause(60).await;
        assert_eq!(count.get(), 0, "hidden before the request");
        show();
        assert_eq!(count.get(), 1, "shown again");
        hide();
        poller.next();
        pause(60).await;
        assert_eq!(count.get(), 1, "the answer arrived while hidden");
        show();
        assert_eq!(count.get(), 2);
        owner.cleanup();
    }
}
