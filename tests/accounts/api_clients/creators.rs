//! API clients that a banned or suspended user has created and whose keys that user knows.

use crate::harness::TestApp;
use serde_json::json;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn ban_and_suspension_list_api_clients_of_the_user() {
    let app = TestApp::start().await;
    let (creator, chief) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    let mut made = Vec::new();
    for (name, mode) in [("Shop", "live"), ("Trial", "test"), ("Old", "live")] {
        let new = json!({ "name": name, "mode": mode, "scopes": ["plans:read"] });
        let issued = creator.post("/v1/api-clients", new).await.expect(201);
        let id = issued["client"]["id"].as_str().or(issued["id"].as_str());
        made.push(id.expect("an id").to_owned());
    }
    let revoke = format!("/v1/api-clients/{}/revoke", made[2]);
    chief
        .post(&revoke, json!({ "reason": "Over" }))
        .await
        .expect(200);

    let path = format!("/v1/users/{}", creator.id());
    for action in ["suspend", "ban"] {
        let closed = chief
            .post(&format!("{path}/{action}"), json!({ "reason": "Left" }))
            .await
            .expect(200);

        let named: Vec<&str> = closed["api_clients"]
            .as_array()
            .expect("clients")
            .iter()
            .map(|client| client["id"].as_str().expect("an id"))
            .collect();
        assert_eq!(named, [made[0].as_str(), made[1].as_str()], "{action}");
        assert_eq!(closed["api_clients"][0]["name"], "Shop");
        assert_eq!(closed["id"], json!(creator.id()));
        let recorded = format!(
            "SELECT count(*) FROM audit_log WHERE action = 'user.{action}' AND jsonb_array_length(change->'api_clients') = 2"
        );
        assert_eq!(app.count(&recorded), 1, "{action}");
    }
    let list = format!(
        "/v1/api-clients?created_by={}&is_revoked=false",
        creator.id()
    );
    assert_eq!(chief.get(&list).await.expect(200)["total"], 2);
    let of_chief = format!("/v1/api-clients?created_by={}", chief.id());
    assert_eq!(chief.get(&of_chief).await.expect(200)["total"], 0);
}

#[actix_web::test]
async fn ban_of_a_customer_lists_no_api_clients() {
    let app = TestApp::start().await;
    let id = app.given(|given| given.user(UserRole::Customer));
    let path = format!("/v1/users/{id}/ban");
    let closed = app
        .as_admin()
        .post(&path, json!({ "reason": "Fraud" }))
        .await;
    assert_eq!(closed.expect(200)["api_clients"], json!([]));
    let recorded =
        "SELECT count(*) FROM audit_log WHERE action = 'user.ban' AND NOT change ? 'api_clients'";
    assert_eq!(app.count(recorded), 1);
}
