//! The simulator's own books: what it has taken and given back, a line each, longer than any process lives. So what
//! we have on record can be held against what "the bank" has.

use platform::{Error, Result};
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
};

/// A file of such lines; without one, nothing is remembered.
#[derive(Default)]
pub(super) struct Journal(Option<String>);

impl Journal {
    /// Kept in this file.
    pub fn at(path: Option<&str>) -> Self {
        Self(path.map(str::to_owned))
    }

    /// Notes money that has moved: a reference that is noted twice has moved it once.
    pub fn note(&self, what: &str, reference: &str, (minor, currency): (i64, &str)) -> Result<()> {
        let Some(path) = &self.0 else {
            return Ok(());
        };
        let line = format!("{what} {reference} {minor} {currency}\n");
        let file = OpenOptions::new().create(true).append(true).open(path);
        // One write, so that a line is there or is not, whenever the process dies.
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .map_err(|cause| fault(path, &cause))
    }

    /// Whether such a line is there; nothing is known without a journal.
    pub fn knows(&self, what: &str, reference: &str) -> Result<Option<bool>> {
        let Some(path) = &self.0 else {
            return Ok(None);
        };
        let noted = match fs::read_to_string(path) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => String::new(),
            other => other.map_err(|cause| fault(path, &cause))?,
        };
        let line = format!("{what} {reference} ");
        Ok(Some(noted.lines().any(|noted| noted.starts_with(&line))))
    }
}

fn fault(path: &str, cause: &std::io::Error) -> Error {
    Error::internal(format!("PAYMENT_SIMULATOR_JOURNAL {path}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_known_and_nothing_without_a_file() -> Result<()> {
        let path = std::env::temp_dir().join(format!("payments-{}", uuid::Uuid::now_v7()));
        let path = path.to_string_lossy().into_owned();
        let journal = Journal::at(Some(&path));
        assert_eq!(journal.knows("refund", "a")?, Some(false));
        journal.note("refund", "a-2", (100, "USD"))?;
        assert_eq!(journal.knows("refund", "a")?, Some(false));
        assert_eq!(journal.knows("refund", "a-2")?, Some(true));
        assert_eq!(Journal::default().knows("refund", "a-2")?, None);
        fs::remove_file(&path).map_err(Error::internal)
    }
}
