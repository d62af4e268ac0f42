//! A database for one test, copied from a migrated template and dropped afterwards.

use cluster::Cluster;
use diesel::{
    Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_types::Bool,
};
use platform::{crypto, migrations::MIGRATIONS};
use std::{
    path::Path,
    sync::{OnceLock, mpsc},
    thread,
};
use uuid::Uuid;

/// The variable with the address of the cluster: a libpq address that ends in `dbname=`.
const BASE: &str = "TEST_DATABASE";
/// The prefix of the folders of temporary clusters, followed by the process id.
const FOLDER_PREFIX: &str = "esim-admin-tests-";
/// The advisory lock under which tests create the template.
const LOCK: i64 = 4_711_001;

/// The database of a test.
pub struct TestDatabase {
    base: String,
    name: String,
}

impl TestDatabase {
    /// Creates a migrated database without rows.
    pub fn migrated() -> Self {
        Self::create(Some(&template(base())))
    }

    /// Creates a database without tables.
    pub fn bare() -> Self {
        Self::create(None)
    }

    fn create(template: Option<&str>) -> Self {
        let (base, name) = (
            base().to_owned(),
            format!("test_{}", Uuid::now_v7().simple()),
        );
        let from = template.map_or(String::new(), |template| format!(" TEMPLATE {template}"));
        admin(&base)
            .batch_execute(&format!("CREATE DATABASE {name}{from}"))
            .expect("the test's database is created");
        Self { base, name }
    }

    /// Returns the libpq address.
    pub fn url(&self) -> String {
        format!("{}{}", self.base, self.name)
    }

    /// Opens a connection.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).expect("the test's database answers")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(crate::files::folder(&self.url()));
        if let Ok(mut conn) = PgConnection::establish(&format!("{}postgres", self.base)) {
            let _ = conn.batch_execute(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            ));
        }
    }
}

/// Returns the cluster of the environment, or a temporary one when a test is run without `cargo xtask`.
fn base() -> &'static str {
    static FOUND: OnceLock<String> = OnceLock::new();
    FOUND.get_or_init(|| std::env::var(BASE).unwrap_or_else(|_| temporary_cluster()))
}

/// Starts a temporary cluster that ends with this process. Its thread must live as long as the cluster.
fn temporary_cluster() -> String {
    remove_abandoned_clusters();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let cluster = Cluster::temporary(
            &cluster::reachable_folder(
                &std::env::temp_dir().join(format!("{FOLDER_PREFIX}{}", std::process::id())),
            )
            .expect("a folder for the tests' PostgreSQL"),
        )
        .expect("the tests' PostgreSQL starts");
        sender.send(cluster.url("")).expect("the test waits");
        loop {
            thread::park();
        }
    });
    receiver.recv().expect("the tests' PostgreSQL starts")
}

/// Removes the clusters of ended processes, which cannot remove them themselves.
fn remove_abandoned_clusters() {
    for entry in std::fs::read_dir(std::env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ended = name
            .strip_prefix(FOLDER_PREFIX)
            .is_some_and(|process| !Path::new("/proc").join(process).exists());
        if ended {
            let _ = cluster::erase(&entry.path());
        }
    }
}

fn admin(base: &str) -> PgConnection {
    PgConnection::establish(&format!("{base}postgres")).expect("the tests' PostgreSQL answers")
}

/// Returns the migrated template, named after the migrations. The first test that needs it creates it.
fn template(base: &str) -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let versions: String = migration_fingerprint();
        let name: String = crypto::digest(versions.as_bytes())
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let name = format!("template_{name}");
        let mut conn = admin(base);
        conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))
            .expect("the template's lock is taken");
        let known =
            format!("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = '{name}') AS known");
        #[derive(diesel::QueryableByName)]
        struct Known {
            #[diesel(sql_type = Bool)]
            known: bool,
        }
        if !diesel::sql_query(known)
            .get_result::<Known>(&mut conn)
            .expect("the databases are listed")
            .known
        {
            conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}_new"))
                .expect("an unfinished template is dropped");
            conn.batch_execute(&format!("CREATE DATABASE {name}_new"))
                .expect("the template is created");
            platform::migrations::run(&format!("{base}{name}_new")).expect("the migrations run");
            conn.batch_execute(&format!("ALTER DATABASE {name}_new RENAME TO {name}"))
                .expect("the template is renamed");
        }
        conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))
            .expect("the template's lock is released");
        name
    })
    .clone()
}

/// Returns the names of all migrations and the version of this program, on which the name of the template depends.
fn migration_fingerprint() -> String {
    use diesel::migration::{Migration, MigrationSource};
    let all: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS
        .migrations()
        .expect("the migrations are embedded");
    let exe = std::env::current_exe()
        .and_then(std::fs::metadata)
        .map(|meta| format!("{:?}{}", meta.modified().ok(), meta.len()))
        .unwrap_or_default();
    all.iter()
        .map(|migration| migration.name().to_string())
        .collect::<Vec<_>>()
        .join(",")
        + &exe
}
