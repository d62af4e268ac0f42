//! The folder of the unix socket.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::account::{Account, hash};
use crate::error::{Error, Result, at};

/// A folder entered by the server's account only. Removed when the server has left it empty.
#[derive(Debug)]
pub(crate) struct SocketFolder(PathBuf);

impl SocketFolder {
    /// The folder for the socket of this data.
    ///
    /// It is not inside the data: a socket's path may have 107 bytes, and projects lie deep. The
    /// common folder for temporary files is open to everyone, so another user may have made the
    /// name first; then the owner is wrong and we refuse.
    pub(crate) fn open(data: &Path, account: &Account) -> Result<Self> {
        let path = PathBuf::from(format!("/tmp/.esim-pg-{}-{:016x}", geteuid(), hash(data)));
        if fs::symlink_metadata(&path).is_err() {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(&path)
                .map_err(at(&path))?;
        }
        let meta = fs::symlink_metadata(&path).map_err(at(&path))?;
        let made_by_us = meta.uid() == geteuid().as_raw();
        if !meta.is_dir() || !(made_by_us || account.owns(meta.uid())) {
            return Err(Error::ForeignSocket(path));
        }
        // A folder we own in a sticky one cannot be swapped, so giving it away here is safe.
        if made_by_us {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(at(&path))?;
            account.give(&path)?;
        }
        Ok(Self(path))
    }

    /// Where the socket is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SocketFolder {
    fn drop(&mut self) {
        // Fails when a server still uses it, which is right.
        drop(fs::remove_dir(&self.0));
    }
}
