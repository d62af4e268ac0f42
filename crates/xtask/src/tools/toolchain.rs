//! The compiler for WebAssembly, and the environment its programs run in.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Std, WASM};
use crate::project;
use crate::steps::note;

/// The toolchain of the panel: cargo, Trunk and wasm-bindgen.
#[derive(Debug, Clone)]
pub struct Toolchain {
    std: Std,
    path: OsString,
}

impl Toolchain {
    /// Builds the toolchain: Debian's compiler first, then the tools, then `PATH`.
    pub fn new(std: Std, tools: &Path) -> Self {
        let mut folders = vec![tools.join("cargo/bin")];
        if let Std::Debian(programs) = &std {
            folders.insert(0, programs.clone());
        }
        folders.extend(env::var_os("PATH").iter().flat_map(env::split_paths));
        let path = env::join_paths(folders).unwrap_or_default();
        Self { std, path }
    }

    /// Returns a command of the toolchain, in the workspace root.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.find(program).unwrap_or_else(|| program.into()));
        // Trunk rejects `NO_COLOR=1` as an invalid value of its own flag.
        command
            .env("PATH", &self.path)
            .env_remove("NO_COLOR")
            .current_dir(project::root());
        if let Std::Debian(programs) = &self.std {
            command
                .env("RUSTC", programs.join("rustc"))
                .env("RUSTDOC", programs.join("rustdoc"));
            command.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
            // Clippy replaces `rustc`, and so does not use the sysroot of the wrapper.
            command.env("SYSROOT", programs.parent().unwrap_or(programs));
            // In a shared folder, the two compilers would rebuild each other's output.
            command.env("CARGO_TARGET_DIR", project::target().join("wasm-debian"));
        }
        command
    }

    /// Returns the path of a program in the toolchain.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        env::split_paths(&self.path)
            .map(|folder| folder.join(program))
            .find(|file| file.is_file())
    }

    /// Returns `cargo-clippy` of the same compiler, if available.
    pub fn clippy(&self) -> Option<PathBuf> {
        match &self.std {
            Std::Rustc => self.find("cargo-clippy"),
            Std::Debian(_) => super::debian::clippy(),
        }
    }

    /// Describes the toolchain in one line.
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

/// Returns whether a compiler has the standard library for WebAssembly.
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

/// Adds the target with rustup. Returns false without rustup, or when its server cannot be reached.
pub fn add_with_rustup() -> bool {
    note(&format!("adding {WASM} with rustup"));
    let added = Command::new("rustup")
        .args(["target", "add", WASM])
        .stdin(Stdio::null())
        .output();
    let is_added = added.is_ok_and(|output| output.status.success()) && has_std("rustc");
    if !is_added {
        note("rustup failed: trying Debian's packages");
    }
    is_added
}
