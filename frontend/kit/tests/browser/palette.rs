//! The command palette: its entries, its requests, and its keyboard control.

use crate::harness::{
    Page, address, answer, count, fake_api, granted, id, listed, pause, plan, problem, requests,
    signed_in,
};
use leptos::prelude::{document, window};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;
use wire::ProblemCode;

const SEARCH: &str = "/v1/search?q=";
const HOLDING_CTRL: bool = true;

fn hit(kind: &str, number: u8, title: &str, exact: bool) -> Value {
    let path = if kind == "plan" {
        "/catalog/plans"
    } else {
        "/billing/orders"
    };
    json!({ "kind": kind, "id": id(number), "title": title, "subtitle": "30 days · On sale",
        "address": format!("{path}/{}", id(number)), "is_exact": exact })
}

/// Returns the labels of the palette's lines.
fn lines() -> Vec<String> {
    let all = document()
        .query_selector_all(".palette [role=option] .palette-label")
        .unwrap();
    (0..all.length())
        .map(|at| all.get(at).unwrap().text_content().unwrap_or_default())
        .collect()
}

/// Returns the label of the active line.
fn chosen() -> Option<String> {
    let input = document().get_element_by_id("palette")?;
    let line = document().get_element_by_id(&input.get_attribute("aria-activedescendant")?)?;
    assert_eq!(line.get_attribute("aria-selected").as_deref(), Some("true"));
    line.query_selector(".palette-label").ok()??.text_content()
}

fn remembers(name: &str) -> Option<String> {
    window()
        .local_storage()
        .unwrap()
        .unwrap()
        .get_item(name)
        .unwrap()
}

fn forget() {
    window().local_storage().unwrap().unwrap().clear().unwrap();
}

async fn opened(page: &Page) {
    page.find("tr.opens").await;
    page.key("main", "k", HOLDING_CTRL).await;
    page.find("dialog.palette[open]").await;
}

#[wasm_bindgen_test]
async fn ctrl_k_lists_page_commands_and_pages() {
    forget();
    signed_in(&[]);
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans");
    opened(&page).await;
    assert_eq!(
        document().active_element().map(|one| one.id()),
        Some("palette".to_owned())
    );
    assert_eq!(
        lines(),
        [
            "New plan",
            "Export",
            "Search this list",
            "Keyboard shortcuts",
            "Plans"
        ]
    );

    assert_eq!(chosen().as_deref(), Some("New plan"));
    page.key("#palette", "ArrowUp", false).await;
    assert_eq!(chosen().as_deref(), Some("Plans"));
    page.key("#palette", "ArrowDown", false).await;
    page.key("#palette", "ArrowDown", false).await;
    assert_eq!(chosen().as_deref(), Some("Export"));
    page.fill("#palette", "new").await;
    assert_eq!(lines(), ["New plan"]);
    page.key("#palette", "Enter", false).await;
    page.find("#field-name").await;
    assert_eq!(address(), "/plans/new");
    assert!(document().query_selector("dialog[open]").unwrap().is_none());
}

#[wasm_bindgen_test]
async fn palette_traps_focus_and_restores_it() {
    forget();
    signed_in(&[]);
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans");
    page.find("tr.opens").await;
    page.find("#list-search").await.focus().unwrap();
    page.key("#list-search", "k", HOLDING_CTRL).await;
    page.find("dialog.palette[open]").await;
    page.key("#palette", "Tab", false).await;
    assert!(
        document()
            .active_element()
            .unwrap()
            .closest(".palette")
            .unwrap()
            .is_some(),
        "Tab leads nowhere else"
    );
    page.key("#palette", "k", HOLDING_CTRL).await;
    pause(30).await;
    assert!(document().query_selector("dialog[open]").unwrap().is_none());
    assert_eq!(
        document().active_element().map(|one| one.id()),
        Some("list-search".to_owned())
    );
}

