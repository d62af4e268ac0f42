//! `cargo xtask drill crash` and `cargo xtask drill money`: ordinary tests, run with all rounds.
//!
//! The tests print their findings; `tests/README.md` lists what each test proves.

use anyhow::Result;

use crate::process;
use crate::project::{self, Profile};
use crate::steps::Steps;

/// The tests that kill the server and PostgreSQL during continuous sales.
pub const CRASH: &[&str] = &["flows::crash"];
/// The race tests of payments, refunds and webhooks.
pub const MONEY: &[&str] = &[
    "billing::races",
    "billing::refunds::idempotency",
    "billing::webhooks",
    "flows::idempotency",
];

/// Builds the server and runs these tests, one after the other.
pub fn run(tests: &[&str]) -> Result<()> {
    let mut steps = Steps::new(2);
    steps.begin("Server: building");
    let server = project::build_server(Profile::Dev)?;
    steps.done("built");

    steps.begin("Tests with all rounds");
    let mut rounds = project::cargo(["test", "--quiet", "--package", "tests", "--"]);
    rounds
        .args(tests)
        .args(["--nocapture", "--test-threads=1"])
        .env("DRILL", "1")
        .env("ESIM_ADMIN_BIN", server);
    process::run(&mut rounds)?;
    steps.done("passed");
    println!("\nThe drill passed in {}.", steps.elapsed());
    Ok(())
}
