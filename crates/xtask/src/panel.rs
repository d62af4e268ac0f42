//! The panel: built by Trunk, then compressed once so that the server does not have to.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process;
use crate::project;
use crate::steps::{Steps, note};
use crate::tools::{self, Toolchain};

/// What the panel is made from.
const INPUTS: [&str; 5] = [
    "frontend",
    "crates/wire",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
];
/// What is worth compressing.
const TEXT: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// `cargo xtask panel`.
pub fn run() -> Result<()> {
    let mut steps = Steps::of(2);
    steps.begin("Tools");
    let toolchain = tools::ready()?;
    steps.done(&toolchain.describe());
    steps.begin("Panel");
    let outcome = build(&toolchain)?;
    steps.done(outcome);
    Ok(())
}

/// Where the built panel is.
pub fn folder() -> PathBuf {
    project::root().join("dist")
}

/// Builds the panel unless what it is made from is unchanged.
pub fn build(toolchain: &Toolchain) -> Result<&'static str> {
    let stamp = project::target().join("panel.stamp");
    let inputs = fingerprint()?;
    let kept = fs::read_to_string(&stamp).unwrap_or_default();
    if kept == inputs && folder().join("index.html").exists() {
        return Ok("unchanged");
    }
    note("building for the browser (first time: up to 11 min on two cores, later 1 to 3)");
    process::run(toolchain.command("trunk").args(["build", "--release"]))?;
    compress(&folder())?;
    fs::create_dir_all(project::target())?;
    fs::write(&stamp, inputs)?;
    Ok("built")
}

/// A hash over names and contents: it does not mind a checkout that touches every file.
fn fingerprint() -> Result<String> {
    let root = project::root();
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(tools::fetch::hex(&hasher.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in fs::read_dir(path)?.flatten() {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

/// Writes a `.br` beside every file worth it.
fn compress(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let text = |file: &PathBuf| {
        file.extension()
            .is_some_and(|end| TEXT.iter().any(|known| end == *known))
    };
    for file in files.into_iter().filter(text) {
        let plain = fs::read(&file)?;
        let small = brotli(&plain)?;
        if file.extension().is_some_and(|end| end == "wasm") {
            note(&format!(
                "{} kB of WebAssembly, {} kB compressed",
                plain.len() / 1000,
                small.len() / 1000
            ));
        }
        let mut name = file.into_os_string();
        name.push(".br");
        fs::write(name, small)?;
    }
    Ok(())
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
    writer.write_all(plain)?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_files_unpack_to_what_they_were() -> Result<()> {
        let plain = "plan ".repeat(1000);

        let small = brotli(plain.as_bytes())?;
        let mut again = Vec::new();
        brotli::BrotliDecompress(&mut small.as_slice(), &mut again)?;

        assert!(small.len() < 100);
        assert_eq!(again, plain.as_bytes());
        Ok(())
    }
}
