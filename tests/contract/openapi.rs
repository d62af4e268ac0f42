//! The committed OpenAPI document matches the API.

use crate::harness::TestApp;
use serde_json::Value;
use server::openapi;

const COMMITTED: &str = include_str!("../../openapi/openapi.json");

/// Reads the committed OpenAPI document.
pub fn document() -> Value {
    serde_json::from_str(COMMITTED).expect("openapi.json is JSON")
}

/// Returns every operation: method, path, and its description in the document.
pub fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths").clone();
    paths
        .into_iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path item").clone();
            methods
                .into_iter()
                .filter(|(method, _)| {
                    matches!(method.as_str(), "get" | "post" | "put" | "patch" | "delete")
                })
                .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn committed_openapi_document_is_current() {
    let current = openapi::document().to_pretty_json().expect("a document");
    assert!(
        COMMITTED.trim() == current.trim(),
        "openapi/openapi.json is stale: run `cargo xtask openapi`"
    );
}

#[test]
fn every_operation_is_fully_documented() {
    let tags: Vec<Value> = document()["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|tag| tag["name"].clone())
        .collect();
    let mut ids = Vec::new();
    for (method, path, operation) in operations() {
        let at = format!("{method} {path}");
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{at} has no operationId"));
        assert!(!ids.contains(&id.to_owned()), "{id} stands twice");
        ids.push(id.to_owned());
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{at} has one tag"
        );
        assert!(
            tags.contains(&operation["tags"][0]),
            "{at}: the tag is described"
        );
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|text| text.len() > 5),
            "{at} has no summary"
        );
        assert!(
            operation["security"].is_array(),
            "{at} does not say who may call it"
        );
        let responses = operation["responses"].as_object().expect("responses");
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{at} never succeeds"
        );
        for status in ["500", "503"] {
            assert!(
                responses.contains_key(status),
                "{at} does not mention {status}"
            );
        }
        let is_exempt = path.starts_with("/v1/webhooks/") || path == "/v1/inbound/email";
        let is_counted = path.starts_with("/v1/") && !is_exempt;
        assert_eq!(responses.contains_key("429"), is_counted, "{at}: 429");
    }
}

/// Generated names such as `Page_Order` turn into awkward type names in client libraries.
#[test]
fn schema_names_are_type_names() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object();
    let schemas = schemas.expect("schemas");
    for name in ["OrderPage", "BulkUserActionRequest", "PlanImportReport"] {
        assert!(schemas.contains_key(name), "{name} is missing");
    }
    for name in schemas.keys() {
        assert!(!name.contains('_'), "{name} is a generated name");
    }
    for reference in COMMITTED.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(schemas.contains_key(name), "{name} is not a schema");
    }
}

#[actix_web::test]
async fn openapi_is_served_and_swagger_ui_loads_only_from_our_origin() {
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await.expect(200);
    assert_eq!(served, document());
    let page = app.anonymous().get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.text().contains("https://"),
        "nothing is loaded from another origin"
    );
}

#[actix_web::test]
async fn undocumented_paths_are_not_found() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for path in [
        "/v1",
        "/v1/nothing",
        "/v1/plans/x/y",
        "/.env",
        "/metrics",
        "/admin.php",
        "/v1/../etc/passwd",
    ] {
        anonymous
            .get(path)
            .await
            .problem(404, wire::ProblemCode::NotFound);
    }
    for (method, path, allowed) in [
        ("PUT", "/v1/plans", "GET, POST"),
        ("DELETE", "/v1/orders", "GET, POST"),
        ("POST", "/v1/audit", "GET"),
    ] {
        let answer = anonymous
            .send(method.parse().expect("a method"), path, None)
            .await;
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
        answer.problem(405, wire::ProblemCode::MethodNotAllowed);
    }
}
