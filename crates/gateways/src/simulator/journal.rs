//! The journal of the simulator: a file with one line per charge and refund, which outlives the process. Tests compare the
//! records of the server with it.

use platform::{Error, Result};
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
};

/// The journal file; without a file, nothing is recorded.
#[derive(Default)]
pub(super) struct Journal(Option<String>);

impl Journal {
    /// Opens the journal at a path.
    pub fn open(path: Option<&str>) -> Self {
        Self(path.map(str::to_owned))
    }

    /// Records a charge or a refund. Two lines with the same reference stand for one charge or refund.
    pub fn record(&self, kind: &str, reference: &str, minor: i64, currency: &str) -> Result<()> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        let line = format!("{kind} {reference} {minor} {currency}\n");
        let file = OpenOptions::new().create(true).append(true).open(path);
        // One write, so that the line is complete or absent if the process dies.
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|cause| journal_error(path, &cause))
    }

    /// Returns whether a charge or refund is recorded; `None` without a journal.
    pub fn contains(&self, kind: &str, reference: &str) -> Result<Option<bool>> {
        let Some(path) = &self.0 else {
            return Ok(None);
        };
        let lines = match fs::read_to_string(path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => String::new(),
            other => other.map_err(|cause| journal_error(path, &cause))?,
        };
        let line = format!("{kind} {reference} ");
        Ok(Some(lines.lines().any(|known| known.starts_with(&line))))
    }
}

fn journal_error(path: &str, cause: &std::io::Error) -> Error {
    Error::internal(format!("PAYMENT_SIMULATOR_JOURNAL {path}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_contains_recorded_lines_only() -> Result<()> {
        let path = std::env::temp_dir().join(format!("payments-{}", uuid::Uuid::now_v7()));
        let path = path.to_string_lossy().into_owned();
        let journal = Journal::open(Some(&path));
        assert_eq!(journal.contains("refund", "a")?, Some(false));
        journal.record("refund", "a-2", 100, "USD")?;
        assert_eq!(journal.contains("refund", "a")?, Some(false));
        assert_eq!(journal.contains("refund", "a-2")?, Some(true));
        assert_eq!(Journal::default().contains("refund", "a-2")?, None);
        fs::remove_file(&path).map_err(Error::internal)
    }
}
