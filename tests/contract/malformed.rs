//! Invalid input gets an error that names the field, for every operation, and never a 500.

use super::openapi::operations;
use crate::harness::TestApp;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn every_write_rejects_malformed_input_without_500() {
    let app = TestApp::start().await;
    let admin = app
        .as_role(UserRole::SuperAdmin)
        .with("if-match", "\"v1\"")
        .with("x-requested-with", "esim-admin");
    let deep = "[".repeat(100_000);
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("application/json", b"".to_vec()),
        ("application/json", b"{".to_vec()),
        ("application/json", b"null".to_vec()),
        ("application/json", b"[1]".to_vec()),
        ("application/json", b"{\"a\":1}".to_vec()),
        ("application/json", b"\xff\xfe".to_vec()),
        ("application/json", deep.into_bytes()),
        ("application/json", br#"{"reason":null}"#.to_vec()),
        ("application/json", br#"{"name":"\u0000"}"#.to_vec()),
        ("application/json", b"{}{}".to_vec()),
        ("text/plain", b"{}".to_vec()),
        ("application/xml", b"<a/>".to_vec()),
    ];
    for (method, path, operation) in operations() {
        if operation["requestBody"].is_null() {
            continue;
        }
        let path = path.replace("{id}", &Uuid::now_v7().to_string());
        for (content_type, body) in &bodies {
            let admin = admin.with("idempotency-key", &Uuid::new_v4().to_string());
            let answer = admin
                .raw(
                    method.parse::<Method>().unwrap(),
                    &path,
                    content_type,
                    body.clone(),
                )
                .await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            assert!(
                (400..500).contains(&answer.status)
                    || (answer.status == 200 && path.ends_with("reveal")),
                "{method} {path} answers {} to {content_type} {shown}: {}",
                answer.status,
                answer.text()
            );
            if answer.status >= 400 {
                assert_eq!(
                    answer.header("content-type"),
                    "application/problem+json",
                    "{method} {path}"
                );
                assert_eq!(
                    answer.json()["request_id"],
                    answer.header("x-request-id"),
                    "{method} {path}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn invalid_field_is_named_in_the_error() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = json!({ "name": "5 GB", "validity_days": 30, "regions": ["EUROPE"] });
    let with = |field: &str, value: serde_json::Value| {
        let mut plan = plan.clone();
        plan[field] = value;
        plan
    };
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("x".repeat(101))),
        ("name", json!(5)),
        ("validity_days", json!(0)),
        ("validity_days", json!("30")),
        ("validity_days", json!(1e99)),
        ("data_limit_mb", json!("-1.00")),
        ("data_limit_mb", json!(5)),
        ("data_limit_mb", json!("1.234")),
        ("voice_minutes", json!(-1)),
        ("is_active", json!("yes")),
        ("deleted_at", json!(null)),
        ("version", json!(7)),
    ] {
        admin
            .post("/v1/plans", with(field, value))
            .await
            .rejects_field(field);
    }
    for regions in [json!([]), json!(["XX"]), json!(["us"])] {
        admin
            .post("/v1/plans", with("regions", regions))
            .await
            .rejects_field("regions");
    }
    admin
        .post("/v1/plans", json!({}))
        .await
        .rejects_field("name");
    admin
        .raw(
            Method::POST,
            "/v1/plans",
            "application/json",
            vec![b' '; 300_000],
        )
        .await
        .problem(413, ProblemCode::TooLarge);
    admin
        .with("content-encoding", "gzip")
        .raw(
            Method::POST,
            "/v1/plans",
            "application/json",
            b"{}".to_vec(),
        )
        .await
        .problem(415, ProblemCode::UnsupportedMediaType);
    admin
        .raw(Method::POST, "/v1/plans", "text/csv", b"{}".to_vec())
        .await
        .problem(415, ProblemCode::UnsupportedMediaType);
    admin
        .raw(
            Method::POST,
            "/v1/plans",
            "application/json",
            b"{\"name\":".to_vec(),
        )
        .await
        .problem(400, ProblemCode::Malformed);
    assert_eq!(app.count("SELECT count(*) FROM plans"), 0);
}

#[actix_web::test]
async fn invalid_parameter_is_named_in_the_error() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("sort=password_hash", "sort"),
        ("sort=-", "sort"),
        ("after=nonsense", "after"),
        ("unknown=1", "unknown"),
        ("is_active=maybe", "is_active"),
        ("created_at_from=yesterday", "created_at_from"),
        ("is_active=true&is_active=false", "is_active"),
        ("q=%00", "q"),
    ] {
        admin
            .get(&format!("/v1/plans?{query}"))
            .await
            .rejects_field(field);
    }
    admin
        .get("/v1/orders?status=paid,nonsense")
        .await
        .rejects_field("status");
    admin
        .get("/v1/plans/not-an-id")
        .await
        .problem(404, ProblemCode::NotFound);
}
