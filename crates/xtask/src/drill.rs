//! `cargo xtask drill`: proves that a backup and the keys bring everything back on an empty machine.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::database::Throwaway;
use crate::process;
use crate::project::{self, Profile};
use crate::secrets;
use crate::server::Server;
use crate::steps::{Steps, note};

const DATABASE: &str = "postgres";
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A dump, a restore, a comparison of every table, and a start with and without keys.
pub fn run() -> Result<()> {
    let mut steps = Steps::of(6);
    steps.begin("Server: building");
    let program = project::build_server(Profile::Dev)?;
    steps.done("built");

    steps.begin("A system with demo data");
    let before = Throwaway::fast("drill-before")?;
    let secrets = secrets::development(&before.folder().join("secrets.env"))?;
    let files = before.folder().join("files");
    let mut system = Server::new(program.clone(), 0, &before.url(DATABASE), secrets.clone());
    system.set("FILES_DIR", &files.display().to_string());
    system.fill()?;
    steps.done("filled");

    steps.begin("Backup");
    let dump = before.folder().join("backup.dump");
    back_up(&before, &dump)?;
    let saved = before.folder().join("backup-files");
    let count = copy(&files, &saved)?;
    let size = dump.metadata()?.len() / 1000;
    steps.done(&format!("{size} kB and {count} files"));

    steps.begin("Restore on an empty cluster");
    let after = Throwaway::fast("drill-after")?;
    restore(&dump, &after)?;
    let files = after.folder().join("files");
    copy(&saved, &files)?;
    steps.done("restored");

    steps.begin("Comparing every table");
    let tables = compare(&before, &after)?;
    steps.done(&format!("{tables}, {}", complete(&after, &files)?));

    steps.begin("The server on the restored data");
    serves(&program, &after, (&files, secrets))?;
    refuses_without_keys(&program, &after)?;
    steps.done("serves with the keys, refuses without");
    println!("\nThe drill passed in {}.", steps.elapsed());
    Ok(())
}

fn back_up(from: &Throwaway, file: &Path) -> Result<()> {
    let mut dump = Command::new(from.programs().join("pg_dump"));
    dump.args(["--format=custom", "--no-owner", "--file"])
        .arg(file)
        .arg(from.url(DATABASE));
    process::quietly(&mut dump)
}

fn restore(file: &Path, to: &Throwaway) -> Result<()> {
    let mut restore = Command::new(to.programs().join("pg_restore"));
    restore
        .args(["--no-owner", "--exit-on-error", "--dbname"])
        .arg(to.url(DATABASE))
        .arg(file);
    process::quietly(&mut restore)
}

/// Copies a folder with all that is in it; how many files that were.
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

/// Every document that names a file has it.
fn complete(database: &Throwaway, files: &Path) -> Result<String> {
    let keys = "SELECT document_url FROM kyc_documents WHERE document_url <> ''";
    let keys = ask(database, keys)?;
    let missing = keys.lines().find(|key| !files.join(key).is_file());
    match missing {
        Some(key) => bail!("the restored files lack {key}"),
        None => Ok(format!("{} files are there", keys.lines().count())),
    }
}

/// Counts and checksums of all tables must be equal.
fn compare(before: &Throwaway, after: &Throwaway) -> Result<String> {
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

/// One line for each table: its name, its rows, and a checksum over all of them.
fn contents(of: &Throwaway) -> Result<String> {
    let queries = "SELECT format('SELECT %L, count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM %s t', \
        oid::regclass, oid::regclass) FROM pg_class \
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname";
    let queries = ask(of, queries)?;
    if queries.is_empty() {
        bail!("the migrations made no tables");
    }
    ask(of, &queries.replace('\n', "; "))
}

fn ask(database: &Throwaway, sql: &str) -> Result<String> {
    let mut psql = Command::new(database.programs().join("psql"));
    process::capture(
        psql.args(["-XAtq", "--set=ON_ERROR_STOP=1", "--command", sql])
            .arg(database.url(DATABASE)),
    )
}

fn serves(
    program: &Path,
    database: &Throwaway,
    (files, secrets): (&Path, Vec<(String, String)>),
) -> Result<()> {
    let port = free_port()?;
    let mut server = Server::new(
        program.to_path_buf(),
        port,
        &database.url(DATABASE),
        secrets,
    );
    server.set("FILES_DIR", &files.display().to_string());
    let mut serving = server.serve()?;
    let began = Instant::now();
    while !serving.ready() {
        serving.check()?;
        if began.elapsed() > READY_WITHIN {
            serving.stop()?;
            bail!("the server did not become ready on the restored data");
        }
        thread::sleep(Duration::from_millis(50));
    }
    note(&format!(
        "ready on the restored data after {:?}",
        began.elapsed()
    ));
    serving.stop()
}

/// Without keys it must say so, not start and serve nonsense.
fn refuses_without_keys(program: &Path, database: &Throwaway) -> Result<()> {
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
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    if output.status.success() || !said.contains("SEALING_KEYS") {
        bail!("without keys the server must refuse and name them, but it said:\n{said}");
    }
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
