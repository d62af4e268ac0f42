//! Downloads files with curl or wget.
//!
//! Downloads are rare: PostgreSQL on machines without it, and files for tests. The downloader of the system is configured for
//! its proxies and certificates, and xtask needs no TLS library.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use super::apt;
use crate::process;

/// Downloads a file and verifies its checksum.
pub fn download_verified(address: &str, sha256: &str, to: &Path) -> Result<()> {
    download(address, to)?;
    let found = checksum(to)?;
    if found != sha256 {
        bail!("{address} has checksum {found}, expected {sha256}");
    }
    Ok(())
}

fn download(address: &str, to: &Path) -> Result<()> {
    if !is_installed("curl") && !is_installed("wget") {
        apt::install(&["curl", "ca-certificates"])?;
    }
    if is_installed("curl") {
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
    if is_installed("wget") {
        return process::quietly(
            Command::new("wget")
                .args(["--quiet", "--tries=3", "--output-document"])
                .arg(to)
                .arg(address),
        );
    }
    bail!("cannot download {address}: install curl or wget")
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

fn checksum(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(file)?, &mut HashWriter(&mut hasher))?;
    Ok(hex(&hasher.finalize()))
}

/// Returns bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
