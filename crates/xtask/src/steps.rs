//! Numbered progress: `[2/6] Panel (1 min 5 s so far)`, and a heartbeat while a step prints nothing.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// Counts the steps of one task and times each.
pub struct Steps {
    total: usize,
    number: usize,
    began: Instant,
    step: Instant,
}

impl Steps {
    /// Starts a task with so many steps.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            number: 0,
            began: Instant::now(),
            step: Instant::now(),
        }
    }

    /// Prints the start of a step.
    pub fn begin(&mut self, what: &str) {
        self.number += 1;
        self.step = Instant::now();
        let so_far = match self.number {
            1 => String::new(),
            _ => format!(" ({} so far)", self.elapsed()),
        };
        println!("[{}/{}] {what}{so_far}", self.number, self.total);
    }

    /// Prints the outcome and the duration of the current step.
    pub fn done(&self, outcome: &str) {
        note(&format!(
            "{outcome} ({})",
            format_duration(self.step.elapsed())
        ));
    }

    /// Returns the time since the start of the task.
    pub fn elapsed(&self) -> String {
        format_duration(self.began.elapsed())
    }
}

/// Prints a line of the current step.
pub fn note(line: &str) {
    println!("      {line}");
}

/// The interval of the heartbeat.
pub const BEAT: Duration = Duration::from_secs(15);

/// Runs work that prints nothing, and prints at intervals that it still runs.
pub fn with_heartbeat<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (working, is_working) = mpsc::channel::<()>();
    let (what, began) = (what.to_owned(), Instant::now());
    thread::scope(|scope| {
        scope.spawn(move || {
            while is_working.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                note(&format!(
                    "{what}: still running after {}",
                    format_duration(began.elapsed())
                ));
            }
        });
        let done = work();
        drop(working);
        done
    })
}

/// Formats a duration: `0.3 s`, `42 s` or `3 min 12 s`.
pub fn format_duration(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100),
        seconds @ 10..100 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_suitable_units() {
        let formatted =
            [300, 42_000, 192_000].map(|millis| format_duration(Duration::from_millis(millis)));

        assert_eq!(formatted, ["0.3 s", "42 s", "3 min 12 s"]);
    }
}
