//! The lifecycle of a cluster: first start, kill, restart, adoption, and competing supervisors.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, Config};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

type TestResult = Result<(), Box<dyn Error>>;

/// The folder of a test, removed afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("cluster-{test}-{}", std::process::id())))
    }

    fn config(&self) -> Config {
        let fast = [("fsync", "off")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config {
            data_dir: self.0.clone(),
            bin_dir: None,
            databases: vec!["shop".to_owned()],
            settings: fast.to_vec(),
        }
    }

    fn start(&self) -> cluster::Result<Cluster> {
        Cluster::start(self.config())
    }

    fn pid_file(&self) -> PathBuf {
        self.0.join("pgdata/postmaster.pid")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// Runs a query with `psql`.
fn query(cluster: &Cluster, sql: &str) -> Result<String, Box<dyn Error>> {
    let output = Command::new(cluster.bin_dir().join("psql"))
        .args(["-XAtqc", sql, &cluster.url("shop")])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr)?.into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) -> TestResult {
    let began = Instant::now();
    while !is_true() {
        if began.elapsed() > Duration::from_secs(30) {
            return Err(format!("timed out waiting until {what}").into());
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

#[test]
fn cluster_keeps_data_across_restarts() -> TestResult {
    let folder = Folder::new("new");

    let cluster = folder.start()?;
    query(
        &cluster,
        "CREATE TABLE plans (name text); INSERT INTO plans VALUES ('Europe 5 GB')",
    )?;
    let pid = Pid::from_raw(cluster.pid());
    cluster.stop();
    assert!(kill(pid, None).is_err());

    let again = folder.start()?;
    assert_eq!(query(&again, "SELECT name FROM plans")?, "Europe 5 GB");
    assert_eq!(query(&again, "SHOW listen_addresses")?, "");
    Ok(())
}

#[test]
fn killed_server_is_restarted_with_its_data() -> TestResult {
    let folder = Folder::new("killed");
    let mut cluster = folder.start()?;
    query(&cluster, "CREATE TABLE plans AS SELECT 7 AS id")?;
    assert!(!cluster.restart_if_dead()?);

    kill(Pid::from_raw(cluster.pid()), Signal::SIGKILL)?;
    wait_until("the server is restarted", || {
        cluster.restart_if_dead().unwrap_or(false)
    })?;

    assert_eq!(query(&cluster, "SELECT id FROM plans")?, "7");
    Ok(())
}

#[test]
fn stale_pid_file_is_ignored() -> TestResult {
    let folder = Folder::new("stale");
    folder.start()?.stop();
    let me = std::process::id();
    fs::write(
        folder.pid_file(),
        format!(
            "{me}\n{}\n1\n5432\n\n\n\nready\n",
            folder.0.join("pgdata").display()
        ),
    )?;

    let cluster = folder.start()?;

    assert!(!cluster.is_adopted());
    assert_eq!(query(&cluster, "SELECT 1")?, "1");
    Ok(())
}

#[test]
fn second_supervisor_is_refused_while_the_first_runs() -> TestResult {
    let folder = Folder::new("second");
    let first = folder.start()?;

    let second = folder
        .start()
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();

    assert!(
        second.contains(&format!("in use by process {}", std::process::id())),
        "{second}"
    );
    assert_eq!(query(&first, "SELECT 1")?, "1");
    Ok(())
}

#[test]
fn cluster_outlives_its_starting_thread() -> TestResult {
    let folder = Folder::new("thread");
    let config = folder.config();

    let cluster = thread::spawn(move || Cluster::start(config))
        .join()
        .map_err(|_| "the thread failed")??;
    thread::sleep(Duration::from_millis(300));

    assert_eq!(query(&cluster, "SELECT 1")?, "1");
    Ok(())
}

#[test]
fn data_of_another_major_version_is_refused() -> TestResult {
    let folder = Folder::new("major");
    folder.start()?.stop();
    fs::write(folder.0.join("pgdata/PG_VERSION"), "9\n")?;

    let refused = folder
        .start()
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();

    assert!(refused.contains("created by PostgreSQL 9"), "{refused}");
    Ok(())
}

#[test]
fn server_ends_when_supervisor_is_killed() -> TestResult {
    let folder = Folder::new("orphan");
    let (mut supervisor, server) = run_supervisor(&folder.0)?;

    supervisor.kill()?;
    supervisor.wait()?;

    // Checks the working folder and not the process id: an orphan may stay a zombie.
    let folder_of = format!("/proc/{server}/cwd");
    wait_until("the server ends", || fs::read_link(&folder_of).is_err())?;
    assert_eq!(query(&folder.start()?, "SELECT 1")?, "1");
    Ok(())
}

#[test]
fn running_server_is_adopted_and_stopped() -> TestResult {
    let folder = Folder::new("adopted");
    folder.start()?.stop();
    let mut orphan = start_unsupervised(&folder)?;

    let cluster = folder.start()?;
    assert!(cluster.is_adopted());
    assert_eq!(query(&cluster, "SELECT 1")?, "1");
    let stopping = thread::spawn(move || cluster.stop());

    orphan.wait()?;
    stopping.join().map_err(|_| "stopping failed")?;
    Ok(())
}

/// Runs the example program, which starts a cluster and prints the server's process id.
fn run_supervisor(folder: &Path) -> Result<(Child, Pid), Box<dyn Error>> {
    let tests = std::env::current_exe()?;
    let example = tests
        .ancestors()
        .nth(2)
        .ok_or("no target folder")?
        .join("examples/supervise");
    let mut supervisor = Command::new(example)
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(supervisor.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    Ok((supervisor, Pid::from_raw(line.trim().parse()?)))
}

/// Starts a server like a supervised one, but without a supervisor.
fn start_unsupervised(folder: &Folder) -> Result<Child, Box<dyn Error>> {
    let cluster = folder.start()?;
    let line = fs::read_to_string(format!("/proc/{}/cmdline", cluster.pid()))?;
    let socket = cluster
        .url("")
        .split(' ')
        .next()
        .unwrap_or_default()
        .replace("host=", "");
    cluster.stop();
    let owner = fs::metadata(&folder.0)?;
    fs::create_dir(&socket)?;
    std::os::unix::fs::chown(&socket, Some(owner.uid()), Some(owner.gid()))?;

    let mut arguments = line.split_terminator('\0');
    let mut server = Command::new(arguments.next().ok_or("no command line")?);
    server
        .args(arguments)
        .env_clear()
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    if nix::unistd::geteuid().is_root() {
        server.uid(owner.uid()).gid(owner.gid());
    }
    let orphan = server.spawn()?;
    let ready = || fs::read_to_string(folder.pid_file()).is_ok_and(|text| text.contains("ready"));
    wait_until("the orphan is ready", ready)?;
    Ok(orphan)
}
