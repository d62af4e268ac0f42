//! A private PostgreSQL server: found, initialised, started and stopped by the program that needs it.
//!
//! The server listens on a unix socket only. As root, it runs under an unprivileged account, because PostgreSQL
//! refuses to run as root. The server ends with its parent process, even when the parent is killed.

mod account;
mod binaries;
mod error;
mod folder;
mod postmaster;
mod socket;

use std::path::{Path, PathBuf};

pub use account::reachable_folder;
pub use binaries::find as find_binaries;
pub use error::{Error, Result};
pub use folder::erase;
pub use postmaster::tie_to_parent;

use account::Account;
use folder::ClusterFolder;
use postmaster::Postmaster;
use socket::SocketFolder;

/// The database role that owns everything in the cluster.
pub const SUPERUSER: &str = "esim";

/// The configuration of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The folder of the data, the password, the log and the lock. Created when missing.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb`; searched for when absent, see [`find_binaries`].
    pub bin_dir: Option<PathBuf>,
    /// The databases to create with the data. Later additions have no effect.
    pub databases: Vec<String>,
    /// Server settings that differ from the defaults of PostgreSQL.
    pub settings: Vec<(String, String)>,
}

impl Config {
    /// Returns whether the data need not survive a power failure, so that `initdb` need not wait for the disk.
    fn is_volatile(&self) -> bool {
        self.settings
            .iter()
            .any(|(name, value)| name == "fsync" && value == "off")
    }
}

/// A running PostgreSQL. Dropping it stops the server.
#[derive(Debug)]
pub struct Cluster {
    // Fields are dropped in this order: the lock is released after the server has stopped.
    postmaster: Postmaster,
    socket: SocketFolder,
    folder: ClusterFolder,
    config: Config,
    account: Account,
    bin_dir: PathBuf,
}

impl Cluster {
    /// Initialises the data on first use, starts the server and waits until it is ready.
    ///
    /// A server that a killed parent left running is adopted. A second supervisor of the same
    /// folder is refused while the first one runs.
    pub fn start(config: Config) -> Result<Self> {
        let account = Account::choose()?;
        let bin_dir = binaries::find(config.bin_dir.as_deref())?;
        let folder = ClusterFolder::open(&config.data_dir, &account)?;
        folder.prepare(&bin_dir, &account, &config)?;
        let socket = SocketFolder::open(folder.path(), &account)?;
        let postmaster =
            Postmaster::start(&folder, &bin_dir, socket.path(), &account, &config.settings)?;
        Ok(Self {
            config,
            account,
            folder,
            bin_dir,
            socket,
            postmaster,
        })
    }

    /// Starts a fast cluster for tests, whose data does not survive a power failure.
    pub fn temporary(dir: &Path) -> Result<Self> {
        let settings = [
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
            ("max_connections", "200"),
        ];
        Self::start(Config {
            data_dir: dir.to_path_buf(),
            bin_dir: None,
            databases: Vec::new(),
            settings: settings
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        })
    }

    /// Returns the libpq address of a database: `host=… user=… password=… dbname=…`.
    ///
    /// The name of the database comes last, so `url("")` is a prefix to which a test appends the name.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let (socket, password) = (self.socket.path().display(), self.folder.password());
        format!("host={socket} user={SUPERUSER} password={password} dbname={database}")
    }

    /// Returns the process id of the server.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.postmaster.pid()
    }

    /// Returns the folder of the programs of this PostgreSQL: `psql`, `pgbench`, `pg_dump`.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// Returns whether the server was already running, left by a parent that was killed.
    #[must_use]
    pub fn is_adopted(&self) -> bool {
        self.postmaster.is_adopted()
    }

    /// Restarts the server if it has died; returns whether it did.
    pub fn restart_if_dead(&mut self) -> Result<bool> {
        if self.postmaster.is_alive() {
            return Ok(false);
        }
        let settings = &self.config.settings;
        self.postmaster = Postmaster::start(
            &self.folder,
            &self.bin_dir,
            self.socket.path(),
            &self.account,
            settings,
        )?;
        Ok(true)
    }

    /// Stops the server: by a fast shutdown, then by harder signals if it does not end.
    pub fn stop(self) {
        drop(self);
    }
}
