//! What building the panel needs beyond Rust: the WebAssembly standard library, Trunk and wasm-bindgen.

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

/// The one target of the panel.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The last Trunk that builds with both the pinned Rust and Debian's.
const TRUNK: &str = "0.21.14";

/// `cargo xtask tools`.
pub fn run() -> Result<()> {
    let mut steps = Steps::of(1);
    steps.begin(
        "Tools: WebAssembly standard library, Trunk, wasm-bindgen (first time: up to 17 min on two cores)",
    );
    let tools = ready()?;
    steps.done(&format!("in {}", folder()?.display()));
    note(&tools.describe());
    Ok(())
}

/// Gets what is missing and says how to build for WebAssembly.
pub fn ready() -> Result<Toolchain> {
    let _one_at_a_time = lock()?;
    let std = standard_library()?;
    let toolchain = Toolchain::new(std, &folder()?);
    Tool::trunk(TRUNK).ensure(&toolchain)?;
    Tool::wasm_bindgen(crate::project::locked_version("wasm-bindgen")?).ensure(&toolchain)?;
    Ok(toolchain)
}

/// Where tools are kept: `ESIM_ADMIN_TOOLS`, else the user's cache.
///
/// Not in the project: building them takes minutes, and with one place per user a second
/// clone, or a `git clean`, does not pay for it again. Every tool carries its version, so clones
/// that need different ones do not disturb each other for longer than a rebuild.
pub fn folder() -> Result<PathBuf> {
    let named = env::var_os("ESIM_ADMIN_TOOLS").map(PathBuf::from);
    let cache =
        env::var_os("XDG_CACHE_HOME").map(|cache| PathBuf::from(cache).join("esim-admin/tools"));
    let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/esim-admin/tools"));
    let folder = named
        .or(cache)
        .or(home)
        .context("set ESIM_ADMIN_TOOLS to a folder for build tools: there is no HOME")?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// Where the standard library for WebAssembly comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Std {
    /// The usual compiler has it.
    Rustc,
    /// Built from Debian's sources, with the programs in this folder.
    Debian(PathBuf),
}

/// What rustc has, else rustup, else Debian's packages; `WASM_STD=rustup|debian` forces one.
fn standard_library() -> Result<Std> {
    let wish = env::var("WASM_STD").unwrap_or_else(|_| "auto".to_owned());
    if !["auto", "rustup", "debian"].contains(&wish.as_str()) {
        bail!("WASM_STD is `{wish}`: it can be auto, rustup or debian");
    }
    if wish != "debian" && (toolchain::has_std("rustc") || toolchain::add_with_rustup()) {
        return Ok(Std::Rustc);
    }
    if wish == "rustup" {
        bail!(
            "rustup could not add {WASM}: check the network, or leave WASM_STD unset to try Debian's packages"
        );
    }
    debian::standard_library().map(Std::Debian)
}

/// Two clones share the folder; the second waits until the first has installed.
fn lock() -> Result<File> {
    let path = folder()?.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        note("another xtask is installing tools: waiting for it");
        file.lock().context("cannot lock the tools folder")?;
    }
    Ok(file)
}
