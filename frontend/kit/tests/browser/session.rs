//! Sessions: renewal, expiry and sign-in.

use crate::harness::{
    Page, answer, count, fake_api, granted, listed, plan, problem, requests, signed_in,
};
use kit::{api, session};
use wasm_bindgen_test::wasm_bindgen_test;
use wire::{ProblemCode, accounts::sessions::NewSession, catalog::plans::Plan};

#[wasm_bindgen_test]
async fn expired_token_is_renewed_once_for_all_waiting_requests() {
    fake_api();
    answer(
        1,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("old", "admin"),
    );
    session::restore().await;
    answer(
        3,
        "GET",
        "/v1/plans",
        401,
        &problem(ProblemCode::Unauthenticated),
    );
    answer(
        1,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("new", "admin"),
    );
    listed(&[plan(1, "5 GB")]);

    // Different pages: requests for the same page would share one request.
    let three = ["10", "20", "30"]
        .map(|limit| async move { api::page::<Plan>(&[("limit", limit.to_owned())]).await });
    let mut got = Vec::new();
    let promises = three.map(|call| {
        wasm_bindgen_futures::future_to_promise(async move {
            Ok(wasm_bindgen::JsValue::from_bool(call.await.is_ok()))
        })
    });
    for promise in promises {
        got.push(
            wasm_bindgen_futures::JsFuture::from(promise)
                .await
                .is_ok_and(|ok| ok.is_truthy()),
        );
    }

    assert_eq!(got, [true, true, true]);
    assert_eq!(count("POST", "/v1/sessions/refresh"), 2);
    assert_eq!(
        requests().last().map(|call| call["token"].clone()),
        Some("Bearer new".into())
    );
}

#[wasm_bindgen_test]
async fn rejected_renewal_ends_the_session() {
    fake_api();
    answer(
        1,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("old", "admin"),
    );
    session::restore().await;
    assert!(matches!(session::state(), session::State::In(_)));
    answer(
        9,
        "GET",
        "/v1/plans",
        401,
        &problem(ProblemCode::Unauthenticated),
    );
    answer(
        9,
        "POST",
        "/v1/sessions/refresh",
        401,
        &problem(ProblemCode::Unauthenticated),
    );

    let outcome = api::page::<Plan>(&[]).await;

    assert_eq!(
        outcome.err().and_then(|error| error.code()),
        Some(ProblemCode::Unauthenticated)
    );
    assert_eq!(session::state(), session::State::Out);
    assert_eq!(count("GET", "/v1/plans"), 1);
}

#[wasm_bindgen_test]
async fn sign_in_rejects_customers() {
    fake_api();
    answer(
        1,
        "POST",
        "/v1/sessions",
        201,
        &granted("theirs", "customer"),
    );
    answer(
        1,
        "DELETE",
        "/v1/sessions/current",
        204,
        &serde_json::Value::Null,
    );

    let outcome = session::sign_in(&NewSession {
        email: "a@example.com".to_owned(),
        password: "x".to_owned(),
        code: None,
        client_id: None,
    })
    .await;

    assert_eq!(
        outcome.err().and_then(|error| error.code()),
        Some(ProblemCode::Forbidden)
    );
    assert_eq!(session::state(), session::State::Out);
    assert_eq!(count("DELETE", "/v1/sessions/current"), 1);
}

#[wasm_bindgen_test]
async fn sign_in_returns_to_the_requested_address() {
    fake_api();
    answer(
        1,
        "POST",
        "/v1/sessions/refresh",
        401,
        &problem(ProblemCode::Unauthenticated),
    );
    answer(1, "POST", "/v1/sessions", 201, &granted("t", "support"));
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans?is_active=true");

    page.fill("#email", "ada@example.com").await;
    page.fill("#password", "secret").await;
    page.click(".auth-card button[type=submit]").await;

    page.find("tr.opens").await;
    assert_eq!(crate::harness::address(), "/plans?is_active=true");
}

#[wasm_bindgen_test]
async fn create_button_requires_permission() {
    fake_api();
    answer(
        9,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("t", "support"),
    );
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans");
    page.find("tr.opens").await;
    assert_eq!(page.text(".page-head").await, "Plans1");

    drop(page);
    signed_in(&[]);
    listed(&[plan(1, "5 GB")]);
    let page = Page::open("/plans");
    page.find(".page-head a.primary").await;
}

#[wasm_bindgen_test]
async fn expired_session_with_unsaved_work_asks_to_sign_in_again() {
    fake_api();
    answer(
        1,
        "POST",
        "/v1/sessions/refresh",
        200,
        &granted("old", "super_admin"),
    );
    let page = Page::open("/plans/new");
    page.fill("#field-name", "5 GB").await;
    answer(
        1,
        "POST",
        "/v1/plans",
        401,
        &problem(ProblemCode::Unauthenticated),
    );
    answer(
        9,
        "POST",
        "/v1/sessions/refresh",
        401,
        &problem(ProblemCode::Unauthenticated),
    );
    answer(
        1,
        "POST",
        "/v1/sessions",
        201,
        &granted("new", "super_admin"),
    );
    answer(1, "POST", "/v1/plans", 201, &plan(1, "5 GB"));
    answer(9, "GET", "/v1/plans/", 200, &plan(1, "5 GB"));

    page.click(".form-foot button").await;
    page.fill("#sign-in-password", "secret").await;
    page.click("dialog[open] button[type=submit]").await;

    page.find(".page.detail h1").await;
    let sent: Vec<_> = requests()
        .into_iter()
        .filter(|call| call["method"] == "POST" && call["url"] == "/v1/plans")
        .collect();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["body"], sent[1]["body"]);
    assert_eq!(sent[1]["token"], "Bearer new");
}
