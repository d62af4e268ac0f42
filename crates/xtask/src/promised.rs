//! `cargo xtask drill crash` and `cargo xtask drill money`: tests of every day, with all the rounds that are promised.
//!
//! The tests say themselves what they have found; `tests/README.md` lists what is proved where.

use anyhow::Result;

use crate::process;
use crate::project::{self, Profile};
use crate::steps::Steps;

/// Kills of the server and of PostgreSQL while it is bought without a pause.
pub const CRASH: &[&str] = &["flows::crash"];
/// Races for money, and what gateways tell.
pub const MONEY: &[&str] = &[
    "billing::races",
    "billing::refunds::once",
    "billing::webhooks",
    "flows::once",
];

/// Builds the server and runs these tests, one after the other.
pub fn run(tests: &[&str]) -> Result<()> {
    let mut steps = Steps::of(2);
    steps.begin("Server: building");
    let server = project::build_server(Profile::Dev)?;
    steps.done("built");

    steps.begin("Every round that is promised");
    let mut rounds = project::cargo(["test", "--quiet", "--package", "tests", "--"]);
    rounds
        .args(tests)
        .args(["--nocapture", "--test-threads=1"])
        .env("DRILL", "1")
        .env("ESIM_ADMIN_BIN", server);
    process::run(&mut rounds)?;
    steps.done("as promised");
    println!("\nThe drill passed in {}.", steps.elapsed());
    Ok(())
}
