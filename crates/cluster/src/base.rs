//! The folder of a cluster: its lock, its data, its password and its log.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::Account;
use crate::error::{Error, Result, at};
use crate::postmaster::Postmaster;
use crate::{Config, SUPERUSER};

/// An opened and locked folder. The lock goes with the value, and with the process.
#[derive(Debug)]
pub(crate) struct Base {
    path: PathBuf,
    password: String,
    _lock: File,
}

impl Base {
    /// Makes the folder, checks that the account can reach it, and locks it.
    pub(crate) fn open(path: &Path, account: &Account) -> Result<Self> {
        let path = std::path::absolute(path).map_err(at(path))?;
        account.private_folder(&path)?;
        account.must_enter(&path)?;
        let lock = lock(&path)?;
        let password = password(&path.join("superuser.pw"), account)?;
        Ok(Self {
            path,
            password,
            _lock: lock,
        })
    }

    /// Makes the data on first use; afterwards checks that these programs can read it.
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

    /// Runs `initdb` beside the final place and renames, so a half-made one never counts.
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
        if config.forgets() {
            initdb.arg("--no-sync");
        }
        succeed(initdb, "initdb")?;
        for name in &config.databases {
            create_database(account.command(bin_dir, "postgres"), &draft, name)?;
        }
        fs::rename(&draft, self.data()).map_err(at(&draft))
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// PostgreSQL's own data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("pgdata")
    }

    /// What the superuser signs in with. Made once, readable by the account only.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The log, opened for appending.
    pub(crate) fn log(&self) -> Result<File> {
        let path = self.log_path();
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(at(&path))
    }

    /// The end of the log, for error messages.
    pub(crate) fn log_tail(&self) -> String {
        tail(&fs::read_to_string(self.log_path()).unwrap_or_default())
    }

    fn log_path(&self) -> PathBuf {
        self.path.join("postgres.log")
    }
}

/// Removes a folder made by [`crate::Cluster::start`], after stopping a server left on it.
pub fn erase(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let base = Base::open(path, &Account::choose()?)?;
    drop(Postmaster::left_over(&base)?);
    fs::remove_dir_all(path).map_err(at(path))
}

/// Makes a database in single-user mode, which needs no client program and no running server.
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
    succeed(postgres, "postgres --single")
}

fn succeed(mut command: Command, program: &'static str) -> Result<()> {
    let output = command.output().map_err(at(Path::new(program)))?;
    if output.status.success() {
        return Ok(());
    }
    let log = tail(&String::from_utf8_lossy(&output.stderr));
    Err(Error::Failed { program, log })
}

/// One supervisor at a time. The kernel lets go of the lock when its holder dies.
fn lock(base: &Path) -> Result<File> {
    let path = base.join("supervisor.lock");
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
                folder: base.to_path_buf(),
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
    let kept = fs::read_to_string(path).unwrap_or_default();
    if !kept.is_empty() {
        return Ok(kept);
    }
    let mut bytes = [0; 24];
    let source = Path::new("/dev/urandom");
    File::open(source)
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(at(source))?;
    let made: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path);
    file.and_then(|mut file| file.write_all(made.as_bytes()))
        .map_err(at(path))?;
    account.give(path)?;
    Ok(made)
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` is major 15.
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
