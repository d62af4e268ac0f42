//! The server serves exactly the documented operations: no other method, no internal page, and none is missing.

use super::{openapi::operations, permissions::scopes};
use crate::harness::TestApp;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use wire::{ProblemCode, accounts::users::UserRole};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

/// Paths of internal pages of common systems.
const INTERNAL: &[&str] = &[
    "/.env",
    "/.git/config",
    "/.well-known/openid-configuration",
    "/admin.php",
    "/actuator/env",
    "/api/v1/plans",
    "/backup.sql",
    "/config.json",
    "/debug/pprof",
    "/health",
    "/metrics",
    "/openapi.yaml",
    "/server-status",
    "/swagger.json",
    "/v1",
    "/v1/",
    "/v1/admin",
    "/v1/internal/jobs",
    "/v1/jobs",
    "/v1/openapi.json",
    "/v1/plans.json",
    "/v2/plans",
];

fn declared() -> BTreeMap<String, BTreeSet<String>> {
    let mut declared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, path, _) in operations() {
        declared.entry(path).or_default().insert(method);
    }
    declared
}

/// Whether a path template matches a path.
fn matches_template(path: &str, at: &str) -> bool {
    let (parts, given) = (path.split('/'), at.split('/'));
    parts.clone().count() == given.clone().count()
        && parts
            .zip(given)
            .all(|(part, given)| part == given || part.starts_with('{'))
}

#[actix_web::test]
async fn undeclared_methods_are_rejected() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin).with("if-match", "\"v1\"");
    let mut tried = 0;
    let declared = declared();
    for (path, methods) in &declared {
        let at = path.replace("{id}", &Uuid::now_v7().to_string());
        let others = METHODS.iter().filter(|method| !methods.contains(**method));
        for method in others {
            // `/v1/settings/export` also matches `/v1/settings/{key}`.
            if declared
                .iter()
                .any(|(other, may)| may.contains(*method) && matches_template(other, &at))
            {
                continue;
            }
            let answer = admin.send(method.parse().unwrap(), &at, None).await;
            assert!(
                matches!(answer.status, 404 | 405),
                "{method} {path} answers {}: {}",
                answer.status,
                answer.text()
            );
            tried += 1;
        }
    }
    assert!(tried > 150, "only {tried} tries");
}

#[actix_web::test]
async fn internal_pages_are_not_found() {
    let app = TestApp::start().await;
    for client in [app.anonymous(), app.as_role(UserRole::SuperAdmin)] {
        for path in INTERNAL {
            let answer = client.get(path).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text());
            answer.problem(404, ProblemCode::NotFound);
        }
    }
}

#[actix_web::test]
async fn every_declared_operation_is_served() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    for (method, path, operation) in operations() {
        let at = path.replace("{id}", &Uuid::now_v7().to_string());
        let at = at.replace("{gateway}", "simulator");
        let answer = anonymous.send(method.parse().unwrap(), &at, None).await;
        let hidden = operation["responses"]["404"].is_object() && scopes(&operation).is_empty();
        assert!(
            hidden || !matches!(answer.status, 404 | 405),
            "{method} {path} answers {}",
            answer.status
        );
    }
}
