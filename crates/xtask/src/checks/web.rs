//! The checks of the panel: lints for WebAssembly, component tests and end-to-end tests in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use super::rust::{BROWSER_TESTS, with_database};
use crate::panel::{self, Build};
use crate::process;
use crate::project::{self, Profile, cargo};
use crate::steps::note;
use crate::tools::browser::{self, Browser};
use crate::tools::{self, Toolchain, WASM, axe};

/// Runs clippy on the panel, or only the compiler where the fallback toolchain has no clippy.
pub fn lint() -> Result<()> {
    let toolchain = tools::ready()?;
    let (program, arguments) = match toolchain.clippy() {
        Some(clippy) => (clippy, "clippy"),
        None => (PathBuf::from("cargo"), "check"),
    };
    let mut lint = toolchain.command(&program.to_string_lossy());
    lint.args([
        arguments,
        "--package",
        "admin",
        "--package",
        "kit",
        "--all-targets",
        "--target",
        WASM,
    ]);
    if arguments == "clippy" {
        lint.args(["--", "-D", "warnings"]);
    } else {
        note("this toolchain has no clippy: only compiler warnings are checked");
        lint.env("RUSTFLAGS", "-D warnings");
    }
    process::run(&mut lint)
}

/// Runs `wasm-bindgen-test` in a headless Chromium.
pub fn components(filter: Option<&str>) -> Result<()> {
    let (toolchain, browser) = (tools::ready()?, browser::ready()?);
    let mut tests = toolchain.command("cargo");
    tests
        // Without documentation tests: they would be compiled without the standard library of the fallback.
        .args([
            "test",
            "--package",
            "kit",
            "--lib",
            "--tests",
            "--target",
            WASM,
            "--",
        ])
        .args(filter);
    tests.env(
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
        runner(&toolchain)?,
    );
    tests
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    tests.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities(&browser)?);
    process::run(&mut tests)
}

fn runner(toolchain: &Toolchain) -> Result<PathBuf> {
    toolchain
        .find("wasm-bindgen-test-runner")
        .context("wasm-bindgen-test-runner is missing: it comes with wasm-bindgen-cli")
}

/// Writes the WebDriver capabilities with which the runner starts the browser, without a sandbox, because containers do not
/// allow one.
fn capabilities(browser: &Browser) -> Result<PathBuf> {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ];
    let capabilities =
        json!({ "goog:chromeOptions": { "binary": browser.chromium, "args": arguments } });
    let file = project::target().join("webdriver.json");
    fs::create_dir_all(project::target())?;
    fs::write(&file, capabilities.to_string())?;
    Ok(file)
}

/// Runs the tests that drive the built panel against a running server.
pub fn end_to_end(filter: Option<&str>) -> Result<()> {
    let browser = browser::ready()?;
    panel::build(&tools::ready()?, Build::Small)?;
    let server = project::build_server(Profile::Dev)?;
    let mut tests = cargo(["test", "--package", "tests", "--no-fail-fast", "--"]);
    tests.arg(filter.unwrap_or(BROWSER_TESTS));
    in_browser(&mut tests, &browser, &server)
}

fn in_browser(tests: &mut Command, browser: &Browser, server: &Path) -> Result<()> {
    tests
        .env("PANEL_DIR", Build::Small.folder())
        .env("AXE_CORE", axe::ready()?);
    tests
        .env("CHROMIUM", &browser.chromium)
        .env("CHROMEDRIVER", &browser.driver);
    with_database(tests, server)
}
