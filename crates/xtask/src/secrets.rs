//! The secrets of a development server: generated once, stored beside its data, never committed.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Returns the names and values for the server, without variables that the environment already sets.
pub fn development(file: &Path) -> Result<Vec<(String, String)>> {
    if !file.exists() {
        generate(file).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let unset = pairs.filter(|(name, _)| env::var_os(name).is_none());
    Ok(unset
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

fn generate(file: &Path) -> Result<()> {
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

/// Returns 32 random bytes in base64.
fn random_key() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_generated_once_and_private() -> Result<()> {
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
