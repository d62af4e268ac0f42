//! The checks of the server: formatting, lints and the tests that need no browser.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::database::TemporaryCluster;
use crate::process;
use crate::project::{self, Profile, cargo};

/// The packages that are built for the browser only.
const PANEL: [&str; 4] = ["--exclude", "admin", "--exclude", "kit"];
/// The module of the tests that drive a browser.
pub const BROWSER_TESTS: &str = "browser::";

/// Runs `cargo fmt --check`.
pub fn format() -> Result<()> {
    process::run(&mut cargo(["fmt", "--all", "--check"]))
}

/// Runs `cargo clippy` and refuses warnings.
pub fn lint() -> Result<()> {
    let mut clippy = cargo(["clippy", "--workspace", "--all-targets"]);
    clippy.args(PANEL).args(["--", "-D", "warnings"]);
    process::run(&mut clippy)
}

/// Runs all tests except those of the browser.
pub fn test(filter: Option<&str>) -> Result<()> {
    let server = project::build_server(Profile::Dev)?;
    let mut tests = cargo(["test", "--workspace", "--no-fail-fast"]);
    tests
        .args(PANEL)
        .arg("--")
        .args(filter)
        .args(["--skip", BROWSER_TESTS]);
    with_database(&mut tests, &server)
}

/// Runs tests with a temporary cluster, unless `TEST_DATABASE` is set.
pub fn with_database(tests: &mut Command, server: &Path) -> Result<()> {
    tests.env("ESIM_ADMIN_BIN", server);
    if env::var_os("TEST_DATABASE").is_some() {
        return process::run(tests);
    }
    let temporary = TemporaryCluster::fast("test")?;
    // The tests of `cluster` start their own clusters, possibly with downloaded programs.
    tests.env("PGEMBED_BIN", temporary.programs());
    process::run(tests.env("TEST_DATABASE", temporary.url("")))
}
