//! A Chromium of a test's own, and what somebody does with it: look, press, type.

use super::chromium::{close, driver, wishes};
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

/// How long something may take to appear.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before looking again.
const GLANCE: Duration = Duration::from_millis(40);
/// Finds what can be pressed, filled in or looked at by what it is called, in the topmost window.
const FIND: &str = include_str!("find.js");

/// A browser. Dropping it closes it; after a failure, with a last picture.
pub struct Browser {
    driver: WebDriver,
    process: Child,
    // Kept open: the driver would end when it cannot write there.
    _says: BufReader<ChildStdout>,
    /// The driver's address of this session, for what no library names.
    remote: String,
    /// The address of the panel.
    base: String,
    profile: PathBuf,
    picture: PathBuf,
}

impl Browser {
    /// A fresh one, at the panel's front door.
    pub async fn open(app: &TestApp) -> Self {
        let browser = Self::start(app).await;
        browser.go("/").await;
        browser
    }

    async fn start(app: &TestApp) -> Self {
        let profile =
            env::temp_dir().join(format!("esim-admin-browser-{}", Uuid::new_v4().simple()));
        let (process, says, port) = driver();
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(address.as_str(), wishes(&profile))
            .await
            .expect("Chromium starts");
        let remote = format!("{address}/session/{}", driver.session_id());
        let test = thread::current()
            .name()
            .unwrap_or("browser")
            .replace("::", "-");
        let picture = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../target/browser")
            .join(format!("{test}.png"));
        Self {
            driver,
            process,
            _says: says,
            remote,
            base: app.address(),
            profile,
            picture,
        }
    }

    /// Types an address.
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

    /// The browser's own way back.
    pub async fn back(&self) {
        self.driver.back().await.expect("there is a page before");
    }

    /// Presses the button, link, tab or choice that is called this.
    pub async fn press(&self, name: &str) {
        self.until(&format!("“{name}” can be pressed"), async || {
            self.find("press", name).await?.click().await.ok()
        })
        .await;
    }

    /// Presses what a selector names, where it has no name of its own.
    pub async fn press_at(&self, selector: &str) {
        self.until(&format!("{selector} can be pressed"), async || {
            self.find("selector", selector).await?.click().await.ok()
        })
        .await;
    }

