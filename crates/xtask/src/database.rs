//! The databases of the tasks: one kept in `.data`, and ones thrown away.

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

/// A database for the server: the one in `DATABASE_URL`, or a cluster of our own.
pub struct Database {
    /// How to reach it.
    pub url: String,
    /// Absent when it is somebody else's.
    pub cluster: Option<Cluster>,
}

impl Database {
    /// Somebody else's.
    pub fn elsewhere(url: String) -> Self {
        note("using the database in DATABASE_URL");
        Self { url, cluster: None }
    }

    /// Our own cluster, kept in this folder.
    pub fn own(folder: PathBuf) -> Result<Self> {
        let config = Config {
            data_dir: folder,
            bin_dir: Some(postgres::programs()?),
            databases: vec![NAME.to_owned()],
            settings: Vec::new(),
        };
        let cluster = Cluster::start(config)?;
        if cluster.adopted() {
            note("took over a PostgreSQL that an earlier start had left running");
        }
        Ok(Self {
            url: cluster.url(NAME),
            cluster: Some(cluster),
        })
    }
}

/// Where the development data is.
pub fn development_folder() -> Result<PathBuf> {
    let preferred = project::root().join(".data/postgres");
    let folder = cluster::place(&preferred)?;
    if folder != preferred {
        note(&format!(
            "PostgreSQL cannot enter this project's folder: its data is in {}",
            folder.display()
        ));
    }
    Ok(folder)
}

/// A cluster that is removed when it is dropped.
pub struct Throwaway {
    /// Taken when dropped, so that the server stops before its folder goes.
    cluster: Option<Cluster>,
    folder: PathBuf,
}

impl Throwaway {
    /// One that is fast and forgets: for tests.
    pub fn fast(purpose: &str) -> Result<Self> {
        let settings = [
            ("fsync", "off"),
            ("synchronous_commit", "off"),
            ("full_page_writes", "off"),
            ("max_connections", "200"),
        ];
        Self::start(purpose, &settings)
    }

    /// One that keeps its promises: for measurements that mean something.
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
        let folder = cluster::place(&env::temp_dir().join(name))?;
        let config = Config {
            data_dir: folder.clone(),
            bin_dir: Some(postgres::programs()?),
            databases: Vec::new(),
            settings: settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let cluster = Cluster::start(config).context("cannot start a PostgreSQL to throw away")?;
        Ok(Self {
            cluster: Some(cluster),
            folder,
        })
    }

    /// How to reach one of its databases; `""` gives a prefix that ends in `dbname=`.
    pub fn url(&self, database: &str) -> String {
        self.cluster
            .as_ref()
            .map(|cluster| cluster.url(database))
            .unwrap_or_default()
    }

    /// Its folder, which goes with it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where `psql`, `pgbench` and the others are.
    pub fn programs(&self) -> PathBuf {
        self.cluster
            .as_ref()
            .map(|cluster| cluster.bin_dir().to_path_buf())
            .unwrap_or_default()
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        drop(self.cluster.take());
        // Left behind it costs some space in a folder for temporary files, and nothing else.
        drop(fs::remove_dir_all(&self.folder));
    }
}
