//! `cargo xtask openapi`: the committed description of the API.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::{self, Profile};

/// Write or compare.
#[derive(clap::Args)]
pub struct Options {
    /// Only say whether the committed file is up to date
    #[arg(long)]
    check: bool,
}

/// Writes the file, or fails when it differs from the code.
pub fn run(options: &Options) -> Result<()> {
    let server = project::build_server(Profile::Dev)?;
    let described = process::capture(
        Command::new(server)
            .arg("openapi")
            .current_dir(project::root()),
    )?;
    let file = project::root().join("openapi/openapi.json");
    if options.check {
        let committed = fs::read_to_string(&file).unwrap_or_default();
        if committed.trim() != described {
            bail!(
                "openapi/openapi.json is not what the code says: run `cargo xtask openapi` and commit it"
            );
        }
        println!("openapi/openapi.json is up to date");
        return Ok(());
    }
    fs::write(&file, described + "\n")
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("wrote {}", file.display());
    Ok(())
}
