//! Finds the programs of PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::Account;
use crate::error::{Error, Result};

/// Returns the folder of `postgres` and `initdb`: the requested one, else `PGEMBED_BIN`, else the newest
/// Debian package, else that of `pg_config`, else `PATH`.
///
/// Folders that the account of the server cannot enter are skipped.
pub fn find(requested: Option<&Path>) -> Result<PathBuf> {
    let account = Account::choose()?;
    let candidates = requested.map_or_else(candidates, |folder| vec![folder.to_path_buf()]);
    let usable = candidates.iter().find(|folder| {
        let programs = ["postgres", "initdb"].map(|program| folder.join(program));
        programs
            .iter()
            .all(|program| program.is_file() && account.check_reachable(program).is_ok())
    });
    usable
        .cloned()
        .ok_or_else(|| Error::NoBinaries(list(&candidates)))
}

fn candidates() -> Vec<PathBuf> {
    if let Some(folder) = std::env::var_os("PGEMBED_BIN") {
        return vec![folder.into()];
    }
    let mut folders = debian();
    folders.extend(pg_config());
    folders.extend(
        std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths),
    );
    folders
}

/// Returns the folders `/usr/lib/postgresql/N/bin`, the highest N first.
fn debian() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    versions.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().into())
}

fn list(folders: &[PathBuf]) -> String {
    let names: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    names.join(", ")
}
