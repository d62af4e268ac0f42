//! `cargo xtask test`: every check of the project, from nothing.
//!
//! All stages run even when one fails, so that one run shows everything there is to repair.

mod rust;
mod web;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::process;
use crate::steps::{Steps, note};

/// What to check.
#[derive(clap::Args)]
pub struct Options {
    /// Run only tests whose name contains this; alone it implies `--only unit`
    filter: Option<String>,
    /// Run only these stages
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,
}

/// A part that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Formatting
    Fmt,
    /// Lints of the server's side
    Clippy,
    /// Unit, API and contract tests, each with a database of its own
    Unit,
    /// Lints of the panel
    ClippyWasm,
    /// Component tests in a headless browser
    Wasm,
    /// End-to-end tests: the built panel, the server and a browser
    Browser,
}

impl Stage {
    fn title(self) -> &'static str {
        match self {
            Self::Fmt => "Formatting",
            Self::Clippy => "Lints: server",
            Self::Unit => "Tests: units, API, contract",
            Self::ClippyWasm => "Lints: panel",
            Self::Wasm => "Tests: components in the browser",
            Self::Browser => "Tests: end to end in the browser",
        }
    }

    fn run(self, filter: Option<&str>) -> Result<()> {
        match self {
            Self::Fmt => rust::format(),
            Self::Clippy => rust::lint(),
            Self::Unit => rust::test(filter),
            Self::ClippyWasm => web::lint(),
            Self::Wasm => web::components(filter),
            Self::Browser => web::end_to_end(filter),
        }
    }
}

/// Runs the stages and sums up.
pub fn run(options: &Options) -> Result<()> {
    let stages = stages(options);
    let mut steps = Steps::of(stages.len());
    let mut failed = Vec::new();
    for stage in &stages {
        steps.begin(stage.title());
        match stage.run(options.filter.as_deref()) {
            Ok(()) => steps.done("passed"),
            Err(error) if process::interrupted() => return Err(error),
            Err(error) => {
                note(&format!("{error:#}"));
                steps.done("FAILED");
                failed.push(stage.title());
            }
        }
    }
    if !failed.is_empty() {
        bail!(
            "{} of {} stages failed after {}: {}",
            failed.len(),
            stages.len(),
            steps.elapsed(),
            failed.join("; ")
        );
    }
    println!(
        "\nAll {} stages passed in {}.",
        stages.len(),
        steps.elapsed()
    );
    Ok(())
}

fn stages(options: &Options) -> Vec<Stage> {
    match (options.only.as_slice(), &options.filter) {
        ([], None) => Stage::value_variants().to_vec(),
        ([], Some(_)) => vec![Stage::Unit],
        (chosen, _) => chosen.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_alone_means_the_quick_tests() {
        let named = |only: &[Stage], filter: Option<&str>| {
            stages(&Options {
                only: only.to_vec(),
                filter: filter.map(str::to_owned),
            })
        };

        assert_eq!(named(&[], None).len(), 6);
        assert_eq!(named(&[], Some("refund")), [Stage::Unit]);
        assert_eq!(named(&[Stage::Browser], Some("refund")), [Stage::Browser]);
    }
}
