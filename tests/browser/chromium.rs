//! The processes of Chromium and chromedriver: where they are, how they start, and how they stop.

use super::driver::TIMEOUT;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};
use thirtyfour::{Capabilities, ChromiumLikeCapabilities, DesiredCapabilities};

/// Returns the program that an environment variable names, or the one on `PATH`.
pub fn program(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| variable.to_lowercase())
}

/// Starts chromedriver and returns its process, its output and its port.
///
/// chromedriver chooses a port for IPv4 and then needs the same port for IPv6. When that port is in use, chromedriver
/// exits and is started again.
pub fn driver() -> (Child, BufReader<ChildStdout>, u16) {
    for _ in 0..5 {
        let mut process = Command::new(program("CHROMEDRIVER"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        if let Some(port) = port(&mut output) {
            return (process, output, port);
        }
        let _ = process.kill();
        let _ = process.wait();
    }
    panic!("chromedriver printed no port");
}

/// Reads the port of the driver from its output.
fn port(output: &mut impl BufRead) -> Option<u16> {
    let mut lines = output.lines().map_while(Result::ok);
    lines.find_map(|line| {
        line.split_once("successfully on port ")?
            .1
            .trim_end_matches('.')
            .parse()
            .ok()
    })
}

/// Returns the capabilities of the browser.
pub fn capabilities(profile: &Path) -> Capabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities
        .set_binary(&program("CHROMIUM"))
        .expect("a browser");
    // No sandbox, because containers do not allow one. No animations, so that a test never sees a half-drawn screen.
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1440,900",
        "--force-prefers-reduced-motion",
        "--disable-background-networking",
        "--no-first-run",
        "--lang=en-US",
    ];
    for argument in arguments {
        capabilities.add_arg(argument).expect("an argument");
    }
    capabilities
        .add_arg(&format!("--user-data-dir={}", profile.display()))
        .expect("a profile");
    let mut capabilities = Capabilities::from(capabilities);
    capabilities
        .set(
            "goog:loggingPrefs",
            json!({ "browser": "ALL", "performance": "ALL" }),
        )
        .expect("its logs");
    capabilities
}

/// Saves a screenshot if a path is given, then ends the session and the browser.
pub async fn close(remote: &str, screenshot: Option<&Path>) {
    let http = reqwest::Client::builder()
        .timeout(TIMEOUT)
        .build()
        .expect("a client");
    if let Some(screenshot) = screenshot {
        let taken: Option<Value> = match http.get(format!("{remote}/screenshot")).send().await {
            Ok(answer) => answer.json().await.ok(),
            Err(_) => None,
        };
        if let Some(bytes) = taken
            .as_ref()
            .and_then(|taken| STANDARD.decode(taken["value"].as_str()?).ok())
        {
            let _ = fs::create_dir_all(screenshot.parent().expect("a folder"));
            let _ = fs::write(screenshot, bytes);
            eprintln!("screenshot: {}", screenshot.display());
        }
    }
    let _ = http.delete(remote).send().await;
}
