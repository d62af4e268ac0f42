//! `cargo xtask openapi`: writes or checks the committed OpenAPI description.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::{self, Profile};

/// The options of the task.
#[derive(clap::Args)]
pub struct Options {
    /// Only check whether the committed file is up to date
    #[arg(long)]
    check: bool,
}

/// Writes the file, or fails when it differs from the code.
pub fn run(options: &Options) -> Result<()> {
    let server = project::build_server(Profile::Dev)?;
    let description = process::capture(
        Command::new(server)
            .arg("openapi")
            .current_dir(project::root()),
    )?;
    let file = project::root().join("openapi/openapi.json");
    if options.check {
        let committed = fs::read_to_string(&file).unwrap_or_default();
        if committed.trim() != description {
            bail!(
                "openapi/openapi.json differs from the code: run `cargo xtask openapi` and commit the file"
            );
        }
        println!("openapi/openapi.json is up to date");
        return Ok(());
    }
    fs::write(&file, description + "\n")
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("wrote {}", file.display());
    Ok(())
}
