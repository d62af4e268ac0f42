//! API clients: created with a key that is shown once, and edited with effect from the next request.

mod creators;
mod keys;
mod sales;

use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

fn shop() -> Value {
    json!({
        "name": " Travel shop ", "mode": "live",
        "scopes": ["orders:write", "plans:read", "orders:read", "plans:read"],
        "networks": ["203.0.113.0/24", "2001:db8::1"],
    })
}

async fn made(admin: &Client, new: Value) -> (String, Value) {
    let made = admin.post("/v1/api-clients", new).await.expect(201);
    let id = made["id"].as_str().expect("an id");
    (format!("/v1/api-clients/{id}"), made)
}

/// An API client that may call from any network.
async fn open_shop(admin: &Client) -> (String, Value) {
    let scopes = ["orders:read", "plans:read"];
    made(
        admin,
        json!({ "name": "Shop", "mode": "test", "scopes": scopes }),
    )
    .await
}

fn key(issued: &Value) -> String {
    issued["key"].as_str().expect("a key").to_owned()
}

#[actix_web::test]
async fn api_client_key_is_shown_only_at_creation() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let answer = admin.post("/v1/api-clients", shop()).await;
    assert_eq!(answer.header("etag"), "\"v1\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    let path = answer.header("location").to_owned();
    let made = answer.expect(201);

    let key = key(&made);
    assert!(key.starts_with("esk_live_") && key.len() == 52, "{key}");
    assert_eq!(
        path,
        format!("/v1/api-clients/{}", made["id"].as_str().unwrap())
    );
    assert_eq!(
        (
            &made["name"],
            &made["scopes"],
            &made["networks"],
            &made["created_by"]
        ),
        (
            &json!("Travel shop"),
            &json!(["plans:read", "orders:read", "orders:write"]),
            &json!(["203.0.113.0/24", "2001:db8::1/128"]),
            &json!(admin.id())
        )
    );
    assert_eq!(made["keys"][0]["prefix"], key[..13]);
    let shown = admin.get(&path).await;
    assert!(!shown.text().contains(&key));
    let shown = shown.expect(200);
    assert_eq!(
        (&shown["key"], &shown["keys"]),
        (&Value::Null, &made["keys"])
    );
    let hash: String = platform::crypto::digest(key.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        app.count(&format!(
            "SELECT count(*) FROM api_keys WHERE key_hash = '\\x{hash}'"
        )),
        1
    );
    let secret = &key[13..];
    for table in ["api_clients", "api_keys", "audit_log", "idempotency_keys"] {
        let found = format!("SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%{secret}%'");
        assert_eq!(app.count(&found), 0, "{table} has the key");
    }
    let on_record = "SELECT count(*) FROM audit_log WHERE action = 'api_client.create' AND change->'scopes'->'after' ? 'orders:write'";
    assert_eq!(app.count(on_record), 1);
}

#[actix_web::test]
async fn api_client_rejects_invalid_fields() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let with = |field: &str, value: Value| {
        let mut new = shop();
        new[field] = value;
        new
    };
    for (field, value, word) in [
        ("name", json!("  "), "Enter"),
        ("name", json!("x".repeat(101)), "100"),
        ("mode", json!("production"), "`live` or `test`"),
        ("scopes", json!([]), "at least one"),
        ("scopes", json!(["orders:read", "audit:read"]), "audit:read"),
        ("scopes", json!(["sessions:own"]), "sessions:own"),
        ("networks", json!(["office"]), "office"),
        ("networks", json!(["203.0.113.7/24"]), "203.0.113.7/24"),
        (
            "networks",
            json!(["203.0.113.0/24", "::ffff:203.0.113.0/120"]),
            "IPv4",
        ),
        ("networks", json!(vec!["203.0.113.0/24"; 51]), "50"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "in the future"),
        ("expires_at", json!("tomorrow"), "expires_at"),
        ("key", json!("esk_live_mine"), "key"),
        ("revoked_at", json!(null), "revoked_at"),
    ] {
        let problem = admin
            .post("/v1/api-clients", with(field, value))
            .await
            .rejects_field(field);
        assert!(problem.to_string().contains(word), "{word} in {problem}");
    }
    let unknown = admin
        .post("/v1/api-clients", with("scopes", json!(["orders:eat"])))
        .await;
    let problem = unknown.rejects_field("scopes[0]");
    assert!(
        problem.to_string().contains("orders:read"),
        "the valid ones are named: {problem}"
    );
    assert_eq!(app.count("SELECT count(*) FROM api_clients"), 0);
}

