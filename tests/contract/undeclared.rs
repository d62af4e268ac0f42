//! What the document does not name is not there: no other method, no page of the machinery, and nothing left out.

use super::{openapi::operations, permissions::scopes};
use crate::harness::TestApp;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use wire::{ProblemCode, accounts::users::UserRole};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

/// Where other systems keep what nobody should see.
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

/// Whether an address with parameters can be this one.
fn leads(path: &str, at: &str) -> bool {
    let (parts, given) = (path.split('/'), at.split('/'));
    parts.clone().count() == given.clone().count()
        && parts
            .zip(given)
            .all(|(part, given)| part == given || part.starts_with('{'))
}

#[actix_web::test]
async fn no_path_answers_a_method_that_it_does_not_declare() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin).with("if-match", "\"v1\"");
    let mut tried = 0;
    let declared = declared();
    for (path, methods) in &declared {
        let at = path.replace("{id}", &Uuid::now_v7().to_string());
        let others = METHODS.iter().filter(|method| !methods.contains(**method));
        for method in others {
            // `/v1/settings/export` is an address of `/v1/settings/{key}`, too.
            if declared
                .iter()
                .any(|(other, may)| may.contains(*method) && leads(other, &at))
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
async fn the_machinery_shows_nothing_of_itself() {
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
async fn every_declared_operation_is_there() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    for (method, path, operation) in operations() {
        let at = path.replace("{id}", &Uuid::now_v7().to_string());
        let at = at.replace("{gateway}", "simulator");
        let answer = nobody.send(method.parse().unwrap(), &at, None).await;
        let hidden = operation["responses"]["404"].is_object() && scopes(&operation).is_empty();
        assert!(
            hidden || !matches!(answer.status, 404 | 405),
            "{method} {path} answers {}",
            answer.status
        );
    }
}
