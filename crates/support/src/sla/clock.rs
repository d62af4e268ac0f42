//! The two clocks of a ticket, as a value that events change. A breach is recorded once and never taken away; a clock that
//! was stopped keeps its result.

use super::Schedule;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use wire::support::sla::{ClockState, SlaTarget, TicketClock, TicketClocks};

/// A period in which the clocks stand still. The end of a pause that lasts is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The beginning.
    pub from: DateTime<Utc>,
    /// The end.
    pub to: Option<DateTime<Utc>>,
}

/// One clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// The target in minutes of open hours.
    pub target_minutes: i32,
    /// When the clock is due; `None` during a pause.
    pub due_at: Option<DateTime<Utc>>,
    /// When the clock was stopped.
    pub stopped_at: Option<DateTime<Utc>>,
    /// When the due time passed.
    pub breached_at: Option<DateTime<Utc>>,
}

impl Timer {
    const fn new(target_minutes: i32) -> Self {
        Self {
            target_minutes,
            due_at: None,
            stopped_at: None,
            breached_at: None,
        }
    }

    const fn runs(&self) -> bool {
        self.stopped_at.is_none()
    }

    fn target(&self) -> TimeDelta {
        TimeDelta::minutes(self.target_minutes.into())
    }

    /// Records the breach when the due time has passed.
    fn settle(&mut self, now: DateTime<Utc>) {
        if self.runs() && self.breached_at.is_none() {
            self.breached_at = self.due_at.filter(|due| *due < now);
        }
    }

    fn stop(&mut self, now: DateTime<Utc>) {
        if self.runs() {
            self.settle(now);
            self.stopped_at = Some(now);
        }
    }

    fn state(&self) -> ClockState {
        match (self.breached_at, self.stopped_at, self.due_at) {
            (Some(_), ..) => ClockState::Breached,
            (None, Some(_), _) => ClockState::Met,
            (None, None, Some(_)) => ClockState::Running,
            (None, None, None) => ClockState::Paused,
        }
    }

    fn show(&self) -> TicketClock {
        TicketClock {
            target_minutes: self.target_minutes,
            state: self.state(),
            due_at: self.due_at,
            stopped_at: self.stopped_at,
            breached_at: self.breached_at,
        }
    }
}

/// The clocks of a ticket and their pauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// When the customer began to wait.
    pub started_at: DateTime<Utc>,
    /// The pauses, in their order.
    pub pauses: Vec<Pause>,
    /// The clock of the first response.
    pub response: Timer,
    /// The clock of the resolution.
    pub resolution: Timer,
}

impl Clocks {
    /// Starts both clocks.
    pub fn start(at: DateTime<Utc>, target: SlaTarget, schedule: &Schedule) -> Self {
        let mut clocks = Self {
            started_at: at,
            pauses: Vec::new(),
            response: Timer::new(target.first_response),
            resolution: Timer::new(target.resolution),
        };
        clocks.calculate(schedule);
        clocks
    }

    /// Calculates the due times of the clocks that run.
    fn calculate(&mut self, schedule: &Schedule) {
        let (started_at, pauses) = (self.started_at, &self.pauses);
        for timer in [&mut self.response, &mut self.resolution] {
            if timer.runs() {
                timer.due_at = schedule.due(started_at, timer.target(), pauses);
            }
        }
    }

