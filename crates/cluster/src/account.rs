//! Who the server runs as, and where that account can keep its files.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use crate::error::{Error, Result, at};

/// Whom root drops to, in this order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account the server runs under.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// True when we are root and must drop to it.
    drop: bool,
}

impl Account {
    /// The current user, or an unprivileged account when that is root.
    pub(crate) fn choose() -> Result<Self> {
        let me = geteuid();
        let known = |user: User, drop| Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            drop,
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
            drop: false,
        };
        Ok(User::from_uid(me)
            .ok()
            .flatten()
            .map_or(nameless, |user| known(user, false)))
    }

    /// A program of PostgreSQL, run as this account with a clean environment.
    pub(crate) fn command(&self, bin_dir: &Path, program: &str) -> Command {
        let mut command = Command::new(bin_dir.join(program));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8");
        command.current_dir("/").stdin(Stdio::null());
        if self.drop {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether files with this owner are ours.
    pub(crate) fn owns(&self, uid: u32) -> bool {
        uid == self.uid
    }

    /// Gives a file we just made to the account.
    pub(crate) fn give(&self, path: &Path) -> Result<()> {
        if self.drop {
            chown(path, Some(self.uid), Some(self.gid)).map_err(at(path))?;
        }
        Ok(())
    }

    /// A folder only the account can enter, made with its parents when missing.
    pub(crate) fn private_folder(&self, path: &Path) -> Result<()> {
        if !path.exists() {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            fs::DirBuilder::new()
                .mode(0o700)
                .create(path)
                .map_err(at(path))?;
        }
        self.give(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(at(path))
    }

    /// Refuses a folder that lies behind a door the account cannot pass.
    pub(crate) fn must_enter(&self, path: &Path) -> Result<()> {
        match path.ancestors().skip(1).find(|folder| !self.enters(folder)) {
            None => Ok(()),
            Some(closed) => Err(Error::NotEnterable {
                folder: closed.to_path_buf(),
                account: self.name.clone(),
            }),
        }
    }

    /// A folder that does not exist yet will be made enterable, so it counts as open.
    pub(crate) fn enters(&self, folder: &Path) -> bool {
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

/// Where to keep files for the server: the preferred folder, or one outside of it.
///
/// A clone under `/root`, checked out and run by root, cannot be entered by the account the server
/// drops to. Then the files go to `/var/lib/esim-admin` (or `/var/tmp`), keyed by the preferred
/// path so that two clones do not meet. Tell the user when the answer differs from the question.
pub fn place(preferred: &Path) -> Result<PathBuf> {
    let preferred = std::path::absolute(preferred).map_err(at(preferred))?;
    let account = Account::choose()?;
    if account.must_enter(&preferred).is_ok() {
        return Ok(preferred);
    }
    let name = format!("{:016x}", hash(&preferred));
    let homes = ["/var/lib/esim-admin", "/var/tmp/esim-admin"].map(PathBuf::from);
    let usable = homes.iter().find(|home| {
        fs::create_dir_all(home).is_ok() && account.must_enter(&home.join(&name)).is_ok()
    });
    let home = usable.ok_or_else(|| Error::NotEnterable {
        folder: preferred.clone(),
        account: account.name.clone(),
    })?;
    Ok(home.join(name))
}

/// FNV-1a of a path: short, stable and good enough to tell folders apart.
pub(crate) fn hash(path: &Path) -> u64 {
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
