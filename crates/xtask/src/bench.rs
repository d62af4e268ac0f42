//! `cargo xtask bench`: the release build, measured on this machine against a durable PostgreSQL.

use anyhow::Result;

use crate::database::Throwaway;
use crate::panel;
use crate::process;
use crate::project::{self, Profile};
use crate::steps::Steps;
use crate::tools;

/// Builds, starts a cluster with fsync on, and runs the measuring program of `testkit`.
pub fn run() -> Result<()> {
    let mut steps = Steps::of(4);
    steps.begin("Panel");
    let outcome = panel::build(&tools::ready()?)?;
    steps.done(outcome);

    steps.begin("Server: building optimised");
    let server = project::build_server(Profile::Release)?;
    steps.done("built");

    steps.begin("PostgreSQL, durable");
    let database = Throwaway::durable()?;
    steps.done("running");

    steps.begin("Measuring");
    let mut bench = project::cargo(["run", "--release", "--package", "testkit", "--bin", "bench"]);
    bench
        .env("BENCH_DATABASE", database.url(""))
        .env("PGBENCH", database.programs().join("pgbench"));
    bench
        .env("ESIM_ADMIN_BIN", server)
        .env("PANEL_DIR", panel::folder());
    process::run(&mut bench)?;
    steps.done("measured");
    Ok(())
}
