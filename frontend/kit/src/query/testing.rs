//! Requests that a test answers itself, and a tab that can be hidden.

use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

const FAKE: &str = r#"
    window.asked = [];
    window.fetch = (url, init) => new Promise((resolve, reject) => {
        const call = { url: String(url), method: init.method, aborted: false };
        call.answer = body => resolve(new Response(body, { status: 200, headers: { "Content-Type": "application/json" } }));
        init.signal?.addEventListener("abort", () => { call.aborted = true; reject(new Error("aborted")); });
        window.asked.push(call);
    });
"#;

fn run(script: &str) -> JsValue {
    js_sys::Function::new_no_args(script)
        .call0(&JsValue::NULL)
        .unwrap_or(JsValue::NULL)
}

/// Replaces `fetch`, and empties the cache.
pub(crate) fn fake_api() {
    // Mounting anything starts the executor of effects.
    leptos::mount::mount_to_body(|| ());
    super::clear();
    run(FAKE);
}

/// Returns the paths of all requests.
pub(crate) fn asked() -> Vec<String> {
    let urls = run("return JSON.stringify(window.asked.map(call => call.url))");
    serde_json::from_str(&urls.as_string().unwrap_or_default()).unwrap_or_default()
}

/// Tells whether a request was aborted.
pub(crate) fn is_aborted(index: usize) -> bool {
    run(&format!("return window.asked[{index}].aborted")).is_truthy()
}

/// Answers a request, and lets the page receive the answer.
pub(crate) async fn answer(index: usize, body: &Value) {
    let text = Value::String(body.to_string());
    run(&format!("window.asked[{index}].answer({text})"));
    pause(10).await;
}

/// Hides the tab.
pub(crate) fn hide() {
    set_hidden(true);
}

/// Shows the tab again.
pub(crate) fn show() {
    set_hidden(false);
}

fn set_hidden(is_hidden: bool) {
    run(&format!(
        "Object.defineProperty(document, 'hidden', {{ configurable: true, get: () => {is_hidden} }});
         document.dispatchEvent(new Event('visibilitychange', {{ bubbles: true }}));"
    ));
}

/// Lets the browser work.
pub(crate) async fn pause(milliseconds: i32) {
    let wait = js_sys::Promise::new(&mut |done, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(
            done.unchecked_ref(),
            milliseconds,
        );
    });
    let _ = JsFuture::from(wait).await;
}
