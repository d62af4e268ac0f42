//! Chromium and its driver, for the tests that need a real browser.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::apt;

/// The two programs.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The browser.
    pub chromium: PathBuf,
    /// The WebDriver server.
    pub driver: PathBuf,
}

/// Returns the programs in `CHROMIUM` and `CHROMEDRIVER`, else those on `PATH`, else those of Debian's packages.
pub fn ready() -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    apt::install(&["chromium", "chromium-driver"])
        .context("browser tests need chromium and chromedriver on PATH")?;
    find().context("chromium was installed, but is not on PATH")
}

fn find() -> Option<Browser> {
    let chromium = from_env("CHROMIUM")
        .or_else(|| on_path(&["chromium", "chromium-browser", "google-chrome"]))?;
    let driver = from_env("CHROMEDRIVER").or_else(|| on_path(&["chromedriver"]))?;
    Some(Browser { chromium, driver })
}

fn from_env(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from)
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut files =
        env::split_paths(&path).flat_map(|folder| names.iter().map(move |name| folder.join(name)));
    files.find(|file| file.is_file())
}
