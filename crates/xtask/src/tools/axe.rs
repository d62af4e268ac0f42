//! axe-core, which checks a page for what keeps people from using it.
//!
//! Its licence, MPL-2.0, asks for terms of its own wherever the file is passed on, so that the project fetches it
//! for its tests and does not keep a copy.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::{fetch, folder};
use crate::process;
use crate::steps::note;

const VERSION: &str = "4.14.1";
/// Of the package as npm publishes it.
const SHA256: &str = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745";
/// The script inside the package.
const INSIDE: &str = "package/axe.min.js";

/// The script, fetched when it is needed for the first time.
pub fn ready() -> Result<PathBuf> {
    let home = folder()?.join(format!("axe-core-{VERSION}"));
    let script = home.join(INSIDE);
    if script.exists() {
        return Ok(script);
    }
    note(&format!("fetching axe-core {VERSION} for the tests"));
    fs::create_dir_all(&home)?;
    let archive = home.join("package.tgz");
    let address = format!("https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz");
    fetch::download_exactly(&address, SHA256, &archive)
        .context("the tests of accessibility need axe-core")?;
    let mut unpack = Command::new("tar");
    unpack.arg("--extract").arg("--gzip").arg("--file");
    process::quietly(
        unpack
            .arg(&archive)
            .arg("--directory")
            .arg(&home)
            .arg(INSIDE),
    )?;
    fs::remove_file(&archive)?;
    Ok(script)
}
