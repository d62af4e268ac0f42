//! What can go wrong, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a cluster did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No folder with both `postgres` and `initdb`.
    #[error(
        "no PostgreSQL server found (looked in {0}): install the package `postgresql`, or name the folder in PGEMBED_BIN"
    )]
    NoBinaries(String),
    /// PostgreSQL refuses root and there is nobody to drop to.
    #[error(
        "running as root, and neither the account `postgres` nor `nobody` exists: make one, or run as a plain user"
    )]
    NoAccount,
    /// The server's account cannot reach the folder.
    #[error("{folder} cannot be entered by the account `{account}`: keep the data outside of it")]
    NotEnterable {
        /// The closed folder.
        folder: PathBuf,
        /// Who was refused.
        account: String,
    },
    /// The data was made by another major version.
    #[error(
        "the data in {folder} was made by PostgreSQL {data}, the programs are {programs}: dump with the old version and restore, or name its folder in PGEMBED_BIN"
    )]
    OtherMajor {
        /// The data.
        folder: PathBuf,
        /// Major version that made it.
        data: String,
        /// Major version of the programs.
        programs: String,
    },
    /// Another living supervisor holds the folder.
    #[error("{folder} is in use by process {holder}: stop that one first")]
    InUse {
        /// The data.
        folder: PathBuf,
        /// Its process id, as far as known.
        holder: String,
    },
    /// Somebody else made the socket folder first.
    #[error("{0} is not a folder of ours: it may be a trap of another user, remove it")]
    ForeignSocket(PathBuf),
    /// A program of PostgreSQL ended with an error.
    #[error("{program} failed: {log}")]
    Failed {
        /// Its name.
        program: &'static str,
        /// The end of what it said.
        log: String,
    },
    /// The server started, but never became ready.
    #[error("PostgreSQL was not ready after {0:?}: {1}")]
    NotReady(Duration, String),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// What this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Names the path an input or output error was about.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    |error| Error::Io(path.to_path_buf(), error)
}
