//! Installs Debian packages.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::steps::note;

/// Returns whether xtask runs as root: it can then install packages, and PostgreSQL must run as another account.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Installs packages; without root, fails with the command to run.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !is_root() {
        bail!("packages are missing, and installing needs root: sudo apt-get install {names}");
    }
    note(&format!("installing {names} with apt"));
    let fetched = process::quietly(Command::new("apt-get").args(["update", "-q"]));
    fetched.context("cannot read the package lists: this needs Debian's apt and its mirrors")?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages);
    process::quietly(&mut install).with_context(|| format!("cannot install {names}"))
}
