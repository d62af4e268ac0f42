//! Builds programs from crates.io.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::{Toolchain, folder};
use crate::process;
use crate::project;
use crate::steps::note;

/// Options for a fast build: tools are not shipped, so size and speed matter less.
const FAST_BUILD: [&str; 5] = [
    "--config=profile.release.lto=\"off\"",
    "--config=profile.release.codegen-units=16",
    "--config=profile.release.debug=false",
    "--config=profile.release.strip=\"symbols\"",
    "--quiet",
];

/// A program and its build options.
pub struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    options: &'static [&'static str],
}

impl Tool {
    /// Returns Trunk. It mostly starts other programs, so it is built without optimisation; it runs offline, so without TLS.
    pub fn trunk(version: &str) -> Self {
        let options = &[
            "--no-default-features",
            "--config=profile.release.opt-level=0",
        ];
        Self {
            package: "trunk",
            program: "trunk",
            version: version.to_owned(),
            options,
        }
    }

    /// Returns wasm-bindgen. It reads the whole panel in every build, so it is built with some optimisation.
    pub fn wasm_bindgen(version: String) -> Self {
        let options = &["--config=profile.release.opt-level=1"];
        Self {
            package: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version,
            options,
        }
    }

    /// Installs the program unless the toolchain already has exactly this version.
    pub fn ensure(&self, toolchain: &Toolchain) -> Result<()> {
        let found = toolchain
            .find(self.program)
            .map(Command::new)
            .and_then(version_of);
        if found.as_ref() == Some(&self.version) {
            return Ok(());
        }
        let name = format!("{} {}", self.package, self.version);
        note(&format!("building {name} (once, up to 6 min on two cores)"));
        if self.install(&["--locked"]).is_ok() {
            return Ok(());
        }
        // A registry mirror can lag behind the lock file inside the crate.
        note("retrying without the lock file of the crate");
        self.install(&[])
            .with_context(|| format!("cannot install {name}"))
    }

    fn install(&self, extra: &[&str]) -> Result<()> {
        let mut cargo = project::cargo(["install", self.package, "--force", "--version"]);
        cargo
            .arg(format!("={}", self.version))
            .arg("--root")
            .arg(folder()?.join("cargo"));
        process::run(cargo.args(FAST_BUILD).args(self.options).args(extra))
    }
}

/// Returns the version that a program prints: `trunk 0.21.14` is 0.21.14.
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
