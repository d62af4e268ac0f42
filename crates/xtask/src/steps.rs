//! Numbered progress: `[2/6] Panel: building (first time takes about 4 min)`.

use std::time::{Duration, Instant};

/// Counts the steps of one task and times each.
pub struct Steps {
    total: usize,
    number: usize,
    began: Instant,
    step: Instant,
}

impl Steps {
    /// A task of so many steps.
    pub fn of(total: usize) -> Self {
        Self {
            total,
            number: 0,
            began: Instant::now(),
            step: Instant::now(),
        }
    }

    /// Says what happens now.
    pub fn begin(&mut self, what: &str) {
        self.number += 1;
        self.step = Instant::now();
        println!("[{}/{}] {what}", self.number, self.total);
    }

    /// Says how the current step ended, and how long it took.
    pub fn done(&self, outcome: &str) {
        note(&format!("{outcome} ({})", spoken(self.step.elapsed())));
    }

    /// Time since the first step.
    pub fn elapsed(&self) -> String {
        spoken(self.began.elapsed())
    }
}

/// A line that belongs to the current step.
pub fn note(line: &str) {
    println!("      {line}");
}

/// `0.3 s`, `42 s` or `3 min 12 s`.
pub fn spoken(time: Duration) -> String {
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
    fn times_are_spoken_in_fitting_units() {
        let said = [300, 42_000, 192_000].map(|millis| spoken(Duration::from_millis(millis)));

        assert_eq!(said, ["0.3 s", "42 s", "3 min 12 s"]);
    }
}
