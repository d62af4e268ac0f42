//! The secrets of a development start: made once, kept beside its data, never committed.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Names and values to give to the server. What the environment already sets stays as it is.
pub fn development(file: &Path) -> Result<Vec<(String, String)>> {
    if !file.exists() {
        make(file).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let unset = pairs.filter(|(name, _)| env::var_os(name).is_none());
    Ok(unset
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

fn make(file: &Path) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut out = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(file)?;
    writeln!(out, "SEALING_KEYS=1:{}", random_key()?)?;
    writeln!(out, "SEALING_KEY_CURRENT=1")?;
    writeln!(out, "BLIND_INDEX_KEY={}", random_key()?)?;
    writeln!(out, "JWT_SECRET={}", random_key()?)?;
    Ok(())
}

/// 32 bytes in base64.
fn random_key() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_closed_to_others() -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let folder = env::temp_dir().join(format!("esim-admin-secrets-{}", std::process::id()));
        let file = folder.join("secrets.env");

        let first = development(&file)?;
        let again = development(&file)?;

        assert_eq!(first, again);
        assert_eq!(first.len(), 4);
        assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(folder)?;
        Ok(())
    }
}
