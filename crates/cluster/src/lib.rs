//! A private PostgreSQL: found, set up, started and stopped by the program that needs it.
//!
//! It listens on a unix socket only. As root it drops to an unprivileged account, because PostgreSQL
//! refuses to run as root. It ends with its parent, even when the parent is killed.

mod account;
mod base;
mod binaries;
mod error;
mod postmaster;
mod socket;

use std::path::{Path, PathBuf};

pub use account::place;
pub use base::erase;
pub use binaries::find as find_binaries;
pub use error::{Error, Result};
pub use postmaster::tie_to_parent;

use account::Account;
use base::Base;
use postmaster::Postmaster;
use socket::SocketFolder;

/// The database role that owns everything in the cluster.
pub const SUPERUSER: &str = "esim";

/// What to start.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Holds the data, the password, the log and the lock. Made when missing.
    pub data_dir: PathBuf,
    /// Where `postgres` and `initdb` are; searched for when absent, see [`find_binaries`].
    pub bin_dir: Option<PathBuf>,
    /// Databases to make together with the data. Later additions to this list change nothing.
    pub databases: Vec<String>,
    /// Server settings that differ from PostgreSQL's own defaults.
    pub settings: Vec<(String, String)>,
}

impl Config {
    /// Whether its data need not survive a power cut. Then waiting for the disk is wasted.
    fn forgets(&self) -> bool {
        self.settings
            .iter()
            .any(|(name, value)| name == "fsync" && value == "off")
    }
}

/// A running PostgreSQL. Dropping it stops the server.
#[derive(Debug)]
pub struct Cluster {
    // Fields are dropped in this order: the lock goes last, when the server has stopped.
    postmaster: Postmaster,
    socket: SocketFolder,
    base: Base,
    config: Config,
    account: Account,
    bin_dir: PathBuf,
}

impl Cluster {
    /// Sets the data up on first use, then starts the server and waits until it answers.
    ///
    /// A server left running by a killed parent is adopted. A second supervisor of the same
    /// folder is refused while the first lives.
    pub fn start(config: Config) -> Result<Self> {
        let account = Account::choose()?;
        let bin_dir = binaries::find(config.bin_dir.as_deref())?;
        let base = Base::open(&config.data_dir, &account)?;
        base.prepare(&bin_dir, &account, &config)?;
        let socket = SocketFolder::open(base.path(), &account)?;
        let postmaster =
            Postmaster::start(&base, &bin_dir, socket.path(), &account, &config.settings)?;
        Ok(Self {
            config,
            account,
            base,
            bin_dir,
            socket,
            postmaster,
        })
    }

    /// A fast cluster for tests and trials: what it holds does not survive a power cut.
    pub fn throwaway(dir: &Path) -> Result<Self> {
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

    /// How libpq reaches a database of the cluster: `host=… user=… password=… dbname=…`.
    ///
    /// The name comes last, so `url("")` is a prefix to which a test appends its own database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let (socket, password) = (self.socket.path().display(), self.base.password());
        format!("host={socket} user={SUPERUSER} password={password} dbname={database}")
    }

    /// The process id of the server.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.postmaster.pid()
    }

    /// Where the programs of this PostgreSQL are: `psql`, `pgbench`, `pg_dump`.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// True when the server was already running, left by a parent that was killed.
    #[must_use]
    pub fn adopted(&self) -> bool {
        self.postmaster.adopted()
    }

    /// Starts the server again when it has died; true when it had to.
    pub fn revive(&mut self) -> Result<bool> {
        if self.postmaster.alive() {
            return Ok(false);
        }
        let settings = &self.config.settings;
        self.postmaster = Postmaster::start(
            &self.base,
            &self.bin_dir,
            self.socket.path(),
            &self.account,
            settings,
        )?;
        Ok(true)
    }

    /// Stops the server: fast, and harder when it does not listen.
    pub fn stop(self) {
        drop(self);
    }
}
