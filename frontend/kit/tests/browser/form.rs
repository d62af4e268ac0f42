//! Forms: errors appear at their fields, and no input is lost.

use crate::harness::{Page, address, answer, count, id, pause, plan, problem, requests, signed_in};
use serde_json::json;
use wasm_bindgen_test::wasm_bindgen_test;
use wire::ProblemCode;

#[wasm_bindgen_test]
async fn field_shows_its_error_after_blur() {
    signed_in(&[]);
    let page = Page::open("/plans/new");
    page.fill("#field-validity_days", "abc").await;
    assert_eq!(
        page.text("#field-validity_days-error").await,
        "Enter a whole number."
    );
    let input = page.find("#field-validity_days").await;
    assert_eq!(input.get_attribute("aria-invalid").as_deref(), Some("true"));
    assert_eq!(
        input.get_attribute("aria-describedby").as_deref(),
        Some("field-validity_days-error")
    );

    page.fill("#field-validity_days", "0").await;
    assert_eq!(
        page.text("#field-validity_days-error").await,
        "Enter a whole number from 1 to 3650."
    );
    assert_eq!(count("POST", "/v1/plans"), 0);
}

#[wasm_bindgen_test]
async fn server_errors_appear_at_their_fields() {
    signed_in(&[]);
    let mut refused = problem(ProblemCode::Invalid);
    refused["errors"] = json!([
        { "field": "name", "code": "taken", "message": "Another plan has this name." },
        { "field": "regions.0", "code": "x", "message": "Not sold by us." },
        { "field": "provider", "code": "x", "message": "None is active." },
    ]);
    answer(1, "POST", "/v1/plans", 422, &refused);
    answer(1, "POST", "/v1/plans", 201, &plan(5, "6 GB"));
    let page = Page::open("/plans/new");
    page.fill("#field-name", "5 GB").await;
    page.click("form button[type=submit]").await;

    assert_eq!(
        page.text("#field-name-error").await,
        "Another plan has this name."
    );
    assert_eq!(page.text("#field-regions-error").await, "Not sold by us.");
    assert!(
        page.text("#form-notice")
            .await
            .contains("Provider: None is active.")
    );

    page.fill("#field-name", "6 GB").await;
    page.click("form button[type=submit]").await;
    page.find(".detail").await;
    let keys: Vec<_> = requests()
        .into_iter()
        .filter(|call| call["method"] == "POST" && call["url"] == "/v1/plans")
        .map(|call| call["key"].clone())
        .collect();
    assert!(matches!(keys.as_slice(), [one, other] if one == other && one.is_string()));
}

#[wasm_bindgen_test]
async fn edit_sends_changed_fields_and_merges_conflicts() {
    signed_in(&[]);
    let mut theirs = plan(5, "Theirs");
    theirs["version"] = json!(4);
    theirs["validity_days"] = json!(60);
    answer(
        1,
        "GET",
        &format!("/v1/plans/{}", id(5)),
        200,
        &plan(5, "Old"),
    );
    answer(9, "GET", &format!("/v1/plans/{}", id(5)), 200, &theirs);
    answer(1, "PATCH", "/v1/plans/", 412, &problem(ProblemCode::Stale));
    answer(1, "PATCH", "/v1/plans/", 200, &plan(5, "Mine"));
    answer(9, "GET", "/v1/audit", 200, &crate::harness::page_of(&[]));
    let page = Page::open(&format!("/plans/{}/edit", id(5)));
    page.fill("#field-name", "Mine").await;
    page.click("form button[type=submit]").await;
    page.click("#form-notice button").await;
    pause(60).await;

    let days: web_sys::HtmlInputElement =
        wasm_bindgen::JsCast::unchecked_into(page.find("#field-validity_days").await);
    let name: web_sys::HtmlInputElement =
        wasm_bindgen::JsCast::unchecked_into(page.find("#field-name").await);
    assert_eq!(
        (name.value().as_str(), days.value().as_str()),
        ("Mine", "60")
    );
    page.click("form button[type=submit]").await;
    page.find(".split").await;
    let sent: Vec<_> = requests()
        .into_iter()
        .filter(|call| call["method"] == "PATCH")
        .map(|call| (call["body"].clone(), call["match"].clone()))
        .collect();
    assert_eq!(
        sent,
        [
            (json!("{\"name\":\"Mine\"}"), json!("\"v3\"")),
            (json!("{\"name\":\"Mine\"}"), json!("\"v4\""))
        ]
    );
    assert_eq!(address(), format!("/plans/{}", id(5)));
}

#[wasm_bindgen_test]
async fn leaving_unsaved_work_asks_first() {
    signed_in(&[]);
    crate::harness::listed(&[]);
    let page = Page::open("/plans/new");
    page.fill("#field-name", "Half typed").await;
    page.click("a.nav-link").await;
    assert_eq!(page.text("dialog[open] h2").await, "Leave without saving?");
    assert_eq!(address(), "/plans/new");
    page.click("dialog[open] button[type=submit]").await;
    page.find(".list-page").await;
    assert_eq!(address(), "/plans");
}
