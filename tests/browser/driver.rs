//! A Chromium for one test, with the actions of a user: look, press, type.

use super::chromium::{capabilities, close, driver};
use crate::harness::TestApp;
use serde_json::{Value, json};
use std::{
    env, fs,
    io::BufReader,
    path::{Path, PathBuf},
    process::{Child, ChildStdout},
    thread,
    time::{Duration, Instant},
};
use thirtyfour::{Key, TypingData, WebDriver, WebElement};
use uuid::Uuid;

/// The longest time that a test waits for a condition.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// The time between two checks of a condition.
const POLL_INTERVAL: Duration = Duration::from_millis(40);
/// Finds an element in the topmost dialog by its accessible name or by a selector.
const FIND: &str = include_str!("find.js");

/// A browser. Dropping it closes the browser; after a failure, it saves a screenshot first.
pub struct Browser {
    driver: WebDriver,
    process: Child,
    // Kept open, because chromedriver exits when it cannot write its output.
    _output: BufReader<ChildStdout>,
    /// The address of this session at the driver, for commands that the library lacks.
    remote: String,
    /// The address of the panel.
    base: String,
    profile: PathBuf,
    screenshot: PathBuf,
}

impl Browser {
    /// Starts a browser and opens the panel.
    pub async fn open(app: &TestApp) -> Self {
        let browser = Self::start(app).await;
        browser.go("/").await;
        browser
    }

    async fn start(app: &TestApp) -> Self {
        let profile =
            env::temp_dir().join(format!("esim-admin-browser-{}", Uuid::new_v4().simple()));
        let (process, output, port) = driver();
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(address.as_str(), capabilities(&profile))
            .await
            .expect("Chromium starts");
        let remote = format!("{address}/session/{}", driver.session_id());
        let test = thread::current()
            .name()
            .unwrap_or("browser")
            .replace("::", "-");
        let screenshot = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../target/browser")
            .join(format!("{test}.png"));
        Self {
            driver,
            process,
            _output: output,
            remote,
            base: app.address(),
            profile,
            screenshot,
        }
    }

