//! Builds the WebAssembly standard library without the server of rustup, from the sources of Debian's compiler.
//!
//! The library is built once into a private sysroot, which a `rustc` wrapper uses. So the build of the project needs
//! no unstable flag, and nothing in `/usr` or `~/.rustup` changes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::toolchain::has_std;
use super::{WASM, apt, folder};
use crate::process;
use crate::steps::note;

const RUSTC: &str = "/usr/bin/rustc";
const RUSTLIB: &str = "/usr/lib/rustlib";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];

/// Returns the folder with `rustc`, `cargo` and `rustdoc` that support WebAssembly.
pub fn standard_library() -> Result<PathBuf> {
    packages()?;
    let version = process::capture(Command::new(RUSTC).arg("--version"))?;
    let version = version
        .split(' ')
        .nth(1)
        .context("rustc does not print its version")?;
    let sysroot = folder()?.join(format!("wasm-std-{version}"));
    if !sysroot.join(".done").exists() {
        note(&format!(
            "building the standard library with Debian's rustc {version} (once, up to 5 min on two cores)"
        ));
        build(&sysroot)?;
    }
    let programs = sysroot.join("bin");
    if !has_std(programs.join("rustc")) {
        bail!(
            "the standard library in {} is not usable: remove the folder and try again",
            sysroot.display()
        );
    }
    Ok(programs)
}

/// Returns the clippy of Debian, a separate package that is installed if possible.
pub fn clippy() -> Option<PathBuf> {
    let program = PathBuf::from("/usr/bin/cargo-clippy");
    if !program.exists() && apt::is_root() {
        apt::install(&["rust-web-clippy"]).ok()?;
    }
    program.exists().then_some(program)
}

fn packages() -> Result<()> {
    let present = ["/usr/bin/cargo", RUSTC, "/usr/lib/rustlib/src/rust/library"]
        .iter()
        .all(|path| Path::new(path).exists());
    let linker = Path::new("/usr/bin/rust-lld");
    if !present || fs::symlink_metadata(linker).is_err() {
        apt::install(&PACKAGES)?;
    }
    // The linker is a link into an LLVM package that is only recommended, e.g. lld-22.
    if !linker.exists() {
        let program = fs::read_link(linker).context("rust-web-llvm has no rust-lld")?;
        let package = program
            .file_name()
            .and_then(|name| name.to_str())
            .context("rust-lld is a broken link")?
            .to_owned();
        apt::install(&[&package])?;
    }
    Ok(())
}

fn build(sysroot: &Path) -> Result<()> {
    let work = sysroot.with_extension("build");
    for folder in [&work, &sysroot.to_path_buf()] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    compile(&work)?;
    let libraries = sysroot.join("lib/rustlib").join(WASM).join("lib");
    fs::create_dir_all(&libraries)?;
    collect(
        &work.join("target").join(WASM).join("release/deps"),
        &libraries,
    )?;
    link_host_targets(&sysroot.join("lib/rustlib"))?;
    programs(sysroot)?;
    fs::remove_dir_all(&work)?;
    fs::write(sysroot.join(".done"), "")?;
    Ok(())
}

/// Compiles the standard library by building an empty crate.
///
/// Bitcode enables link-time optimisation of the project; wasm-bindgen-test needs `test`.
fn compile(work: &Path) -> Result<()> {
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("src/lib.rs"), "")?;
    fs::write(
        work.join("Cargo.toml"),
        "[package]\nname = \"stdbuild\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo
        .args([
            "build",
            "--quiet",
            "--release",
            "-Zbuild-std=std,panic_abort,test",
            "--target",
            WASM,
        ])
        .current_dir(work);
    cargo
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env_remove("RUSTUP_TOOLCHAIN");
    process::run(&mut cargo).context("cannot build the standard library")
}

fn collect(from: &Path, to: &Path) -> Result<()> {
    for file in fs::read_dir(from)?.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libstdbuild") {
            fs::copy(file.path(), to.join(name))?;
        }
    }
    Ok(())
}

fn link_host_targets(to: &Path) -> Result<()> {
    for target in fs::read_dir(RUSTLIB)?
        .flatten()
        .filter(|target| target.file_name() != WASM)
    {
        symlink(target.path(), to.join(target.file_name()))?;
    }
    Ok(())
}

fn programs(sysroot: &Path) -> Result<()> {
    let folder = sysroot.join("bin");
    fs::create_dir_all(&folder)?;
    let rustc = folder.join("rustc");
    fs::write(
        &rustc,
        format!(
            "#!/bin/sh\nexec {RUSTC} --sysroot '{}' \"$@\"\n",
            sysroot.display()
        ),
    )?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))?;
    for program in ["cargo", "rustdoc"] {
        symlink(Path::new("/usr/bin").join(program), folder.join(program))?;
    }
    Ok(())
}
