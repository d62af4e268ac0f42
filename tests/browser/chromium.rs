//! Chromium and its driver as processes: where they are, how they are started, and how they are closed.

use super::driver::PATIENCE;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};
use thirtyfour::{Capabilities, ChromiumLikeCapabilities, DesiredCapabilities};

/// A program that the environment names, else the one on `PATH`.
pub fn program(variable: &str) -> String {
    env::var(variable).unwrap_or_else(|_| variable.to_lowercase())
}

/// A running driver: its process, what it prints, and its port.
///
/// It chooses a port for IPv4 and then wants the same for IPv6; where that is taken it ends, and is started anew.
pub fn driver() -> (Child, BufReader<ChildStdout>, u16) {
    for _ in 0..5 {
        let mut process = Command::new(program("CHROMEDRIVER"))
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut says = BufReader::new(process.stdout.take().expect("its output"));
        if let Some(port) = port(&mut says) {
            return (process, says, port);
        }
        let _ = process.kill();
        let _ = process.wait();
    }
    panic!("chromedriver says no port");
}

/// The port that the driver has chosen, from what it prints.
fn port(says: &mut impl BufRead) -> Option<u16> {
    let mut lines = says.lines().map_while(Result::ok);
    lines.find_map(|line| {
        line.split_once("successfully on port ")?
            .1
            .trim_end_matches('.')
            .parse()
            .ok()
    })
}

/// What we ask of the browser.
pub fn wishes(profile: &Path) -> Capabilities {
    let mut wishes = DesiredCapabilities::chrome();
    wishes.set_binary(&program("CHROMIUM")).expect("a browser");
    // No sandbox, because containers allow none; no motion, so that nothing is looked at half-way.
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
        wishes.add_arg(argument).expect("an argument");
    }
    wishes
        .add_arg(&format!("--user-data-dir={}", profile.display()))
        .expect("a profile");
    let mut wishes = Capabilities::from(wishes);
    wishes
        .set(
            "goog:loggingPrefs",
            json!({ "browser": "ALL", "performance": "ALL" }),
        )
        .expect("its logs");
    wishes
}

/// Takes a last picture if wanted, and ends the session and with it the browser.
pub async fn close(remote: &str, picture: Option<&Path>) {
    let http = reqwest::Client::builder()
        .timeout(PATIENCE)
        .build()
        .expect("a client");
    if let Some(picture) = picture {
        let taken: Option<Value> = match http.get(format!("{remote}/screenshot")).send().await {
            Ok(answer) => answer.json().await.ok(),
            Err(_) => None,
        };
        if let Some(bytes) = taken
            .as_ref()
            .and_then(|taken| STANDARD.decode(taken["value"].as_str()?).ok())
        {
            let _ = fs::create_dir_all(picture.parent().expect("a folder"));
            let _ = fs::write(picture, bytes);
            eprintln!("the screen as it was: {}", picture.display());
        }
    }
    let _ = http.delete(remote).send().await;
}