    /// Replaces what stands in the field of this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let marked = format!("{}a{}", Key::Control.value(), Key::Null.value());
        let typed = if text.is_empty() {
            format!("{marked}{}", Key::Delete.value())
        } else {
            marked + text
        };
        self.until(&format!("“{label}” can be filled in"), async || {
            self.find("field", label)
                .await?
                .send_keys(typed.clone())
                .await
                .ok()
        })
        .await;
    }

    /// Chooses one of many by typing a part of its name.
    pub async fn pick(&self, label: &str, name: &str) {
        self.fill(label, name).await;
        self.until(&format!("“{name}” is offered"), async || {
            self.find("option", name).await?.click().await.ok()
        })
        .await;
    }

    /// Gives a file to the page's file field.
    pub async fn upload(&self, file: &Path) {
        let file = file.to_str().expect("a path in words");
        self.until("a file can be chosen", async || {
            self.find("any", "input[type=file]")
                .await?
                .send_keys(file)
                .await
                .ok()
        })
        .await;
    }

    /// Presses keys wherever the focus is.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        self.driver
            .action_chain()
            .send_keys(keys)
            .perform()
            .await
            .expect("keys are pressed");
    }

    /// Presses a key while another is held.
    pub async fn hold(&self, held: Key, key: &str) {
        let (chain, up) = (self.driver.action_chain(), held.clone());
        let keys = chain.key_down(held).send_keys(key).key_up(up);
        keys.perform().await.expect("keys are pressed");
    }

    /// Waits until the page says this.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("the page says “{text}”"), async || {
            self.says().await.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until the page no longer says this.
    pub async fn misses(&self, text: &str) {
        self.until(&format!("the page stops saying “{text}”"), async || {
            (!self.says().await.contains(text)).then_some(())
        })
        .await;
    }

    /// Waits until something that a selector names stands on the page.
    pub async fn finds(&self, selector: &str) {
        self.until(&format!("{selector} is there"), async || {
            self.find("selector", selector).await.map(drop)
        })
        .await;
    }

    /// Whether something that a selector names can be seen now.
    pub async fn shows(&self, selector: &str) -> bool {
        self.find("selector", selector).await.is_some()
    }

    /// Whether something can be pressed now that is called this.
    pub async fn offers(&self, name: &str) -> bool {
        self.find("press", name).await.is_some()
    }

    /// Waits until the address bar shows this.
    pub async fn is_at(&self, path: &str) {
        self.until(&format!("the address is {path}"), async || {
            (self.address().await == path).then_some(())
        })
        .await;
    }

    /// Waits until the address bar shows something that fits.
    pub async fn comes_to(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        self.until(&format!("the address is that of {what}"), async || {
            Some(self.address().await).filter(|address| fits(address))
        })
        .await
    }

    /// What the address bar shows, after the host.
    pub async fn address(&self) -> String {
        self.script("return location.pathname + location.search")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the first cells of the list's rows are these.
    pub async fn lists(&self, rows: &[&str]) {
        let script = "return [...document.querySelectorAll('.grid tbody tr td.lead')].map(cell => cell.textContent.trim())";
        self.until(&format!("the list is {rows:?}"), async || {
            (self.script(script).await == json!(rows)).then_some(())
        })
        .await;
    }

    /// Waits until the field of this label holds this.
    pub async fn holds(&self, label: &str, value: &str) {
        self.until(&format!("“{label}” holds “{value}”"), async || {
            (self.find("field", label).await?.value().await.ok()?? == value).then_some(())
        })
        .await;
    }

    /// Waits until the field of this label says what is wrong with it, in words that are tied to it.
    pub async fn faults(&self, label: &str, text: &str) {
        let script = "const [field] = arguments; return field.getAttribute('aria-invalid') === 'true' ? document.getElementById(field.getAttribute('aria-describedby'))?.textContent ?? '' : ''";
        self.until(&format!("“{label}” says “{text}”"), async || {
            let field = self.find("field", label).await?;
            let said = self.ask(script, vec![field.to_json().ok()?]).await?;
            said.as_str()?.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until a script gives something, and gives that.
    pub async fn waits(&self, what: &str, script: &str) -> Value {
        self.until(what, async || self.ask(script, Vec::new()).await)
            .await
    }

    /// What a script gives.
    pub async fn script(&self, script: &str) -> Value {
        self.driver
            .execute(script, Vec::new())
            .await
            .expect("the script runs")
            .json()
            .clone()
    }

    /// What the browser has complained about since it was last asked.
    pub async fn complaints(&self) -> Vec<String> {
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

    /// Where the browser has sent requests since it was last asked.
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

    /// Whether an address is one of the panel's own origin.
    pub fn is_ours(&self, address: &str) -> bool {
        address
            .strip_prefix(&self.base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A screen of this width.
    pub async fn resize(&self, width: u32, height: u32) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await;
    }

    /// A network that is there, or is not.
    pub async fn connect(&self, connected: bool) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", json!({ "offline": !connected, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 })).await;
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

    /// Everything that can be read on the page now.
    pub async fn says(&self) -> String {
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

    async fn ask(&self, script: &str, arguments: Vec<Value>) -> Option<Value> {
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

    /// Looks again and again, until there is something.
    async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            if began.elapsed() > PATIENCE {
                panic!(
                    "waited in vain until {what}, at {}, which says: {}",
                    self.address().await,
                    self.says().await
                );
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let picture = thread::panicking().then(|| self.picture.clone());
        let remote = self.remote.clone();
        // On a thread of its own: nobody can wait for an answer within a drop.
        let _ = thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(close(&remote, picture.as_deref()))
        })
        .join();
        let _ = self.driver.clone().leak();
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
