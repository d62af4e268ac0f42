//! `cargo xtask schema`: generates the tables of Diesel from a migrated database.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::database::TemporaryCluster;
use crate::process;
use crate::project::{self, Profile};

/// Migrates an empty database and prints its tables into `crates/schema`.
pub fn run() -> Result<()> {
    if Command::new("diesel").arg("--version").output().is_err() {
        bail!(
            "diesel is missing: cargo install diesel_cli --no-default-features --features postgres"
        );
    }
    let server = project::build_server(Profile::Dev)?;
    let temporary = TemporaryCluster::fast("schema")?;
    let url = temporary.url("postgres");
    process::run(
        Command::new(server)
            .arg("migrate")
            .env("DATABASE_URL", &url)
            .current_dir(project::root()),
    )?;
    let tables = process::capture(
        Command::new("diesel")
            .args(["print-schema", "--database-url", &uri(&url)])
            .current_dir(project::root()),
    )?;
    let file = project::root().join("crates/schema/src/tables.rs");
    fs::write(&file, tables + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    println!("wrote {}", file.display());
    Ok(())
}

/// Converts an address of the form `host=… user=…` to a URI, the only form that the Diesel CLI accepts.
fn uri(address: &str) -> String {
    format!("postgres:///?{}", address.replace(' ', "&"))
}
