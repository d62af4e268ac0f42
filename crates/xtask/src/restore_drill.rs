//! `cargo xtask drill`: proves that a backup and the keys restore the whole system on an empty machine.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::database::TemporaryCluster;
use crate::process;
use crate::project::{self, Profile};
use crate::secrets;
use crate::server::Server;
use crate::steps::{Steps, note};

const DATABASE: &str = "postgres";
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Dumps and restores a database, compares every table, and starts the server with and without keys.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(6);
    steps.begin("Server: building");
    let program = project::build_server(Profile::Dev)?;
    steps.done("built");

    steps.begin("A system with demo data");
    let before = TemporaryCluster::fast("drill-before")?;
    let secrets = secrets::development(&before.folder().join("secrets.env"))?;
    let files = before.folder().join("files");
    let mut system = Server::new(program.clone(), 0, &before.url(DATABASE), secrets.clone());
    system.set("FILES_DIR", &files.display().to_string());
    system.migrate_and_seed()?;
    steps.done("seeded");

    steps.begin("Backup");
    let dump = before.folder().join("backup.dump");
    back_up(&before, &dump)?;
    let saved = before.folder().join("backup-files");
    let count = copy(&files, &saved)?;
    let size = dump.metadata()?.len() / 1000;
    steps.done(&format!("{size} kB and {count} files"));

    steps.begin("Restore on an empty cluster");
    let after = TemporaryCluster::fast("drill-after")?;
    restore(&dump, &after)?;
    let files = after.folder().join("files");
    copy(&saved, &files)?;
    steps.done("restored");

    steps.begin("Comparing every table");
    let tables = compare(&before, &after)?;
    steps.done(&format!("{tables}, {}", check_files(&after, &files)?));

    steps.begin("The server on the restored data");
    check_server_starts(&program, &after, &files, secrets)?;
    check_server_needs_keys(&program, &after)?;
    steps.done("starts with the keys, refuses to start without");
    println!("\nThe drill passed in {}.", steps.elapsed());
    Ok(())
}

fn back_up(from: &TemporaryCluster, file: &Path) -> Result<()> {
    let mut dump = Command::new(from.programs().join("pg_dump"));
    dump.args(["--format=custom", "--no-owner", "--file"])
        .arg(file)
        .arg(from.url(DATABASE));
    process::quietly(&mut dump)
}

fn restore(file: &Path, to: &TemporaryCluster) -> Result<()> {
    let mut restore = Command::new(to.programs().join("pg_restore"));
    restore
        .args(["--no-owner", "--exit-on-error", "--dbname"])
        .arg(to.url(DATABASE))
        .arg(file);
    process::quietly(&mut restore)
}

/// Copies a folder recursively and returns the number of files.
fn copy(from: &Path, to: &Path) -> Result<usize> {
    std::fs::create_dir_all(to)?;
    let mut count = 0;
    for entry in std::fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            count += copy(&path, &to.join(name))?;
        } else {
            std::fs::copy(&path, to.join(name))?;
            count += 1;
        }
    }
    Ok(count)
}

/// Checks that the file of every document exists.
fn check_files(database: &TemporaryCluster, files: &Path) -> Result<String> {
    let keys = "SELECT document_url FROM kyc_documents WHERE document_url <> ''";
    let keys = query(database, keys)?;
    let missing = keys.lines().find(|key| !files.join(key).is_file());
    match missing {
        Some(key) => bail!("the restored files do not include {key}"),
        None => Ok(format!("{} files exist", keys.lines().count())),
    }
}

/// Checks that the row counts and checksums of all tables are equal.
fn compare(before: &TemporaryCluster, after: &TemporaryCluster) -> Result<String> {
    let (expected, found) = (contents(before)?, contents(after)?);
    let missing: Vec<&str> = expected
        .lines()
        .filter(|line| !found.lines().any(|other| other == *line))
        .collect();
    if !missing.is_empty() || expected.lines().count() != found.lines().count() {
        bail!(
            "these tables differ after the restore (name, rows, checksum before):\n{}",
            missing.join("\n")
        );
    }
    Ok(format!("{} tables are equal", expected.lines().count()))
}

/// Returns a line per table: its name, the number of rows and a checksum of the rows.
fn contents(database: &TemporaryCluster) -> Result<String> {
    let queries = "SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s t', \
        oid::regclass, oid::regclass) FROM pg_class \
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname";
    let queries = query(database, queries)?;
    if queries.is_empty() {
        bail!("the migrations created no tables");
    }
    query(database, &queries.replace('\n', "; "))
}

fn query(database: &TemporaryCluster, sql: &str) -> Result<String> {
    let mut psql = Command::new(database.programs().join("psql"));
    process::capture(
        psql.args(["-XAtq", "--set=ON_ERROR_STOP=1", "--command", sql])
            .arg(database.url(DATABASE)),
    )
}

fn check_server_starts(
    program: &Path,
    database: &TemporaryCluster,
    files: &Path,
    secrets: Vec<(String, String)>,
) -> Result<()> {
    let port = free_port()?;
    let mut server = Server::new(
        program.to_path_buf(),
        port,
        &database.url(DATABASE),
        secrets,
    );
    server.set("FILES_DIR", &files.display().to_string());
    let mut running = server.serve()?;
    let began = Instant::now();
    while !running.ready() {
        running.check()?;
        if began.elapsed() > READY_WITHIN {
            running.stop()?;
            bail!("the server did not become ready on the restored data");
        }
        thread::sleep(Duration::from_millis(50));
    }
    note(&format!(
        "ready on the restored data after {:?}",
        began.elapsed()
    ));
    running.stop()
}

/// Checks that the server refuses to start without keys and names the missing ones.
fn check_server_needs_keys(program: &Path, database: &TemporaryCluster) -> Result<()> {
    let server = Server::new(
        PathBuf::from(program),
        free_port()?,
        &database.url(DATABASE),
        Vec::new(),
    );
    let mut command = server.command(["serve"]);
    for key in ["SEALING_KEYS", "BLIND_INDEX_KEY", "JWT_SECRET"] {
        command.env_remove(key);
    }
    let output = command.output().context("cannot start the server")?;
    let printed = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    if output.status.success() || !printed.contains("SEALING_KEYS") {
        bail!(
            "without keys the server must refuse to start and name them, but it printed:\n{printed}"
        );
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
