//! The errors of this crate, each with a remedy.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The error of a cluster that could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No folder with both `postgres` and `initdb`.
    #[error(
        "no PostgreSQL server found (looked in {0}): install the package `postgresql`, or name the folder in PGEMBED_BIN"
    )]
    NoBinaries(String),
    /// PostgreSQL refuses to run as root, and no unprivileged account exists.
    #[error(
        "running as root, and neither the account `postgres` nor `nobody` exists: create one, or run as another user"
    )]
    NoAccount,
    /// The account of the server cannot reach the folder.
    #[error("{folder} cannot be entered by the account `{account}`: keep the data outside of it")]
    NotEnterable {
        /// The folder without access.
        folder: PathBuf,
        /// The account.
        account: String,
    },
    /// Another major version created the data.
    #[error(
        "the data in {folder} was created by PostgreSQL {data}, the programs are {programs}: dump with the old version and restore, or name its folder in PGEMBED_BIN"
    )]
    OtherMajor {
        /// The data.
        folder: PathBuf,
        /// The major version that created the data.
        data: String,
        /// The major version of the programs.
        programs: String,
    },
    /// Another running supervisor uses the folder.
    #[error("{folder} is in use by process {holder}: stop that process first")]
    InUse {
        /// The data.
        folder: PathBuf,
        /// The process id of the supervisor, if known.
        holder: String,
    },
    /// Another user created the socket folder first.
    #[error("{0} belongs to another user: remove it")]
    ForeignSocket(PathBuf),
    /// A program of PostgreSQL ended with an error.
    #[error("{program} failed: {log}")]
    Failed {
        /// The name of the program.
        program: &'static str,
        /// The end of its output.
        log: String,
    },
    /// The server started, but did not become ready.
    #[error("PostgreSQL was not ready after {0:?}: {1}")]
    NotReady(Duration, String),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// The result of the functions of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Adds the path to an I/O error.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    |error| Error::Io(path.to_path_buf(), error)
}