    /// Opens a path of the panel.
    pub async fn go(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.base))
            .await
            .expect("the page loads");
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page loads again");
    }

    /// Goes back in the history of the browser.
    pub async fn back(&self) {
        self.driver.back().await.expect("there is a page before");
    }

    /// Presses the button, link, tab or option with this name.
    pub async fn press(&self, name: &str) {
        self.poll(&format!("“{name}” can be pressed"), async || {
            self.find("press", name).await?.click().await.ok()
        })
        .await;
    }

    /// Presses the element that matches a selector, for elements without a name.
    pub async fn press_at(&self, selector: &str) {
        self.poll(&format!("{selector} can be pressed"), async || {
            self.find("selector", selector).await?.click().await.ok()
        })
        .await;
    }

    /// Replaces the text of the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let select_all = format!("{}a{}", Key::Control.value(), Key::Null.value());
        let typed = if text.is_empty() {
            format!("{select_all}{}", Key::Delete.value())
        } else {
            select_all + text
        };
        self.poll(&format!("“{label}” can be filled in"), async || {
            self.find("field", label)
                .await?
                .send_keys(typed.clone())
                .await
                .ok()
        })
        .await;
    }

    /// Chooses an option of a picker by typing a part of its name.
    pub async fn pick(&self, label: &str, name: &str) {
        self.fill(label, name).await;
        self.poll(&format!("“{name}” is offered"), async || {
            self.find("option", name).await?.click().await.ok()
        })
        .await;
    }

    /// Chooses a file in the file field of the page.
    pub async fn upload(&self, file: &Path) {
        let file = file.to_str().expect("a UTF-8 path");
        self.poll("a file can be chosen", async || {
            self.find("any", "input[type=file]")
                .await?
                .send_keys(file)
                .await
                .ok()
        })
        .await;
    }

    /// Presses keys in the focused element.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver
            .action_chain()
            .send_keys(keys)
            .perform()
            .await
            .expect("keys are pressed");
    }

    /// Presses a key while a modifier is held down.
    pub async fn press_with(&self, modifier: Key, key: &str) {
        let (chain, up) = (self.driver.action_chain(), modifier.clone());
        let keys = chain.key_down(modifier).send_keys(key).key_up(up);
        keys.perform().await.expect("keys are pressed");
    }

    /// Waits until the page shows a text.
    pub async fn sees(&self, text: &str) {
        self.poll(&format!("the page shows “{text}”"), async || {
            self.text().await.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until the page no longer shows a text.
    pub async fn no_longer_sees(&self, text: &str) {
        self.poll(
            &format!("the page no longer shows “{text}”"),
            async || (!self.text().await.contains(text)).then_some(()),
        )
        .await;
    }

    /// Waits until the page shows an element that matches a selector.
    pub async fn sees_element(&self, selector: &str) {
        self.poll(&format!("{selector} is there"), async || {
            self.find("selector", selector).await.map(drop)
        })
        .await;
    }

    /// Returns true if the page now shows an element that matches a selector.
    pub async fn has_element(&self, selector: &str) -> bool {
        self.find("selector", selector).await.is_some()
    }

    /// Returns true if the page now has a button or link with this name.
    pub async fn has_button(&self, name: &str) -> bool {
        self.find("press", name).await.is_some()
    }

    /// Waits until the address bar shows a path.
    pub async fn is_at(&self, path: &str) {
        self.poll(&format!("the address is {path}"), async || {
            (self.address().await == path).then_some(())
        })
        .await;
    }

    /// Waits until the address in the address bar matches, and returns it.
    pub async fn wait_for_address(&self, what: &str, matches: impl Fn(&str) -> bool) -> String {
        self.poll(&format!("the address is that of {what}"), async || {
            Some(self.address().await).filter(|address| matches(address))
        })
        .await
    }

    /// Returns the path and the query of the address bar.
    pub async fn address(&self) -> String {
        self.script("return location.pathname + location.search")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the first cells of the rows of the list are these.
    pub async fn lists(&self, rows: &[&str]) {
        let script = "return [...document.querySelectorAll('.grid tbody tr td.lead')].map(cell => cell.textContent.trim())";
        self.poll(&format!("the list is {rows:?}"), async || {
            (self.script(script).await == json!(rows)).then_some(())
        })
        .await;
    }

    /// Waits until the field with this label has a value.
    pub async fn has_value(&self, label: &str, value: &str) {
        self.poll(
            &format!("“{label}” has the value “{value}”"),
            async || (self.find("field", label).await?.value().await.ok()?? == value).then_some(()),
        )
        .await;
    }

    /// Waits until the field with this label is marked as invalid and its description contains a text.
    pub async fn has_field_error(&self, label: &str, text: &str) {
        let script = "const [field] = arguments; return field.getAttribute('aria-invalid') === 'true' ? document.getElementById(field.getAttribute('aria-describedby'))?.textContent ?? '' : ''";
        self.poll(
            &format!("“{label}” has the error “{text}”"),
            async || {
                let field = self.find("field", label).await?;
                let description = self.evaluate(script, vec![field.to_json().ok()?]).await?;
                description.as_str()?.contains(text).then_some(())
            },
        )
        .await;
    }

    /// Waits until a script returns a value, and returns it.
    pub async fn wait_for(&self, what: &str, script: &str) -> Value {
        self.poll(what, async || self.evaluate(script, Vec::new()).await)
            .await
    }

    /// Runs a script and returns its result.
    pub async fn script(&self, script: &str) -> Value {
        self.driver
            .execute(script, Vec::new())
            .await
            .expect("the script runs")
            .json()
            .clone()
    }

    /// Returns the warnings and errors in the console since the last call.
    pub async fn console_messages(&self) -> Vec<String> {
        let log = self
            .driver
            .get_log("browser")
            .await
            .expect("the browser's log");
        log.into_iter()
            .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
            .map(|entry| entry.message)
            .collect()
    }

    /// Returns the addresses of the requests since the last call.
    pub async fn requests(&self) -> Vec<String> {
        let log = self
            .driver
            .get_log("performance")
            .await
            .expect("the browser's network log");
        let events = log
            .into_iter()
            .filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
        let sent = events.filter(|event| event["message"]["method"] == "Network.requestWillBeSent");
        sent.filter_map(|event| {
            event["message"]["params"]["request"]["url"]
                .as_str()
                .map(str::to_owned)
        })
        .collect()
    }

    /// Returns true if an address has the origin of the panel.
    pub fn is_own_origin(&self, address: &str) -> bool {
        address
            .strip_prefix(&self.base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Sets the size of the screen.
    pub async fn resize(&self, width: u32, height: u32) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await;
    }

    /// Connects or disconnects the network.
    pub async fn set_online(&self, online: bool) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", json!({ "offline": !online, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 })).await;
    }

    async fn devtools(&self, command: &str, params: Value) {
        let answer = reqwest::Client::new()
            .post(format!("{}/goog/cdp/execute", self.remote))
            .json(&json!({ "cmd": command, "params": params }))
            .send()
            .await;
        assert!(
            answer.expect("the driver answers").status().is_success(),
            "{command}"
        );
    }

    /// Returns the visible text of the page.
    pub async fn text(&self) -> String {
        self.script("return document.body.innerText.replace(/\\s+/g, ' ')")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    async fn find(&self, kind: &str, name: &str) -> Option<WebElement> {
        self.driver
            .execute(FIND, vec![json!(kind), json!(name)])
            .await
            .ok()?
            .element()
            .ok()
    }

    async fn evaluate(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
        Some(
            self.driver
                .execute(script, arguments)
                .await
                .ok()?
                .json()
                .clone(),
        )
        .filter(|answer| !answer.is_null())
    }

    /// Repeats a check until it returns a value.
    async fn poll<T>(&self, what: &str, check: impl AsyncFn() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = check().await {
                return found;
            }
            if start.elapsed() > TIMEOUT {
                panic!(
                    "timed out until {what}, at {}, which shows: {}",
                    self.address().await,
                    self.text().await
                );
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let screenshot = thread::panicking().then(|| self.screenshot.clone());
        let remote = self.remote.clone();
        // In a separate thread, because `drop` cannot await a response.
        let _ = thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(close(&remote, screenshot.as_deref()))
        })
        .join();
        let _ = self.driver.clone().leak();
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
