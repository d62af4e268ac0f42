//! Pages that wait for progress, and pages that were open before.

use crate::harness::{Page, answer, count, id, page_of, plan, requests, signed_in, until};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const HISTORY: &str = "/v1/audit";

fn record() -> String {
    format!("/v1/plans/{}", id(1))
}

fn answer_once(body: &Value) {
    answer(1, "GET", &record(), 200, body);
}

#[wasm_bindgen_test]
async fn page_that_waits_requests_only_its_record_until_it_changes() {
    signed_in(&[]);
    answer(99, "GET", HISTORY, 200, &page_of(&[]));
    answer_once(&plan(1, "5 GB"));
    answer_once(&plan(1, "5 GB"));
    let mut changed = plan(1, "6 GB");
    (changed["version"], changed["is_active"]) = (json!(4), json!(false));
    answer_once(&changed);
    let page = Page::open(&format!("/waiting/{}", id(1)));

    until("the second request", || count("GET", &record()) == 2).await;
    assert_eq!(page.text("h1").await, "5 GB");
    assert_eq!(count("GET", HISTORY), 1, "{:?}", requests());
    until("the change", || count("GET", HISTORY) == 2).await;
    assert_eq!(count("GET", &record()), 3);
    assert_eq!(page.text("h1").await, "6 GB");
}

#[wasm_bindgen_test]
async fn page_that_was_open_before_shows_its_record_at_once() {
    signed_in(&[plan(1, "5 GB")]);
    crate::harness::listed(&[plan(1, "5 GB")]);
    let page = Page::open(&format!("/plans/{}", id(1)));
    page.find(".detail h1").await;
    page.click("a.nav-link").await;
    page.find("tr.opens").await;
    let before = count("GET", &record());
    kit::go(&format!("/plans/{}", id(1)));
    until("the page", || page.has(".detail h1")).await;
    assert!(!page.has(".sk-page"));
    until("the request", || count("GET", &record()) > before).await;
}