#[wasm_bindgen_test]
async fn palette_searches_once_after_typing() {
    forget();
    signed_in(&[]);
    listed(&[plan(1, "5 GB")]);
    answer(
        9,
        "GET",
        "/v1/search?q=eur",
        200,
        &json!({ "data": [hit("plan", 7, "5 GB Europe", false), hit("order", 8, "ORD-8", false)] }),
    );
    let page = Page::open("/plans");
    opened(&page).await;
    for part in ["e", "eu", "eur"] {
        page.fill("#palette", part).await;
    }
    page.find(".palette-group [role=option] .palette-note")
        .await;
    assert_eq!(count("GET", SEARCH), 1, "{:?}", requests());
    // The panel of this test has no page for orders.
    assert_eq!(lines(), ["5 GB Europe"]);
    page.key("#palette", "Enter", false).await;
    page.find("h1").await;
    assert_eq!(address(), format!("/catalog/plans/{}", id(7)));
}

#[wasm_bindgen_test]
async fn early_enter_opens_the_exact_match() {
    forget();
    signed_in(&[]);
    listed(&[plan(1, "5 GB")]);
    answer(
        9,
        "GET",
        SEARCH,
        200,
        &json!({ "data": [hit("plan", 7, "QX-7", true)] }),
    );
    let page = Page::open("/plans");
    opened(&page).await;
    page.fill("#palette", "QX-7").await;
    page.key("#palette", "Enter", false).await;
    pause(400).await;
    assert_eq!(address(), format!("/catalog/plans/{}", id(7)));
}

#[wasm_bindgen_test]
async fn palette_distinguishes_no_results_from_failure() {
    forget();
    signed_in(&[]);
    listed(&[plan(1, "5 GB")]);
    answer(1, "GET", SEARCH, 503, &problem(ProblemCode::Unavailable));
    answer(9, "GET", SEARCH, 200, &json!({ "data": [] }));
    let page = Page::open("/plans");
    opened(&page).await;
    page.fill("#palette", "zzz").await;
    page.find(".palette-message[role=alert]").await;
    page.click(".palette-message button").await;
    page.find(".palette-message[role=status]").await;
    assert!(
        page.text(".palette-message")
            .await
            .contains("No results for “zzz”")
    );
}

#[wasm_bindgen_test]
async fn recent_records_are_stored_without_titles() {
    forget();
    signed_in(&[plan(1, "5 GB")]);
    listed(&[plan(1, "5 GB")]);
    answer(
        9,
        "GET",
        "/v1/search?records=",
        200,
        &json!({ "data": [hit("plan", 1, "5 GB", false)] }),
    );
    let page = Page::open(&format!("/catalog/plans/{}", id(1)));
    page.find(".detail h1").await;
    page.key("main", "k", HOLDING_CTRL).await;
    page.find("dialog.palette[open]").await;
    pause(50).await;
    assert_eq!(
        lines(),
        ["Keyboard shortcuts", "Plans"],
        "what is open is not offered"
    );
    drop(page);
    let page = Page::open("/plans");
    opened(&page).await;
    page.find(".palette-group[aria-label='Recently opened']")
        .await;
    assert_eq!(lines().first().map(String::as_str), Some("5 GB"));
    let me = "01930000-0000-7000-8000-000000000001";
    assert_eq!(
        remembers(&format!("recent:{me}")),
        Some(format!("plan:{}", id(1)))
    );
}

#[wasm_bindgen_test]
async fn palette_does_not_search_without_permission() {
    forget();
    fake_api();
    answer(
        9,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("t", "support"),
    );
    listed(&[plan(1, "5 GB")]);
    answer(9, "GET", SEARCH, 200, &json!({ "data": [] }));
    let page = Page::open("/plans");
    opened(&page).await;
    // Support may not create plans.
    assert_eq!(lines(), ["Search this list", "Keyboard shortcuts", "Plans"]);
    page.fill("#palette", "new").await;
    page.find(".palette-message").await;
    assert_eq!(lines(), Vec::<String>::new());
}
