//! `cargo xtask bench`: measures the release build on this machine with a durable PostgreSQL.

use anyhow::Result;

use crate::database::TemporaryCluster;
use crate::panel::{self, Build};
use crate::process;
use crate::project::{self, Profile};
use crate::steps::Steps;
use crate::tools;

/// The options of the benchmark.
#[derive(clap::Args)]
pub struct Options {
    /// Size of the database: S (20,000 payments), or L (two million; takes 20 GB and half an hour)
    #[arg(long, default_value = "S", value_parser = ["S", "L"])]
    scale: String,
    /// Run only workloads whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Number of rounds; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds per round
    #[arg(long, default_value_t = 3)]
    seconds: u32,
}

/// Builds, starts a cluster with fsync on, and runs the benchmark of `testkit`.
pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new(4);
    steps.begin("Panel");
    let outcome = panel::build(&tools::ready()?, Build::Small)?;
    steps.done(outcome);

    steps.begin("Server: building the release");
    let server = project::build_server(Profile::Release)?;
    steps.done("built");

    steps.begin("PostgreSQL, durable");
    let database = TemporaryCluster::durable()?;
    steps.done("running");

    steps.begin("Measuring");
    let mut bench = project::cargo([
        "run",
        "--release",
        "--package",
        "testkit",
        "--bin",
        "bench",
        "--",
    ]);
    bench.args(["--scale", &options.scale]);
    bench.args(["--rounds", &options.rounds.to_string()]);
    bench.args(["--seconds", &options.seconds.to_string()]);
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    bench
        .env("BENCH_DATABASE", database.url(""))
        .env("PGBENCH", database.programs().join("pgbench"));
    bench
        .env("ESIM_ADMIN_BIN", server)
        .env("PANEL_DIR", Build::Small.folder());
    process::run(&mut bench)?;
    steps.done("measured");
    Ok(())
}
