//! Malformed requests, for every operation: permissions are checked first, empty parameters are rejected, and errors
//! repeat nothing from the request.

use super::{
    lists::lists,
    openapi::operations,
    permissions::{Callers, body, scopes},
};
use crate::harness::{Client, TestApp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Permission, ProblemCode, Reach, accounts::users::UserRole};

fn at(path: &str) -> String {
    path.replace("{id}", &Uuid::now_v7().to_string())
        .replace("{gateway}", "simulator")
        .replace("{token}", "x")
}

/// Returns the names of the query parameters of an operation.
fn query_parameters(operation: &Value) -> Vec<String> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|one| one["in"] == "query")
        .filter_map(|one| one["name"].as_str().map(str::to_owned))
        .collect()
}

/// Whether an operation has a header parameter of this name.
fn takes_header(operation: &Value, header: &str) -> bool {
    let mut all = operation["parameters"].as_array().into_iter().flatten();
    all.any(|one| one["name"] == header)
}

#[actix_web::test]
async fn forbidden_callers_get_403_before_validation() {
    let app = TestApp::start().await;
    let by_role =
        |role: UserRole| move |permission: &Permission| permission.reach(role) != Reach::None;
    let mut wrong = Vec::new();
    for (name, make, may) in [
        (
            "customer",
            &(|| app.as_role(UserRole::Customer)) as &dyn Fn() -> Client,
            &by_role(UserRole::Customer) as &dyn Fn(&Permission) -> bool,
        ),
        (
            "support",
            &|| app.as_role(UserRole::Support),
            &by_role(UserRole::Support),
        ),
        (
            "key",
            &|| app.as_client(&[Permission::PricingRead]).1,
            &|permission| *permission == Permission::PricingRead,
        ),
    ] {
        for (method, path, operation) in operations() {
            let needed = scopes(&operation);
            if needed.is_empty() || needed.iter().all(may) {
                continue;
            }
            let client = make();
            let verb: Method = method.parse().unwrap();
            let tries = [
                client.send(verb.clone(), &at(&path), None).await,
                client.send(verb.clone(), &at(&path), Some(json!({}))).await,
                client
                    .send(
                        verb.clone(),
                        &format!("{}?limit=&nonsense=1", at(&path)),
                        Some(json!([])),
                    )
                    .await,
                client
                    .raw(verb, &at(&path), "text/plain", b"{".to_vec())
                    .await,
            ];
            for answer in tries {
                if answer.status != 403 {
                    wrong.push(format!("{method} {path} answers {name}: {}", answer.text()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[actix_web::test]
async fn empty_query_parameters_are_rejected() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let mut tried = 0;
    for (method, path, operation) in operations() {
        let known = query_parameters(&operation);
        if method != "GET" {
            continue;
        }
        for name in known {
            for value in ["", "%20"] {
                let answer = admin.get(&format!("{}?{name}={value}", at(&path))).await;
                let text = format!("{path}?{name}={value}: {}", answer.text());
                assert_eq!(answer.status, 422, "{text}");
                answer.rejects_field(&name);
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "only {tried} tries");
}

#[actix_web::test]
async fn export_rejects_pagination_parameters() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    for (path, sorts) in lists() {
        for (name, value) in [
            ("limit", "1"),
            ("after", "x"),
            ("before", "x"),
            ("format", "xml"),
        ] {
            let answer = admin.get(&format!("{path}/export?{name}={value}")).await;
            answer.rejects_field(name);
        }
        let sort = sorts.last().expect("an order");
        let answer = admin
            .get(&format!("{path}/export?sort={sort}&format=csv"))
            .await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[actix_web::test]
async fn changed_or_foreign_cursors_are_rejected() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    app.given(|given| (0..5).map(|_| given.plan("9.90")).collect::<Vec<_>>());
    let first = admin.get("/v1/plans?limit=2").await.expect(200);
    assert_eq!(
        (&first["total"], first.get("total_counted_at")),
        (&json!(5), None)
    );
    let next = first["next"].as_str().expect("a next page");
    let second = admin
        .get(&format!("/v1/plans?limit=2&after={next}"))
        .await
        .expect(200);
    assert_eq!(second["total"], 5);
    assert!(
        second["total_counted_at"].is_string(),
        "the total is marked as old: {second}"
    );
    let back = second["prev"].as_str().expect("a page before");
    admin
        .get(&format!("/v1/plans?limit=2&before={back}"))
        .await
        .expect(200);

    let (text, signature) = next.split_once('.').expect("a signature");
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    let edited = URL_SAFE_NO_PAD.encode(plain.replace("\"rows\":5", "\"rows\":500"));
    assert_ne!(edited, text);
    let other_list = admin.get("/v1/plans?limit=2&sort=-name").await.expect(200);
    let other_list = other_list["next"].as_str().unwrap();
    for cursor in [
        format!("{edited}.{signature}"),
        text.to_owned(),
        format!("{text}."),
        format!("{text}.{}", &signature[1..]),
        format!("{text}.{signature}x"),
        format!("x{text}.{signature}"),
        "nonsense".to_owned(),
        ".".to_owned(),
        other_list.to_owned(),
    ] {
        let url = format!("/v1/plans?limit=2&after={cursor}");
        admin.get(&url).await.rejects_field("after");
    }
    // A cursor is valid for one list and one filter.
    let url = format!("/v1/plans?limit=2&is_active=true&after={next}");
    admin.get(&url).await.rejects_field("after");
    let url = format!("/v1/esims?limit=2&after={next}");
    admin.get(&url).await.rejects_field("after");
    // Another server on the same database accepts the cursor.
    let beside = app.second_server(&[]);
    let url = format!("/v1/plans?limit=2&after={next}");
    beside.as_user(admin.id()).get(&url).await.expect(200);
}

#[actix_web::test]
async fn if_match_accepts_one_strong_etag() {
    let app = TestApp::start().await;
    let callers = Callers::sign_in(&app, &[("x-requested-with", "esim-admin")]);
    let (weak, stale, malformed) = (
        (412, ProblemCode::WeakEtag),
        (412, ProblemCode::Stale),
        (400, ProblemCode::Malformed),
    );
    let cases = [
        ("W/\"v1\"", weak),
        ("W/\"anything\"", weak),
        ("*", stale),
        ("\"3\"", stale),
        ("\"v+1\"", stale),
        ("\"v-1\"", stale),
        ("\"v99999999999999999999\"", stale),
        ("\"\"", stale),
        ("w/\"v1\"", malformed),
        ("v1", malformed),
        ("1", malformed),
        ("\"v1", malformed),
        ("v1\"", malformed),
        ("\"v 1\"", malformed),
        ("\"v1\", \"v2\"", malformed),
        ("W/\"v1\", \"v2\"", malformed),
        ("\"", malformed),
        ("", malformed),
    ];
    let mut edits = 0;
    for (method, path, operation) in operations() {
        if !takes_header(&operation, "If-Match") {
            continue;
        }
        edits += 1;
        let caller = callers.with_permissions_for(&operation);
        let sample = body(operation["operationId"].as_str().unwrap());
        for (tag, (status, code)) in cases {
            let admin = caller
                .with("if-match", tag)
                .with("idempotency-key", &Uuid::new_v4().to_string());
            let answer = admin
                .send(method.parse().unwrap(), &at(&path), sample.clone())
                .await;
            let text = answer.text();
            assert_eq!(
                answer.status, status,
                "{method} {path} If-Match {tag}: {text}"
            );
            let problem = answer.problem(status, code);
            assert!(
                problem["detail"].is_string() || code == ProblemCode::Stale,
                "{problem}"
            );
        }
        let without = caller
            .send(method.parse().unwrap(), &at(&path), sample.clone())
            .await;
        without.problem(428, ProblemCode::PreconditionRequired);
        let twice = caller.with("if-match", "\"v1\"").with("if-match", "\"v2\"");
        let twice = twice
            .send(method.parse().unwrap(), &at(&path), sample)
            .await;
        twice.problem(400, ProblemCode::Malformed);
    }
    assert!(edits > 10, "only {edits} edits");
}

#[actix_web::test]
async fn invalid_idempotency_keys_are_rejected() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let long = "k".repeat(256);
    let mut tried = 0;
    for (method, path, operation) in operations() {
        if !takes_header(&operation, "Idempotency-Key") {
            continue;
        }
        let sample = body(operation["operationId"].as_str().unwrap());
        for (key, code) in [
            (long.as_str(), ProblemCode::IdempotencyKeyInvalid),
            ("k\tey", ProblemCode::IdempotencyKeyInvalid),
            ("schlüssel", ProblemCode::IdempotencyKeyInvalid),
            ("", ProblemCode::IdempotencyKeyMissing),
            ("  ", ProblemCode::IdempotencyKeyMissing),
        ] {
            let admin = admin
                .with("idempotency-key", key)
                .with("if-match", "\"v1\"");
            let answer = admin
                .send(method.parse().unwrap(), &at(&path), sample.clone())
                .await;
            answer.problem(400, code);
            tried += 1;
        }
        let twice = admin
            .with("idempotency-key", "a")
            .with("idempotency-key", "b");
        let twice = twice.with("if-match", "\"v1\"");
        let twice = twice
            .send(method.parse().unwrap(), &at(&path), sample)
            .await;
        twice.problem(400, ProblemCode::IdempotencyKeyInvalid);
    }
    assert!(tried > 0);
}

/// A value that no error may contain.
const NEEDLE: &str = "hunter2-needle";

#[actix_web::test]
async fn errors_do_not_repeat_values_of_the_wrong_type() {
    let app = TestApp::start().await;
    let admin = app
        .as_role(UserRole::SuperAdmin)
        .with("if-match", "\"v1\"")
        .with("x-requested-with", "esim-admin");
    let (mut tried, mut wrong) = (0, Vec::new());
    for (method, path, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        let sample = body(name).or_else(|| match name {
            "sessions_create" => Some(json!({ "email": "a@example.com", "password": "wrong" })),
            "sessions_set_password" => Some(json!({ "token": "x", "password": "wrong" })),
            _ => None,
        });
        let Some(Value::Object(sample)) = sample else {
            continue;
        };
        for field in sample.keys() {
            for value in [
                json!([NEEDLE]),
                json!({ "a": NEEDLE }),
                json!([[NEEDLE]]),
                json!(format!("{NEEDLE}, expected {NEEDLE} at line 1")),
                json!(7_318_573_185_i64),
                json!(731.857_318_5),
            ] {
                // A string in a list of strings has the right type, so the error may repeat it.
                if value[0].is_string() && sample[field].is_array() {
                    continue;
                }
                let mut body = sample.clone();
                body.insert(field.clone(), value.clone());
                let admin = admin.with("idempotency-key", &Uuid::new_v4().to_string());
                let answer = admin
                    .send(method.parse().unwrap(), &at(&path), Some(body.into()))
                    .await;
                let text = answer.text();
                let repeats =
                    text.contains(NEEDLE) || text.contains("73185") || text.contains("731.85");
                if answer.status >= 400 && repeats {
                    wrong.push(format!("{method} {path} with {field} = {value}: {text}"));
                }
                tried += 1;
            }
        }
    }
    for (method, path, operation) in operations() {
        for parameter in query_parameters(&operation) {
            let url = format!("{}?{parameter}={NEEDLE}", at(&path));
            let answer = admin.send(method.parse().unwrap(), &url, None).await;
            if answer.status >= 400 && answer.text().contains(NEEDLE) {
                wrong.push(format!("{method} {url}: {}", answer.text()));
            }
            tried += 1;
        }
        if path.contains("{id}") {
            let url = path.replace("{id}", NEEDLE);
            let answer = admin.send(method.parse().unwrap(), &url, None).await;
            if answer.text().contains(NEEDLE) {
                wrong.push(format!("{method} {url}: {}", answer.text()));
            }
        }
    }
    assert!(tried > 500, "only {tried} tries");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn openapi_describes_files_as_binary() {
    let mut files = 0;
    for (method, path, operation) in operations() {
        let responses = operation["responses"].as_object().unwrap().values();
        let contents = responses.chain([&operation["requestBody"]]);
        for (kind, content) in contents
            .filter_map(|one| one["content"].as_object())
            .flatten()
        {
            if kind.starts_with("image/") || kind == "application/pdf" {
                assert_eq!(
                    content["schema"],
                    json!({ "type": "string", "format": "binary" }),
                    "{method} {path} {kind}"
                );
                files += 1;
            }
        }
    }
    assert!(files > 5, "only {files} files");
}
