//! What the size of the panel consists of: its files, and its code by crate and module.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::assets::{brotli, collect};
use crate::process;
use crate::project;
use crate::steps::note;
use crate::tools::{Toolchain, WASM};

/// The crates of this project, whose modules are listed one by one.
const OURS: [&str; 3] = ["admin", "kit", "wire"];
/// The profile of the small panel.
const PROFILE: &str = "wasm-release";
/// Groups smaller than this, in bytes, are summed up.
const SMALL: usize = 4000;

/// Prints the sizes of the files in a folder, then those of the code. The code is compiled again, with names.
pub fn print(toolchain: &Toolchain, folder: &Path) -> Result<()> {
    files(folder)?;
    code(&fs::read(with_names(toolchain)?)?)
}

/// Prints the size of every file as the browser downloads it.
fn files(folder: &Path) -> Result<()> {
    let mut all = Vec::new();
    collect(folder, &mut all)?;
    let mut sizes = Vec::new();
    for file in &all {
        let compressed = PathBuf::from(format!("{}.br", file.display()));
        let is_loaded = !file
            .extension()
            .is_some_and(|end| ["br", "LICENSE"].iter().any(|known| end == *known));
        if is_loaded {
            let sent = if compressed.exists() {
                &compressed
            } else {
                file
            };
            let name = file.strip_prefix(folder).unwrap_or(file).display();
            sizes.push((length(sent)?, length(file)?, name.to_string()));
        }
    }
    let total = sizes.iter().map(|(sent, ..)| sent).sum();
    sizes.push((
        total,
        sizes.iter().map(|(_, plain, _)| plain).sum(),
        "total".to_owned(),
    ));
    table("file", &mut sizes);
    Ok(())
}

fn length(file: &Path) -> Result<usize> {
    Ok(usize::try_from(fs::metadata(file)?.len())?)
}

/// Compiles the panel with the profile of the small panel, but with names.
fn with_names(toolchain: &Toolchain) -> Result<PathBuf> {
    let target = project::target().join("panel-names");
    let mut cargo = toolchain.command("cargo");
    cargo
        .args([
            "build",
            "--package",
            "admin",
            "--target",
            WASM,
            "--profile",
            PROFILE,
        ])
        .env("CARGO_PROFILE_WASM_RELEASE_STRIP", "none")
        .env("CARGO_TARGET_DIR", &target);
    process::run(&mut cargo)?;
    Ok(target.join(WASM).join(PROFILE).join("admin.wasm"))
}

/// Prints the size of the code by crate and module, and of the data. A group is compressed on its own, so that the sum
/// is larger than the file.
fn code(program: &[u8]) -> Result<()> {
    let mut groups: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, body) in functions(program)? {
        groups.entry(group(&name)).or_default().extend(body);
    }
    for payload in Parser::new(0).parse_all(program) {
        if let Payload::DataSection(section) = payload? {
            let data = groups.entry("(data)".to_owned()).or_default();
            data.extend(slice(program, &section.range())?);
        }
    }
    let others: Vec<String> = groups
        .iter()
        .filter(|(_, bytes)| bytes.len() < SMALL)
        .map(|(name, _)| name.clone())
        .collect();
    for name in others {
        let bytes = groups.remove(&name).unwrap_or_default();
        groups
            .entry("(others)".to_owned())
            .or_default()
            .extend(bytes);
    }
    let mut sizes = Vec::new();
    for (name, bytes) in groups {
        sizes.push((brotli(&bytes)?.len(), bytes.len(), name));
    }
    table("crate or module, compressed on its own", &mut sizes);
    Ok(())
}

/// Returns the functions of the program with their names.
fn functions(program: &[u8]) -> Result<Vec<(String, &[u8])>> {
    let (mut imported, mut bodies, mut names) = (0_u32, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(program) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(import?.ty, wasmparser::TypeRef::Func(_)) {
                        imported += 1;
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                bodies.push(slice(program, &body.range())?);
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(all) = section.as_known() {
                    for part in all {
                        if let Name::Function(map) = part? {
                            for naming in map {
                                let naming = naming?;
                                names.insert(naming.index, naming.name);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let named = bodies.into_iter().zip(imported..).map(|(body, index)| {
        let name = names.get(&index).copied().unwrap_or_default();
        (format!("{:#}", rustc_demangle::demangle(name)), body)
    });
    let named: Vec<_> = named.collect();
    named.first().context("the program contains no functions")?;
    Ok(named)
}

fn slice<'a>(program: &'a [u8], range: &Range<u64>) -> Result<&'a [u8]> {
    let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
    program.get(range).context("the program is cut off")
}

/// Returns the group of a function: the module for the crates of this project, else the crate.
fn group(name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = name.find(is_word).unwrap_or(name.len());
    let path = name.get(start..).unwrap_or_default();
    let path = ["dyn ", "mut ", "const "]
        .iter()
        .fold(path, |path, word| path.strip_prefix(word).unwrap_or(path));
    let mut parts = path.split("::").map(|part| {
        let end = part.find(|c| !is_word(c)).unwrap_or(part.len());
        part.get(..end).unwrap_or_default()
    });
    match (parts.next(), parts.next()) {
        (Some(krate), Some(module)) if OURS.contains(&krate) && !module.is_empty() => {
            format!("{krate}::{module}")
        }
        (Some(krate), Some(_)) if !krate.is_empty() => krate.to_owned(),
        _ => "(no name)".to_owned(),
    }
}

/// Prints rows of compressed size, plain size and name, the largest first.
fn table(what: &str, rows: &mut Vec<(usize, usize, String)>) {
    rows.sort_by(|one, other| other.cmp(one));
    note(&format!("{:>9} {:>9}  {what}", "brotli", "plain"));
    for (compressed, plain, name) in rows {
        note(&format!("{compressed:>9} {plain:>9}  {name}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_grouped_by_crate_and_ours_by_module() {
        for (name, expected) in [
            ("admin::billing::orders::list::screen", "admin::billing"),
            (
                "<wire::orders::Order as serde::Serialize>::serialize",
                "wire::orders",
            ),
            (
                "<&mut serde_json::de::Deserializer<R> as serde::Deserializer>::deserialize_seq",
                "serde_json",
            ),
            ("core::ptr::drop_in_place<kit::page::Action>", "core"),
            ("main", "(no name)"),
        ] {
            assert_eq!(group(name), expected, "{name}");
        }
    }

    #[test]
    fn functions_of_a_program_have_their_names() -> Result<()> {
        // (module (import "m" "f" (func)) (func $a::b) with a name section for both)
        let program = [
            0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00,
            0x00, // the magic number and the version
            0x01, 0x04, 0x01, 0x60, 0x00, 0x00, // one type
            0x02, 0x07, 0x01, 0x01, 0x6d, 0x01, 0x66, 0x00, 0x00, // one import
            0x03, 0x02, 0x01, 0x00, // one function
            0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b, // its body
            0x00, 0x10, 0x04, b'n', b'a', b'm', b'e', // the names
            0x01, 0x09, 0x02, 0x00, 0x01, b'f', 0x01, 0x03, b'a', b':', b'b',
        ];

        let all = functions(&program)?;

        assert_eq!(all, [("a:b".to_owned(), [0x00, 0x0b].as_slice())]);
        Ok(())
    }
}
