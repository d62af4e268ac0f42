//! The compiler for WebAssembly, and the environment its programs run in.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Std, WASM};
use crate::project;
use crate::steps::note;

/// How to run cargo, Trunk and wasm-bindgen for the panel.
#[derive(Debug, Clone)]
pub struct Toolchain {
    std: Std,
    path: OsString,
}

impl Toolchain {
    /// Puts the tools before what is on `PATH`, and Debian's compiler before those.
    pub fn new(std: Std, tools: &Path) -> Self {
        let mut folders = vec![tools.join("cargo/bin")];
        if let Std::Debian(programs) = &std {
            folders.insert(0, programs.clone());
        }
        folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
        let path = env::join_paths(folders).unwrap_or_default();
        Self { std, path }
    }

    /// A program of the toolchain, in the workspace root.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.find(program).unwrap_or_else(|| program.into()));
        // Trunk takes `NO_COLOR=1` for a wrong value of its own flag.
        command
            .env("PATH", &self.path)
            .env_remove("NO_COLOR")
            .current_dir(project::root());
        if let Std::Debian(programs) = &self.std {
            command
                .env("RUSTC", programs.join("rustc"))
                .env("RUSTDOC", programs.join("rustdoc"));
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
            // Clippy replaces `rustc`, and so misses the sysroot that our `rustc` names.
            command.env("SYSROOT", programs.parent().unwrap_or(programs));
            // Two compilers would rebuild each other's work in one folder.
            command.env("CARGO_TARGET_DIR", project::target().join("wasm-debian"));
        }
        command
    }

    /// Where a program is, seen from the toolchain.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        env::split_paths(&self.path)
            .map(|folder| folder.join(program))
            .find(|file| file.is_file())
    }

    /// `cargo-clippy` of the same compiler, if it can be had.
    pub fn clippy(&self) -> Option<PathBuf> {
        match &self.std {
            Std::Rustc => self.find("cargo-clippy"),
            Std::Debian(_) => super::debian::clippy(),
        }
    }

    /// One line for people.
    pub fn describe(&self) -> String {
        match &self.std {
            Std::Rustc => format!("{WASM}: from the installed Rust toolchain"),
            Std::Debian(programs) => format!(
                "{WASM}: built from Debian's sources, compiler {}",
                programs.join("rustc").display()
            ),
        }
    }
}

/// Whether a compiler has the standard library for WebAssembly.
pub fn has_std(rustc: impl AsRef<Path>) -> bool {
    let output = Command::new(rustc.as_ref())
        .args(["--print", "target-libdir", "--target", WASM])
        .stderr(Stdio::null())
        .output();
    let Ok(output) = output else { return false };
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Asks rustup for it. False when there is no rustup, or its server cannot be reached.
pub fn add_with_rustup() -> bool {
    note(&format!("adding {WASM} with rustup"));
    let added = Command::new("rustup")
        .args(["target", "add", WASM])
        .stdin(Stdio::null())
        .output();
    let worked = added.is_ok_and(|output| output.status.success()) && has_std("rustc");
    if !worked {
        note("rustup could not: trying Debian's packages");
    }
    worked
}
