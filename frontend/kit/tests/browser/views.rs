//! Custom columns and saved views.

use crate::harness::{
    Page, address, answer, count, id, listed, page_of, pause, plan, problem, requests, signed_in,
};
use leptos::prelude::{document, window};
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use wire::ProblemCode;

const ME: &str = "01930000-0000-7000-8000-000000000001";

fn view(number: u8, name: &str, query: &str, audience: &str, default: bool) -> Value {
    json!({ "id": id(number), "owner_id": ME, "list": "/catalog/plans", "name": name, "query": query, "audience": audience, "role": null,
        "is_default": default, "version": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z" })
}

/// Prepares an administrator with these views.
fn with_views(views: &[Value]) {
    window().local_storage().unwrap().unwrap().clear().unwrap();
    signed_in(&[plan(1, "5 GB")]);
    listed(&[plan(1, "5 GB")]);
    answer(99, "GET", "/v1/views", 200, &page_of(views));
}

fn texts(selector: &str) -> Vec<String> {
    let all = document().query_selector_all(selector).unwrap();
    (0..all.length())
        .map(|at| all.get(at).unwrap().text_content().unwrap_or_default())
        .collect()
}

fn list_requests() -> Vec<String> {
    let calls = requests().into_iter();
    calls
        .filter_map(|call| call["url"].as_str().map(str::to_owned))
        .filter(|url| url.starts_with("/v1/plans"))
        .collect()
}

#[wasm_bindgen_test]
async fn columns_are_hidden_moved_and_stored() {
    with_views(&[]);
    let page = Page::open("/catalog/plans");
    page.find("tr.opens").await;
    assert_eq!(
        texts("thead th:not(.select-cell)"),
        ["Name", "Validity", "Sale"]
    );

    page.click("button[aria-label=Columns]").await;
    page.click("#column-3").await;
    pause(50).await;
    assert_eq!(
        texts("thead th:not(.select-cell)"),
        ["Name", "Validity", "Sale", "Regions"]
    );
    assert_eq!(address(), "/catalog/plans?cols=name,validity,sale,regions");
    page.click("#column-up-3").await;
    pause(50).await;
    page.key("#column-1", "ArrowDown", false).await;
    assert_eq!(
        address(),
        "/catalog/plans?cols=name,validity,regions,sale",
        "only with Alt"
    );
    page.alt_key("#column-1", "ArrowDown").await;
    pause(50).await;
    assert_eq!(address(), "/catalog/plans?cols=name,regions,validity,sale");
    assert_eq!(
        document().active_element().map(|one| one.id()),
        Some("column-1".to_owned())
    );
    page.click("#column-1").await;
    pause(50).await;
    assert_eq!(
        texts("thead th:not(.select-cell)"),
        ["Name", "Regions", "Sale"]
    );
    assert_eq!(
        list_requests().len(),
        1,
        "the same rows in other columns are not requested again"
    );
    drop(page);

    let page = Page::open("/catalog/plans?sort=name");
    page.find("tr.opens").await;
    assert_eq!(address(), "/catalog/plans?sort=name&cols=name,regions,sale");
    page.click("button[aria-label=Columns]").await;
    page.click(".columns-head button").await;
    pause(50).await;
    assert_eq!(address(), "/catalog/plans?sort=name");
    drop(page);
    let page = Page::open("/catalog/plans");
    page.find("tr.opens").await;
    assert_eq!(
        texts("thead th:not(.select-cell)"),
        ["Name", "Validity", "Sale"]
    );
}

#[wasm_bindgen_test]
async fn list_opens_with_the_most_specific_default_view() {
    with_views(&[
        view(1, "For all", "sort=name", "everyone", true),
        view(2, "On sale", "is_active=true&cols=name,sale", "mine", true),
        view(3, "Other", "is_active=false", "mine", false),
    ]);
    let page = Page::open("/catalog/plans");
    page.find("tr.opens").await;
    assert_eq!(
        address(),
        format!(
            "/catalog/plans?is_active=true&cols=name,sale&view={}",
            id(2)
        )
    );
    assert_eq!(
        list_requests(),
        ["/v1/plans?is_active=true"],
        "no other request came first"
    );
    assert_eq!(
        texts(".view-tab > span:first-child"),
        ["All", "For all", "On sale", "Other"]
    );
    assert_eq!(
        page.text(".view-tab[aria-current=page] > span").await,
        "On sale"
    );
    assert_eq!(texts("thead th:not(.select-cell)"), ["Name", "Sale"]);

    page.click(".view-tab").await;
    pause(50).await;
    assert_eq!(address(), "/catalog/plans?view=all");
    assert_eq!(
        page.text(".view-tab[aria-current=page] > span").await,
        "All"
    );
    page.click("tr.opens + tr, th button").await;
    pause(50).await;
    assert_eq!(address(), "/catalog/plans?sort=name");
}

#[wasm_bindgen_test]
async fn unknown_view_in_address_is_ignored() {
    with_views(&[view(1, "On sale", "is_active=true", "mine", false)]);
    let page = Page::open(&format!("/catalog/plans?sort=name&view={}", id(9)));
    page.find("tr.opens").await;
    assert_eq!(
        page.text(".view-tab[aria-current=page] > span").await,
        "All"
    );
    assert_eq!(texts(".toast[data-tone=bad]"), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn changes_to_a_view_are_saved_or_discarded() {
    with_views(&[view(1, "On sale", "is_active=true", "mine", false)]);
    let made = view(2, "By name", "sort=name", "everyone", false);
    answer(1, "POST", "/v1/views", 201, &made);
    let page = Page::open("/catalog/plans");
    page.find("tr.opens").await;
    assert_eq!(texts(".views > .btn"), Vec::<String>::new());
    page.click("th button").await;
    assert_eq!(page.text(".views > .btn").await, "Save view");
    page.click(".views > .btn").await;
    page.click("dialog button[type=submit]").await;
    page.find("#view-error .banner").await;
    assert_eq!(
        count("POST", "/v1/views"),
        0,
        "without a name, nothing is sent"
    );
    page.fill("#view-name", "By name").await;
    let audience: web_sys::HtmlSelectElement = page.find("#view-audience").await.unchecked_into();
    audience.set_value("everyone");
    page.changed("#view-audience").await;
    page.click("dialog button[type=submit]").await;
    pause(100).await;
    let sent = requests()
        .into_iter()
        .find(|call| call["method"] == "POST" && call["url"] == "/v1/views");
    let body: Value = serde_json::from_str(sent.unwrap()["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        body,
        json!({ "list": "/catalog/plans", "name": "By name", "query": "sort=name", "audience": "everyone", "is_default": false })
    );
    assert_eq!(
        address(),
        format!("/catalog/plans?sort=name&view={}", id(2))
    );
    drop(page);

    with_views(&[view(1, "On sale", "is_active=true", "mine", false)]);
    answer(1, "PATCH", "/v1/views/", 412, &problem(ProblemCode::Stale));
    let page = Page::open(&format!(
        "/catalog/plans?is_active=true&sort=name&view={}",
        id(1)
    ));
    page.find("tr.opens").await;
    assert_eq!(texts(".views > .btn"), ["Discard changes", "Update view"]);
    page.click(".views > button.btn").await;
    page.find(".toast[data-tone=bad]").await;
    assert!(requests().iter().any(|call| call["method"] == "PATCH"
        && call["match"] == "\"v1\""
        && call["body"] == "{\"query\":\"is_active=true&sort=name\"}"));
    page.click(".views > a.btn").await;
    pause(50).await;
    assert_eq!(
        address(),
        format!("/catalog/plans?is_active=true&view={}", id(1))
    );
    assert_eq!(texts(".views > .btn"), Vec::<String>::new());
}
