//! The databases of the tasks: a permanent one in `.data`, and temporary ones.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cluster::{Cluster, Config};

use crate::project;
use crate::steps::note;
use crate::tools::postgres;

/// The database of a development start.
pub const NAME: &str = "esim_admin";

/// The database of the server: the one in `DATABASE_URL`, or a private cluster.
pub struct Database {
    /// The libpq address.
    pub url: String,
    /// The private cluster; absent for an external database.
    pub cluster: Option<Cluster>,
}

impl Database {
    /// Uses the external database at an address.
    pub fn external(url: String) -> Self {
        note("using the database in DATABASE_URL");
        Self { url, cluster: None }
    }

    /// Starts the private cluster in a folder.
    pub fn private(folder: PathBuf) -> Result<Self> {
        let config = Config {
            data_dir: folder,
            bin_dir: Some(postgres::programs()?),
            databases: vec![NAME.to_owned()],
            settings: Vec::new(),
        };
        let cluster = Cluster::start(config)?;
        if cluster.is_adopted() {
            note("adopted a PostgreSQL that an earlier start left running");
        }
        Ok(Self {
            url: cluster.url(NAME),
            cluster: Some(cluster),
        })
    }
}

/// Returns the folder of the development data.
pub fn development_folder() -> Result<PathBuf> {
    let preferred = project::root().join(".data/postgres");
    let folder = cluster::reachable_folder(&preferred)?;
    if folder != preferred {
        note(&format!(
            "PostgreSQL cannot enter the folder of this project: its data is in {}",
            folder.display()
        ));
    }
    Ok(folder)
}

/// A cluster that is removed when the value is dropped.
pub struct TemporaryCluster {
    /// Taken when dropped, so that the server stops before its folder is removed.
    cluster: Option<Cluster>,
    folder: PathBuf,
}

impl TemporaryCluster {
    /// Starts a fast cluster without durability, for tests.
    pub fn fast(purpose: &str) -> Result<Self> {
        let settings = [
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
            ("max_connections", "200"),
        ];
        Self::start(purpose, &settings)
    }

    /// Starts a durable cluster, for realistic measurements.
    pub fn durable() -> Result<Self> {
        let settings = [
            ("max_connections", "200"),
            ("shared_buffers", "1GB"),
            ("max_wal_size", "4GB"),
        ];
        Self::start("bench", &settings)
    }

    fn start(purpose: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let name = format!("esim-admin-{purpose}-{}", std::process::id());
        let folder = cluster::reachable_folder(&env::temp_dir().join(name))?;
        let config = Config {
            data_dir: folder.clone(),
            bin_dir: Some(postgres::programs()?),
            databases: Vec::new(),
            settings: settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let cluster = Cluster::start(config).context("cannot start a temporary PostgreSQL")?;
        Ok(Self {
            cluster: Some(cluster),
            folder,
        })
    }

    /// Returns the libpq address of a database; `""` gives a prefix that ends in `dbname=`.
    pub fn url(&self, database: &str) -> String {
        self.cluster
            .as_ref()
            .map(|cluster| cluster.url(database))
            .unwrap_or_default()
    }

    /// Returns the folder, which is removed with the cluster.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the folder of `psql`, `pgbench` and the other programs.
    pub fn programs(&self) -> PathBuf {
        self.cluster
            .as_ref()
            .map(|cluster| cluster.bin_dir().to_path_buf())
            .unwrap_or_default()
    }
}

impl Drop for TemporaryCluster {
    fn drop(&mut self) {
        drop(self.cluster.take());
        // A folder that cannot be removed only takes space among the temporary files.
        drop(fs::remove_dir_all(&self.folder));
    }
}
