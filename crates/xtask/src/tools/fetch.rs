//! Downloads, by a program that is there already.
//!
//! It is needed once, on machines without PostgreSQL. The system's own downloader knows its proxies
//! and certificates, and keeps a TLS stack out of every start of xtask.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::apt;
use crate::process;

/// Saves what is at the address.
pub fn download(address: &str, to: &Path) -> Result<()> {
    if !present("curl") && !present("wget") {
        apt::install(&["curl", "ca-certificates"])?;
    }
    if present("curl") {
        return process::quietly(
            Command::new("curl")
                .args([
                    "--fail",
                    "--location",
                    "--silent",
                    "--show-error",
                    "--retry",
                    "3",
                    "--output",
                ])
                .arg(to)
                .arg(address),
        );
    }
    if present("wget") {
        return process::quietly(
            Command::new("wget")
                .args(["--quiet", "--tries=3", "--output-document"])
                .arg(to)
                .arg(address),
        );
    }
    bail!("cannot download {address}: install curl or wget")
}

fn present(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}