    /// Records the breaches up to a time.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        self.response.settle(now);
        self.resolution.settle(now);
    }

    /// Records the breaches of clocks that are due at this time or earlier: the alert is due at that instant.
    pub fn breach_due(&mut self, now: DateTime<Utc>) {
        for timer in [&mut self.response, &mut self.resolution] {
            if timer.runs() && timer.breached_at.is_none() {
                timer.breached_at = timer.due_at.filter(|due| *due <= now);
            }
        }
    }

    /// Begins a pause: the ticket waits for the customer.
    pub fn pause(&mut self, now: DateTime<Utc>, schedule: &Schedule) {
        self.settle(now);
        if self.is_paused() {
            return;
        }
        let from = now.max(self.started_at);
        self.pauses.push(Pause { from, to: None });
        self.calculate(schedule);
    }

    /// Ends the pause.
    pub fn resume(&mut self, now: DateTime<Utc>, schedule: &Schedule) {
        if let Some(last) = self.pauses.last_mut().filter(|last| last.to.is_none()) {
            last.to = Some(now.max(last.from));
            self.calculate(schedule);
        }
    }

    /// Stops the clock of the first response: staff replied to the customer.
    pub fn respond(&mut self, now: DateTime<Utc>) {
        self.response.stop(now);
    }

    /// Stops the clock of the resolution. The clock of the first response, if it still runs, stands still.
    pub fn resolve(&mut self, now: DateTime<Utc>, schedule: &Schedule) {
        self.settle(now);
        self.resolution.stop(now);
        self.pause(now, schedule);
    }

    /// Lets the clock of the resolution go on with the time already used.
    pub fn reopen(&mut self, now: DateTime<Utc>, schedule: &Schedule) {
        self.resolution.stopped_at = None;
        self.resume(now, schedule);
        self.calculate(schedule);
    }

    /// Changes the targets, which count from the start. A target that has passed already is due, and breached, at the
    /// change.
    pub fn retarget(&mut self, target: SlaTarget, now: DateTime<Utc>, schedule: &Schedule) {
        self.settle(now);
        let (started_at, pauses) = (self.started_at, &self.pauses);
        let targets = [target.first_response, target.resolution];
        for (timer, minutes) in [&mut self.response, &mut self.resolution]
            .into_iter()
            .zip(targets)
        {
            if timer.runs() && timer.target_minutes != minutes {
                timer.target_minutes = minutes;
                timer.due_at = schedule
                    .due(started_at, timer.target(), pauses)
                    .map(|due| due.max(now));
                if timer.breached_at.is_none() {
                    timer.breached_at = timer.due_at.filter(|due| *due <= now);
                }
            }
        }
    }

    /// Calculates running clocks again with changed hours or holidays. Results never change.
    pub fn reschedule(&mut self, now: DateTime<Utc>, schedule: &Schedule) {
        self.settle(now);
        let (response, resolution) = (self.response.due_at, self.resolution.due_at);
        self.calculate(schedule);
        for (timer, before) in [
            (&mut self.response, response),
            (&mut self.resolution, resolution),
        ] {
            // A due time that the change moves into the past is the moment of the change.
            let is_ahead = before.is_some_and(|before| before > now);
            if timer.runs() && is_ahead {
                timer.due_at = timer.due_at.map(|due| due.max(now));
            }
        }
    }

    /// Takes the earlier start of a ticket that is merged into this one. Pauses and results stay.
    pub fn take_start(&mut self, start: DateTime<Utc>, now: DateTime<Utc>, schedule: &Schedule) {
        if start >= self.started_at {
            return;
        }
        self.settle(now);
        self.started_at = start;
        let (started_at, pauses) = (self.started_at, &self.pauses);
        for timer in [&mut self.response, &mut self.resolution] {
            if timer.runs() {
                timer.due_at = schedule
                    .due(started_at, timer.target(), pauses)
                    .map(|due| due.max(now));
            }
        }
    }

    /// Returns whether the clocks stand still.
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|last| last.to.is_none())
    }

    /// Returns when the next running clock is due, breached or not.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        [&self.response, &self.resolution]
            .into_iter()
            .filter(|timer| timer.runs())
            .filter_map(|timer| timer.due_at)
            .min()
    }

    /// Returns when the next clock that is not breached yet is due.
    pub fn next_breach(&self) -> Option<DateTime<Utc>> {
        [&self.response, &self.resolution]
            .into_iter()
            .filter(|timer| timer.runs() && timer.breached_at.is_none())
            .filter_map(|timer| timer.due_at)
            .min()
    }

    /// Returns the clocks for the API.
    pub fn show(&self) -> TicketClocks {
        TicketClocks {
            first_response: self.response.show(),
            resolution: self.resolution.show(),
        }
    }
}

#[cfg(test)]
mod tests;
