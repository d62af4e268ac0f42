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

/// Where the databases are made: a libpq address that ends in `dbname=`.
const BASE: &str = "TEST_DATABASE";
/// What the folders of clusters of runs by hand are called, before the number of their process.
const OWN: &str = "esim-admin-tests-";
/// Tests that start together make the template one after the other.
const LOCK: i64 = 4_711_001;

/// A database of a test's own.
pub struct TestDatabase {
    base: String,
    name: String,
}

impl TestDatabase {
    /// A migrated, empty database.
    pub fn migrated() -> Self {
        Self::make(Some(&template(base())))
    }

    /// A database without anything in it.
    pub fn bare() -> Self {
        Self::make(None)
    }

    fn make(template: Option<&str>) -> Self {
        let (base, name) = (
            base().to_owned(),
            format!("test_{}", Uuid::now_v7().simple()),
        );
        let from = template.map_or(String::new(), |template| format!(" TEMPLATE {template}"));
        admin(&base)
            .batch_execute(&format!("CREATE DATABASE {name}{from}"))
            .expect("the test's database is made");
        Self { base, name }
    }

    /// Its libpq address.
    pub fn url(&self) -> String {
        format!("{}{}", self.base, self.name)
    }

    /// A connection of the test's own.
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

/// The cluster of the environment, or one of this process's own when a test is run by hand.
fn base() -> &'static str {
    static FOUND: OnceLock<String> = OnceLock::new();
    FOUND.get_or_init(|| std::env::var(BASE).unwrap_or_else(|_| own_cluster()))
}

/// A throwaway cluster that ends with this process. Its thread must live as long as the cluster does.
fn own_cluster() -> String {
    sweep();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let cluster = Cluster::throwaway(
            &cluster::place(&std::env::temp_dir().join(format!("{OWN}{}", std::process::id())))
                .expect("a place for the tests' PostgreSQL"),
        )
        .expect("the tests' PostgreSQL starts");
        tell.send(cluster.url("")).expect("the test waits");
        loop {
            thread::park();
        }
    });
    told.recv().expect("the tests' PostgreSQL starts")
}

/// Removes what runs by hand have left: a process that ends has no time to.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir())
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ended = name
            .strip_prefix(OWN)
            .is_some_and(|process| !Path::new("/proc").join(process).exists());
        if ended {
            let _ = cluster::erase(&entry.path());
        }
    }
}

fn admin(base: &str) -> PgConnection {
    PgConnection::establish(&format!("{base}postgres")).expect("the tests' PostgreSQL answers")
}

/// The migrated template, named by what the migrations say, made by whoever needs it first.
fn template(base: &str) -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let versions: String = diesel_migrations_names();
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
                .expect("the template is made");
            platform::migrations::run(&format!("{base}{name}_new")).expect("the migrations run");
            conn.batch_execute(&format!("ALTER DATABASE {name}_new RENAME TO {name}"))
                .expect("the template is named");
        }
        conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))
            .expect("the template's lock is released");
        name
    })
    .clone()
}

/// What the template's name depends on: every migration, as it is built in.
fn diesel_migrations_names() -> String {
    use diesel::migration::{Migration, MigrationSource};
    let all: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS
        .migrations()
        .expect("the migrations are built in");
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
