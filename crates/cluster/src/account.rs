//! The account of the server, and the folders that the account can enter.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use crate::error::{Error, Result, at};

/// The accounts to which root drops its privileges, in this order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account of the server.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// Whether this process is root and must drop to the account.
    must_drop: bool,
}

impl Account {
    /// Returns the current user, or an unprivileged account when the current user is root.
    pub(crate) fn choose() -> Result<Self> {
        let me = geteuid();
        let known = |user: User, must_drop| Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            must_drop,
        };
        if me.is_root() {
            let found = UNPRIVILEGED
                .iter()
                .find_map(|name| User::from_name(name).ok().flatten());
            return found.map(|user| known(user, true)).ok_or(Error::NoAccount);
        }
        let nameless = Self {
            name: me.to_string(),
            uid: me.as_raw(),
            gid: nix::unistd::getegid().as_raw(),
            must_drop: false,
        };
        Ok(User::from_uid(me)
            .ok()
            .flatten()
            .map_or(nameless, |user| known(user, false)))
    }

    /// Returns the command of a PostgreSQL program, run as this account with a clean environment.
    pub(crate) fn command(&self, bin_dir: &Path, program: &str) -> Command {
        let mut command = Command::new(bin_dir.join(program));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8");
        command.current_dir("/").stdin(Stdio::null());
        if self.must_drop {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Returns whether a file with this owner belongs to the account.
    pub(crate) fn owns(&self, uid: u32) -> bool {
        uid == self.uid
    }

    /// Changes the owner of a new file to the account.
    pub(crate) fn chown(&self, path: &Path) -> Result<()> {
        if self.must_drop {
            chown(path, Some(self.uid), Some(self.gid)).map_err(at(path))?;
        }
        Ok(())
    }

    /// Creates a folder that only the account can enter, with its parents.
    pub(crate) fn create_private_folder(&self, path: &Path) -> Result<()> {
        if !path.exists() {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            fs::DirBuilder::new()
                .mode(0o700)
                .create(path)
                .map_err(at(path))?;
        }
        self.chown(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(at(path))
    }

    /// Refuses a path with a parent folder that the account cannot enter.
    pub(crate) fn check_reachable(&self, path: &Path) -> Result<()> {
        match path
            .ancestors()
            .skip(1)
            .find(|folder| !self.can_enter(folder))
        {
            None => Ok(()),
            Some(closed) => Err(Error::NotEnterable {
                folder: closed.to_path_buf(),
                account: self.name.clone(),
            }),
        }
    }

    /// Returns whether the account can enter a folder. A missing folder counts as enterable, because it is created so.
    pub(crate) fn can_enter(&self, folder: &Path) -> bool {
        let Ok(meta) = fs::metadata(folder) else {
            return true;
        };
        let bit = match meta {
            _ if meta.uid() == self.uid => 0o100,
            _ if meta.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        meta.mode() & bit != 0
    }
}

/// Returns a folder for the files of the server: the preferred one, or one outside of it.
///
/// The account of the server cannot enter a clone under `/root`, checked out and run by root. Then the files go to
/// `/var/lib/esim-admin` (or `/var/tmp`), in a folder named by a hash of the preferred path, so that two clones do not
/// share it. The caller should print the folder when it differs from the preferred one.
pub fn reachable_folder(preferred: &Path) -> Result<PathBuf> {
    let preferred = std::path::absolute(preferred).map_err(at(preferred))?;
    let account = Account::choose()?;
    if account.check_reachable(&preferred).is_ok() {
        return Ok(preferred);
    }
    let name = format!("{:016x}", hash(&preferred));
    let homes = ["/var/lib/esim-admin", "/var/tmp/esim-admin"].map(PathBuf::from);
    let usable = homes.iter().find(|home| {
        fs::create_dir_all(home).is_ok() && account.check_reachable(&home.join(&name)).is_ok()
    });
    let home = usable.ok_or_else(|| Error::NotEnterable {
        folder: preferred.clone(),
        account: account.name.clone(),
    })?;
    Ok(home.join(name))
}

/// Returns the FNV-1a hash of a path, which is short, stable and sufficient to distinguish folders.
pub(crate) fn hash(path: &Path) -> u64 {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
