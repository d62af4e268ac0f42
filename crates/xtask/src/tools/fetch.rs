//! Downloads, by a program that is there already.
//!
//! They are needed once: on machines without PostgreSQL, and for what tests only. The system's own downloader knows its proxies
//! and certificates, and keeps a TLS stack out of every start of xtask.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use super::apt;
use crate::process;

/// Saves what is at the address, unless it is not what was expected.
pub fn download_exactly(address: &str, sha256: &str, to: &Path) -> Result<()> {
    download(address, to)?;
    let found = checksum(to)?;
    if found != sha256 {
        bail!("{address} has checksum {found}, expected {sha256}: not using it");
    }
    Ok(())
}

fn download(address: &str, to: &Path) -> Result<()> {
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

fn checksum(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(file)?, &mut HashWriter(&mut hasher))?;
    Ok(hex(&hasher.finalize()))
}

/// Lower-case hexadecimal.
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
