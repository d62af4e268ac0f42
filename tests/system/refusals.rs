//! Refused access: the audit log records the first refusal and counts the following ones.

use crate::harness::TestApp;
use chrono::{TimeDelta, Utc};
use serde_json::json;
use wire::{Permission, accounts::users::UserRole};

#[actix_web::test]
async fn refused_access_is_recorded_once_and_then_counted() {
    let app = TestApp::start().await;
    let began = Utc::now();
    app.ctx.clock.set(began);
    let customer = app.as_role(UserRole::Customer);
    let rows = || app.count("SELECT count(*) FROM audit_log WHERE action = 'access.deny'");

    for _ in 0..20 {
        let answer = customer.get("/v1/settings").await;
        assert_eq!(answer.status, 403);
    }
    assert_eq!(rows(), 1);
    let first = format!(
        "SELECT count(*) FROM audit_log WHERE action = 'access.deny' AND actor_id = '{}' AND actor_role = 'customer' AND seal IS NOT NULL \
         AND change->>'operation' = 'GET /v1/settings' AND change->>'why' LIKE '%settings:read%' AND change->>'times' = '1' AND request_id IS NOT NULL",
        customer.id()
    );
    assert_eq!(app.count(&first), 1);

    app.ctx.clock.set(began + TimeDelta::seconds(61));
    app.anonymous().get("/health/live").await;
    assert_eq!(rows(), 2);
    let rest =
        "SELECT count(*) FROM audit_log WHERE action = 'access.deny' AND change->>'times' = '19'";
    assert_eq!(app.count(rest), 1);
    app.ctx.clock.set(began + TimeDelta::seconds(200));
    app.anonymous().get("/health/live").await;
    assert_eq!(rows(), 2);
}

#[actix_web::test]
async fn refused_access_names_the_caller_as_far_as_known() {
    let app = TestApp::start().await;
    let support = app.as_role(UserRole::Support);
    let id = app.given(|given| given.user(UserRole::Customer));
    let erase = format!("/v1/users/{id}/erase");
    support.post(&erase, json!({ "reason": "No" })).await;
    let (client, shop) = app.as_client(&[Permission::PlansRead]);
    shop.get("/v1/plans").await.expect(200);
    shop.get("/v1/orders").await;
    // The permission is checked before the body.
    let body = json!({ "nonsense": true });
    assert_eq!(support.post("/v1/plans", body).await.status, 403);
    app.with_key("esk_live_0123456789012345678901234567890123456789012")
        .get("/v1/plans")
        .await;
    let tampered = app
        .anonymous()
        .with("authorization", "Bearer tampered.token.value");
    tampered.get("/v1/orders").await;

    for found in [
        format!("actor_id = '{}' AND change->>'operation' = 'POST /v1/users/{{id}}/erase'", support.id()),
        format!("actor_id = '{}' AND change->>'operation' = 'POST /v1/plans'", support.id()),
        format!("client_id = '{client}' AND change->>'operation' = 'GET /v1/orders'"),
        "actor_id IS NULL AND client_id IS NULL AND ip = '127.0.0.1' AND change->>'operation' = 'GET /v1/plans'".to_owned(),
        "actor_id IS NULL AND client_id IS NULL AND ip = '127.0.0.1' AND change->>'operation' = 'GET /v1/orders'".to_owned(),
    ] {
        let count = format!("SELECT count(*) FROM audit_log WHERE action = 'access.deny' AND {found}");
        assert_eq!(app.count(&count), 1, "{found}");
    }
    let named = "SELECT count(*) FROM audit_log WHERE change::text LIKE '%esk_live%' OR change::text LIKE '%tampered%'";
    assert_eq!(app.count(named), 0);
}

#[actix_web::test]
async fn expired_or_missing_authentication_is_not_recorded_as_refused() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let id = app.given(|given| given.user(UserRole::Support));
    app.execute("UPDATE sessions SET confirmed_at = NULL");
    // The caller has to confirm their identity.
    let role = json!({ "role": "admin" });
    let path = format!("/v1/users/{id}/role");
    let answer = admin.send(reqwest::Method::PUT, &path, Some(role)).await;
    assert_eq!(answer.status, 403);
    // An anonymous request.
    assert_eq!(app.anonymous().get("/v1/plans").await.status, 401);
    // An expired token.
    let old = app.ctx.tokens.issue(
        admin.id(),
        wire::SessionId::new(),
        0,
        Utc::now() - TimeDelta::hours(1),
    );
    let shown = format!("Bearer {}", old.expect("a token"));
    let expired = app.anonymous().with("authorization", &shown);
    assert_eq!(expired.get("/v1/plans").await.status, 401);
    admin
        .get("/v1/users/00000000-0000-0000-0000-000000000000")
        .await;

    let rows = "SELECT count(*) FROM audit_log WHERE action = 'access.deny'";
    assert_eq!(app.count(rows), 0);
}
