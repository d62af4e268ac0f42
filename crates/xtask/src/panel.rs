//! Builds the panel with Trunk and compresses it, so that the server need not.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process;
use crate::project;
use crate::steps::{Steps, note};
use crate::tools::{self, Toolchain};

/// The source files of the panel.
const INPUTS: [&str; 5] = [
    "frontend",
    "crates/wire",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
];
/// The file extensions that are compressed.
const TEXT: [&str; 7] = ["css", "html", "js", "json", "svg", "txt", "wasm"];

/// `cargo xtask panel`.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(2);
    steps.begin("Tools");
    let toolchain = tools::ready()?;
    steps.done(&toolchain.describe());
    steps.begin("Panel");
    let outcome = build(&toolchain)?;
    steps.done(outcome);
    Ok(())
}

/// Returns the folder of the built panel.
pub fn folder() -> PathBuf {
    project::root().join("dist")
}

/// Builds the panel unless its source files are unchanged.
pub fn build(toolchain: &Toolchain) -> Result<&'static str> {
    let stamp = project::target().join("panel.stamp");
    let inputs = fingerprint()?;
    let known = fs::read_to_string(&stamp).unwrap_or_default();
    if known == inputs && folder().join("index.html").exists() {
        return Ok("unchanged");
    }
    note("building for the browser (first time: up to 11 min on two cores, later 1 to 3)");
    process::run(toolchain.command("trunk").args(["build", "--release"]))?;
    compress(&folder())?;
    fs::create_dir_all(project::target())?;
    fs::write(&stamp, inputs)?;
    Ok("built")
}

/// Returns a hash of names and contents, which a checkout with new modification times does not change.
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

/// Writes a compressed `.br` file beside every text file.
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
    fn compressed_file_decompresses_to_the_original() -> Result<()> {
        let plain = "plan ".repeat(1000);

        let small = brotli(plain.as_bytes())?;
        let mut decompressed = Vec::new();
        brotli::BrotliDecompress(&mut small.as_slice(), &mut decompressed)?;

        assert!(small.len() < 100);
        assert_eq!(decompressed, plain.as_bytes());
        Ok(())
    }
}