#[actix_web::test]
async fn api_client_edit_applies_from_the_next_request() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (place, issued) = open_shop(&admin).await;
    let program = app.with_key(&key(&issued));
    program.get("/v1/plans").await.expect(200);

    let scopes = json!({ "scopes": ["orders:read"], "name": "Other" });
    let edited = admin.patch(&place, 1, scopes.clone()).await.expect(200);

    assert_eq!(
        (&edited["name"], &edited["version"]),
        (&json!("Other"), &json!(2))
    );
    program
        .get("/v1/plans")
        .await
        .problem(403, ProblemCode::Forbidden);
    program.get("/v1/orders").await.expect(200);
    admin
        .patch(&place, 1, scopes.clone())
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .send(reqwest::Method::PATCH, &place, Some(scopes))
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    let other_network = json!({ "networks": ["198.51.100.0/24"] });
    admin.patch(&place, 2, other_network).await.expect(200);
    let outside = program
        .get("/v1/orders")
        .await
        .problem(403, ProblemCode::Forbidden);
    assert!(
        outside["detail"].as_str().unwrap().contains("network"),
        "{outside}"
    );
    let home = json!({ "networks": ["127.0.0.0/8"] });
    admin.patch(&place, 3, home).await.expect(200);
    program.get("/v1/orders").await.expect(200);
    for (field, body) in [
        ("scopes", json!({ "scopes": [] })),
        ("mode", json!({ "mode": "live" })),
        (
            "expires_at",
            json!({ "expires_at": "2020-01-01T00:00:00Z" }),
        ),
    ] {
        admin.patch(&place, 4, body).await.rejects_field(field);
    }
    let edits = "SELECT count(*) FROM audit_log WHERE action = 'api_client.edit' AND change->'scopes'->'before' ? 'plans:read'";
    assert_eq!(app.count(edits), 1);
}

#[actix_web::test]
async fn revoking_an_api_client_is_final_and_requires_a_reason() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (place, issued) = open_shop(&admin).await;
    let (program, revoke) = (app.with_key(&key(&issued)), format!("{place}/revoke"));
    program.get("/v1/orders").await.expect(200);
    admin
        .post(&revoke, json!({ "reason": " " }))
        .await
        .rejects_field("reason");

    let revoked = admin
        .post(&revoke, json!({ "reason": "Contract ended" }))
        .await
        .expect(200);

    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    program
        .get("/v1/orders")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    admin
        .post(&revoke, json!({ "reason": "Again" }))
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .patch(&place, 2, json!({ "name": "X" }))
        .await
        .problem(409, ProblemCode::WrongState);
    app.as_role(UserRole::SuperAdmin)
        .post(&format!("{place}/rotate"), json!({ "overlap_hours": 1 }))
        .await
        .problem(409, ProblemCode::WrongState);
    let on_record = "SELECT count(*) FROM audit_log WHERE action = 'api_client.revoke' AND reason = 'Contract ended'";
    assert_eq!(app.count(on_record), 1);
}

#[actix_web::test]
async fn api_clients_can_be_filtered_sorted_and_exported() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (name, mode) in [("Beta", "live"), ("alpha", "test"), ("Gamma 100%", "live")] {
        made(
            &admin,
            json!({ "name": name, "mode": mode, "scopes": ["plans:read"] }),
        )
        .await;
    }
    let (place, _) = made(
        &admin,
        json!({ "name": "Old", "mode": "live", "scopes": ["plans:read"] }),
    )
    .await;
    admin
        .post(&format!("{place}/revoke"), json!({ "reason": "Old" }))
        .await
        .expect(200);
    let names = async |query: &str| -> Vec<String> {
        let page = admin
            .get(&format!("/v1/api-clients?{query}"))
            .await
            .expect(200);
        let rows = page["data"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    };

    assert_eq!(
        names("sort=created_at").await,
        ["Beta", "alpha", "Gamma 100%", "Old"]
    );
    assert_eq!(names("q=ALP").await, ["alpha"]);
    assert_eq!(names("q=100%25").await, ["Gamma 100%"]);
    assert_eq!(
        names("mode=live&is_revoked=false&sort=name").await,
        ["Beta", "Gamma 100%"]
    );
    assert_eq!(names("is_revoked=true").await, ["Old"]);
    assert_eq!(names("mode=test,live&sort=-name&limit=1").await, ["alpha"]);
    assert_eq!(names("created_at_to=2020-01-01T00:00:00Z").await.len(), 0);
    admin
        .get("/v1/api-clients?mode=x")
        .await
        .rejects_field("mode");
    admin
        .get("/v1/api-clients?sort=scopes")
        .await
        .rejects_field("sort");
    let file = admin.get("/v1/api-clients/export?is_revoked=false").await;
    assert_eq!(
        (file.status, file.text().lines().count()),
        (200, 4),
        "{}",
        file.text()
    );
}
