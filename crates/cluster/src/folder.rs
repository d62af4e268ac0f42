//! The folder of a cluster: lock, data, password and log.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::Account;
use crate::error::{Error, Result, at};
use crate::postmaster::Postmaster;
use crate::{Config, SUPERUSER};

/// An open and locked folder. The lock is released with the value, and with the process.
#[derive(Debug)]
pub(crate) struct ClusterFolder {
    path: PathBuf,
    password: String,
    _lock: File,
}

impl ClusterFolder {
    /// Creates the folder, checks that the account can reach it, and locks it.
    pub(crate) fn open(path: &Path, account: &Account) -> Result<Self> {
        let path = std::path::absolute(path).map_err(at(path))?;
        account.create_private_folder(&path)?;
        account.check_reachable(&path)?;
        let lock = lock(&path)?;
        let password = password(&path.join("superuser.pw"), account)?;
        Ok(Self {
            path,
            password,
            _lock: lock,
        })
    }

    /// Initialises the data on first use; afterwards checks that these programs can read the data.
    pub(crate) fn prepare(&self, bin_dir: &Path, account: &Account, config: &Config) -> Result<()> {
        if !self.data().join("PG_VERSION").exists() {
            return self.initialise(bin_dir, account, config);
        }
        let data = read(&self.data().join("PG_VERSION"))?.trim().to_owned();
        let programs = major(bin_dir, account)?;
        if data == programs {
            return Ok(());
        }
        Err(Error::OtherMajor {
            folder: self.path.clone(),
            data,
            programs,
        })
    }

    /// Runs `initdb` in a draft folder and renames it, so that an incomplete data folder is never used.
    fn initialise(&self, bin_dir: &Path, account: &Account, config: &Config) -> Result<()> {
        let draft = self.path.join("pgdata.tmp");
        if draft.exists() {
            fs::remove_dir_all(&draft).map_err(at(&draft))?;
        }
        let mut initdb = account.command(bin_dir, "initdb");
        initdb
            .arg("-D")
            .arg(&draft)
            .args(["-U", SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8"]);
        initdb.args([
            "--data-checksums",
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
        ]);
        initdb.arg(format!(
            "--pwfile={}",
            self.path.join("superuser.pw").display()
        ));
        if config.is_volatile() {
            initdb.arg("--no-sync");
        }
        run(initdb, "initdb")?;
        for name in &config.databases {
            create_database(account.command(bin_dir, "postgres"), &draft, name)?;
        }
        fs::rename(&draft, self.data()).map_err(at(&draft))
    }

    /// Returns the path of the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the data directory of PostgreSQL.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("pgdata")
    }

    /// Returns the password of the superuser, which is generated once and readable by the account only.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Opens the log for appending.
    pub(crate) fn log(&self) -> Result<File> {
        let path = self.log_path();
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(at(&path))
    }

    /// Returns the end of the log, for error messages.
    pub(crate) fn log_tail(&self) -> String {
        tail(&fs::read_to_string(self.log_path()).unwrap_or_default())
    }

    fn log_path(&self) -> PathBuf {
        self.path.join("postgres.log")
    }
}

/// Removes a folder that [`crate::Cluster::start`] created, after stopping a server that still runs in it.
pub fn erase(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let folder = ClusterFolder::open(path, &Account::choose()?)?;
    drop(Postmaster::find_running(&folder)?);
    fs::remove_dir_all(path).map_err(at(path))
}

/// Creates a database in single-user mode, which needs no client program and no running server.
fn create_database(mut postgres: Command, data: &Path, name: &str) -> Result<()> {
    let statement = format!("CREATE DATABASE \"{name}\";\n");
    let (input, mut writer) = std::io::pipe().map_err(at(data))?;
    writer.write_all(statement.as_bytes()).map_err(at(data))?;
    drop(writer);
    postgres
        .args(["--single", "-D"])
        .arg(data)
        .arg("postgres")
        .stdin(input);
    run(postgres, "postgres --single")
}

fn run(mut command: Command, program: &'static str) -> Result<()> {
    let output = command.output().map_err(at(Path::new(program)))?;
    if output.status.success() {
        return Ok(());
    }
    let log = tail(&String::from_utf8_lossy(&output.stderr));
    Err(Error::Failed { program, log })
}

/// Takes the lock of the supervisor. The kernel releases the lock when the process ends.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("supervisor.lock");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(Error::Io(path, error)),
        Err(TryLockError::WouldBlock) => {
            let holder = read(&path)?.trim().to_owned();
            return Err(Error::InUse {
                folder: folder.to_path_buf(),
                holder,
            });
        }
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(at(&path))?;
    Ok(file)
}

fn password(path: &Path, account: &Account) -> Result<String> {
    let stored = fs::read_to_string(path).unwrap_or_default();
    if !stored.is_empty() {
        return Ok(stored);
    }
    let mut bytes = [0; 24];
    let source = Path::new("/dev/urandom");
    File::open(source)
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(at(source))?;
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(password.as_bytes()))
        .map_err(at(path))?;
    account.chown(path)?;
    Ok(password)
}

/// Returns the major version of the programs: `postgres (PostgreSQL) 15.18 (Debian …)` is 15.
fn major(bin_dir: &Path, account: &Account) -> Result<String> {
    let output = account
        .command(bin_dir, "postgres")
        .arg("--version")
        .output()
        .map_err(at(bin_dir))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().nth(2).unwrap_or_default();
    Ok(version.split('.').next().unwrap_or_default().to_owned())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(at(path))
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(12);
    lines.get(from..).unwrap_or_default().join("\n")
}
