//! The tools that build the panel: the WebAssembly standard library, Trunk and wasm-bindgen.

mod apt;
pub mod axe;
pub mod browser;
mod crates;
mod debian;
pub mod fetch;
pub mod postgres;
mod toolchain;

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use crates::Tool;
pub use toolchain::Toolchain;

use crate::steps::{Steps, note};

/// The target of the panel.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The last version of Trunk that builds with the pinned Rust and with Debian's Rust.
const TRUNK: &str = "0.21.14";

/// Runs `cargo xtask tools`.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(1);
    steps.begin(
        "Tools: WebAssembly standard library, Trunk, wasm-bindgen (first time: up to 17 min on two cores)",
    );
    let tools = ready()?;
    steps.done(&format!("in {}", folder()?.display()));
    note(&tools.describe());
    Ok(())
}

/// Installs missing tools and returns the toolchain for WebAssembly.
pub fn ready() -> Result<Toolchain> {
    let _one_at_a_time = lock()?;
    let std = standard_library()?;
    let toolchain = Toolchain::new(std, &folder()?);
    Tool::trunk(TRUNK).ensure(&toolchain)?;
    Tool::wasm_bindgen(crate::project::locked_version("wasm-bindgen")?).ensure(&toolchain)?;
    Ok(toolchain)
}

/// Returns the folder of the tools: `ESIM_ADMIN_TOOLS`, else the cache of the user.
///
/// The folder is outside the project: building the tools takes minutes, and a second clone, or a `git clean`,
/// reuses them. The version of every tool is checked, so clones that need different versions only cost each other
/// a rebuild.
pub fn folder() -> Result<PathBuf> {
    let configured = env::var_os("ESIM_ADMIN_TOOLS").map(PathBuf::from);
    let cache =
        env::var_os("XDG_CACHE_HOME").map(|cache| PathBuf::from(cache).join("esim-admin/tools"));
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/esim-admin/tools"));
    let folder = configured
        .or(cache)
        .or(home)
        .context("set ESIM_ADMIN_TOOLS to a folder for build tools: there is no HOME")?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// The source of the standard library for WebAssembly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Std {
    /// Part of the installed compiler.
    Rustc,
    /// Built from Debian's sources, with the programs in this folder.
    Debian(PathBuf),
}

/// Returns the standard library of rustc, else of rustup, else of Debian's packages; `WASM_STD=rustup|debian` forces one.
fn standard_library() -> Result<Std> {
    let choice = env::var("WASM_STD").unwrap_or_else(|_| "auto".to_owned());
    if !["auto", "rustup", "debian"].contains(&choice.as_str()) {
        bail!("WASM_STD is `{choice}`: it must be auto, rustup or debian");
    }
    if choice != "debian" && (toolchain::has_std("rustc") || toolchain::add_with_rustup()) {
        return Ok(Std::Rustc);
    }
    if choice == "rustup" {
        bail!(
            "rustup could not add {WASM}: check the network, or leave WASM_STD unset to try Debian's packages"
        );
    }
    debian::standard_library().map(Std::Debian)
}

/// Locks the folder: when two clones install tools, the second waits for the first.
fn lock() -> Result<File> {
    let path = folder()?.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        note("another xtask is installing tools: waiting for it");
        file.lock().context("cannot lock the tools folder")?;
    }
    Ok(file)
}
