//! Programs built from crates.io.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::{Toolchain, folder};
use crate::process;
use crate::project;
use crate::steps::note;

/// Tools are run, not shipped: built without the link-time optimisation their own profiles ask for.
const QUICK: [&str; 6] = [
    "--config=profile.release.lto=\"off\"",
    "--config=profile.release.codegen-units=16",
    "--config=profile.release.opt-level=1",
    "--config=profile.release.debug=false",
    "--config=profile.release.strip=\"symbols\"",
    "--quiet",
];

/// Installs a program unless the toolchain already has exactly this version of it.
pub fn ensure(package: &str, program: &str, version: &str, toolchain: &Toolchain) -> Result<()> {
    if toolchain
        .find(program)
        .and_then(|found| version_of(Command::new(found)))
        .as_deref()
        == Some(version)
    {
        return Ok(());
    }
    note(&format!("building {package} {version} (once, about 4 min)"));
    if install(package, version, true).is_ok() {
        return Ok(());
    }
    // A registry mirror can lag behind the lock file inside the crate.
    note("trying again without the crate's own lock file");
    install(package, version, false).with_context(|| format!("cannot install {package} {version}"))
}

fn install(package: &str, version: &str, locked: bool) -> Result<()> {
    let mut cargo = project::cargo(["install", package, "--force", "--version"]);
    cargo
        .arg(format!("={version}"))
        .arg("--root")
        .arg(folder()?.join("cargo"))
        .args(QUICK);
    if locked {
        cargo.arg("--locked");
    }
    process::run(&mut cargo)
}

/// `trunk 0.21.14` is version 0.21.14.
fn version_of(mut program: Command) -> Option<String> {
    let output = program
        .arg("--version")
        .env_remove("NO_COLOR")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
