//! axe-core, which checks the accessibility of pages.
//!
//! Its licence, MPL-2.0, requires its terms wherever the file is redistributed, so the project downloads the file for the
//! tests and does not contain a copy.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{fetch, folder};
use crate::process;
use crate::steps::note;

const VERSION: &str = "4.14.1";
/// The checksum of the package on npm.
const SHA256: &str = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745";
/// The path of the script in the package.
const SCRIPT: &str = "package/axe.min.js";

/// Returns the script, which is downloaded on first use.
pub fn ready() -> Result<PathBuf> {
    let home = folder()?.join(format!("axe-core-{VERSION}"));
    let script = home.join(SCRIPT);
    if script.exists() {
        return Ok(script);
    }
    note(&format!("downloading axe-core {VERSION} for the tests"));
    fs::create_dir_all(&home)?;
    let archive = home.join("package.tgz");
    let address = format!("https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz");
    fetch::download_verified(&address, SHA256, &archive)
        .context("the accessibility tests need axe-core")?;
    let mut unpack = Command::new("tar");
    unpack.arg("--extract").arg("--gzip").arg("--file");
    process::quietly(
        unpack
            .arg(&archive)
            .arg("--directory")
            .arg(&home)
            .arg(SCRIPT),
    )?;
    fs::remove_file(&archive)?;
    Ok(script)
}
