//! `cargo xtask test`: all checks of the project, on a fresh clone.
//!
//! All stages run even when one fails, so that one run shows every error.

mod rust;
mod web;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::process;
use crate::steps::{Steps, note};

/// The options of the task.
#[derive(clap::Args)]
pub struct Options {
    /// Run only tests whose name contains this; alone it implies `--only unit`
    filter: Option<String>,
    /// Run only these stages
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Stage>,
}

/// A stage that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Formatting
    Fmt,
    /// Lints of the server
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

/// Runs the stages and prints a summary.
pub fn run(options: &Options) -> Result<()> {
    let stages = stages(options);
    let mut steps = Steps::new(stages.len());
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
    fn filter_without_stage_runs_unit_tests() {
        let selected = |only: &[Stage], filter: Option<&str>| {
            stages(&Options {
                only: only.to_vec(),
                filter: filter.map(str::to_owned),
            })
        };

        assert_eq!(selected(&[], None).len(), 6);
        assert_eq!(selected(&[], Some("refund")), [Stage::Unit]);
        assert_eq!(
            selected(&[Stage::Browser], Some("refund")),
            [Stage::Browser]
        );
    }
}
