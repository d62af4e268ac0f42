//! Lists: requests, rows and addresses.

use crate::harness::{
    Page, address, answer, count, fake_api, granted, id, listed, page_of, pause, plan, problem,
    requests, signed_in,
};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use wire::ProblemCode;

#[wasm_bindgen_test]
async fn address_determines_filters_and_order() {
    signed_in(&[plan(1, "5 GB")]);
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans?is_active=true&sort=name");
    page.find("tr.opens").await;

    assert_eq!(page.text(".chip strong").await, "On sale");
    assert_eq!(
        page.find("th[aria-sort=ascending]")
            .await
            .text_content()
            .as_deref(),
        Some("Name")
    );
    assert_eq!(
        requests().last().map(|call| call["url"].clone()),
        Some("/v1/plans?is_active=true&sort=name".into())
    );

    page.click("th[aria-sort=ascending] button").await;
    page.find("th[aria-sort=descending]").await;
    assert_eq!(address(), "/plans?is_active=true&sort=-name");
    page.click(".chip button").await;
    pause(50).await;
    assert_eq!(address(), "/plans?sort=-name");
}

#[wasm_bindgen_test]
async fn list_distinguishes_no_rows_from_no_matches() {
    signed_in(&[]);
    listed(&[]);
    let page = Page::open("/plans");
    assert_eq!(page.text(".empty h2").await, "No plans yet");
    drop(page);

    let page = Page::open("/plans?q=zzz");
    assert_eq!(page.text(".empty h2").await, "No plans match");
}

#[wasm_bindgen_test]
async fn failed_list_shows_request_id_and_retries() {
    fake_api();
    answer(
        9,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("t", "admin"),
    );
    answer(
        1,
        "GET",
        "/v1/plans",
        503,
        &problem(ProblemCode::Unavailable),
    );
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans?limit=25");

    assert_eq!(page.text(".empty .request code").await, "req-7");
    page.click(".empty button:last-of-type:not(.copy)").await;
    assert_eq!(page.text("tr.opens .lead").await, "5 GB");
}

#[wasm_bindgen_test]
async fn next_page_uses_the_cursor_and_numbers_rows() {
    fake_api();
    answer(
        9,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("t", "admin"),
    );
    // A cursor of the API: base64 of {"sort":"-created_at","value":null,"id":..}.
    let cursor = "eyJzb3J0IjoiLWNyZWF0ZWRfYXQiLCJ2YWx1ZSI6bnVsbCwiaWQiOiIwMTkzMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDEifQ";
    let body = |next: Value, prev: Value, number: u8| json!({ "data": [plan(number, "5 GB")], "next": next, "prev": prev, "total": 10_000, "total_is_exact": false });
    answer(
        9,
        "GET",
        "/v1/plans?after=",
        200,
        &body(Value::Null, cursor.into(), 2),
    );
    answer(
        9,
        "GET",
        "/v1/plans",
        200,
        &body(cursor.into(), Value::Null, 1),
    );
    let page = Page::open("/plans");
    page.find("tr.opens").await;
    assert_eq!(page.text(".pager p").await, "1–1 of 10,000+");

    page.click(".pager button:last-of-type").await;
    page.find(&format!("a[href='/plans/{}']", id(2))).await;
    assert_eq!(page.text(".pager p").await, "2–2 of 10,000+");
    assert!(
        address().starts_with("/plans?after=") && address().ends_with("&at=2"),
        "{}",
        address()
    );
}

#[wasm_bindgen_test]
async fn bulk_action_reports_the_result_of_each_row() {
    signed_in(&[]);
    answer(
        9,
        "GET",
        "/v1/plans",
        200,
        &page_of(&[plan(1, "A"), plan(2, "B")]),
    );
    answer(
        1,
        "DELETE",
        &format!("/v1/plans/{}", id(1)),
        204,
        &Value::Null,
    );
    answer(
        1,
        "DELETE",
        &format!("/v1/plans/{}", id(2)),
        409,
        &problem(ProblemCode::Conflict),
    );
    let page = Page::open("/plans");
    page.click("th.select-cell input").await;
    page.click(".bulk button").await;
    page.click("dialog button[type=submit]").await;

    page.find(".results li[data-tone=bad]").await;
    assert_eq!(
        page.text(".results").await,
        "ADoneBThe request conflicts with an existing record"
    );
    assert_eq!(count("DELETE", "/v1/plans/"), 2);
    assert!(
        requests()
            .iter()
            .any(|call| call["method"] == "DELETE" && call["match"] == "\"v3\"")
    );
}

#[wasm_bindgen_test]
async fn search_text_survives_a_change_of_order() {
    signed_in(&[plan(1, "5 GB")]);
    let page = Page::open("/plans?sort=name");
    page.find("tr.opens").await;
    page.fill("#list-search", "5 ").await;
    page.click("th[aria-sort=ascending] button").await;
    page.find("th[aria-sort=descending]").await;
    pause(400).await;

    let input: web_sys::HtmlInputElement =
        wasm_bindgen::JsCast::unchecked_into(page.find("#list-search").await);
    assert_eq!(input.value(), "5 ");
    assert_eq!(address(), "/plans?q=5&sort=-name");
}

#[wasm_bindgen_test]
async fn unknown_filters_disable_bulk_actions_until_removed() {
    signed_in(&[plan(1, "5 GB")]);
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans?is_active=true&colour=red");
    assert!(page.text(".list-notice").await.contains("colour=red"));
    page.click("tbody input[type=checkbox]").await;
    assert!(page.text(".bulk").await.contains("Bulk actions are off"));

    page.click(".list-notice button").await;
    page.find(".bulk .btn:not(.icon-only)").await;
    assert_eq!(address(), "/plans?is_active=true");
}
