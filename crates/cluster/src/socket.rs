//! The folder of the unix socket.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::account::{Account, hash};
use crate::error::{Error, Result, at};

/// A folder that only the account of the server can enter. Removed when the server has left it empty.
#[derive(Debug)]
pub(crate) struct SocketFolder(PathBuf);

impl SocketFolder {
    /// Opens the folder for the socket of this data.
    ///
    /// The folder is outside the data, because the path of a socket may have 107 bytes at most. The
    /// temporary folder is writable by every user, so another user may have created a folder with this
    /// name; a folder with another owner is refused.
    pub(crate) fn open(data: &Path, account: &Account) -> Result<Self> {
        let path = PathBuf::from(format!("/tmp/.esim-pg-{}-{:016x}", geteuid(), hash(data)));
        if fs::symlink_metadata(&path).is_err() {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(&path)
                .map_err(at(&path))?;
        }
        let meta = fs::symlink_metadata(&path).map_err(at(&path))?;
        let is_ours = meta.uid() == geteuid().as_raw();
        if !meta.is_dir() || !(is_ours || account.owns(meta.uid())) {
            return Err(Error::ForeignSocket(path));
        }
        // Another user cannot replace this folder in a sticky one, so changing its owner is safe.
        if is_ours {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(at(&path))?;
            account.chown(&path)?;
        }
        Ok(Self(path))
    }

    /// Returns the path of the folder.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        // Fails, as intended, when a server still uses the folder.
        drop(fs::remove_dir(&self.0));
    }
}
