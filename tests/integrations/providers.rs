//! Providers: the API never returns their key.

use crate::harness::TestApp;
use platform::crypto::FieldContext;
use serde_json::{Value, json};
use wire::{ProblemCode, ProviderId, accounts::users::UserRole};

pub const KEY: &str = "a-key-that-is-never-shown";

pub fn freedom() -> Value {
    json!({ "name": "Freedom", "api_endpoint": "https://simulator.invalid", "api_key": KEY, "adapter": "simulator", "provider_type": "reseller", "priority": 2 })
}

#[actix_web::test]
async fn provider_key_is_stored_encrypted() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let path = format!("/v1/providers/{}", made["id"].as_str().unwrap());
    let changed = app
        .as_role(UserRole::SuperAdmin)
        .patch(
            &path,
            1,
            json!({ "api_key": "another-key", "is_active": false, "provider_type": null }),
        )
        .await
        .expect(200);

    assert_eq!(
        (
            &made["name"],
            &made["is_active"],
            &made["priority"],
            &made["currency"]
        ),
        (&json!("Freedom"), &json!(true), &json!(2), &json!("USD"))
    );
    assert_eq!(
        (
            &changed["is_active"],
            &changed["provider_type"],
            &changed["version"]
        ),
        (&json!(false), &Value::Null, &json!(2))
    );
    for shown in [
        made.to_string(),
        changed.to_string(),
        admin.get(&path).await.text(),
        admin.get("/v1/providers/export").await.text(),
    ] {
        assert!(
            !shown.contains("\"api_key\"")
                && !shown.contains("another-key")
                && !shown.contains(KEY),
            "{shown}"
        );
    }
    let id: ProviderId = serde_json::from_value(made["id"].clone()).unwrap();
    assert_eq!(decrypted_key(&app, id), "another-key");
    assert_eq!(
        app.count("SELECT count(*) FROM data_providers WHERE api_key_encrypted LIKE '%key%'"),
        0
    );
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE change::text LIKE '%key-that%' OR change::text LIKE '%another-key%'"), 0);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'provider.edit' AND change->>'api_key' = 'replaced'"), 1);
    admin
        .patch(&path, 1, json!({ "priority": 1 }))
        .await
        .problem(412, ProblemCode::Stale);
}

fn decrypted_key(app: &TestApp, id: ProviderId) -> String {
    use diesel::prelude::*;
    use schema::data_providers;
    let sealed: String = app.given(|given| {
        data_providers::table
            .find(id)
            .select(data_providers::api_key_encrypted)
            .first(given.conn())
            .unwrap()
    });
    app.ctx
        .keys
        .open_text(
            FieldContext::new("data_providers", "api_key_encrypted", id.0),
            &sealed,
        )
        .unwrap()
}

#[actix_web::test]
async fn provider_rejects_invalid_fields() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (field, value) in [
        ("api_endpoint", json!("http://plain.example")),
        ("name", json!("")),
        ("api_key", json!("")),
        ("priority", json!(0)),
        ("adapter", json!("carrier-pigeon")),
    ] {
        let mut new = freedom();
        new.as_object_mut().unwrap().insert(field.to_owned(), value);
        admin.post("/v1/providers", new).await.rejects_field(field);
    }
    app.as_role(UserRole::Support)
        .get("/v1/providers")
        .await
        .problem(403, ProblemCode::Forbidden);
    app.as_role(UserRole::Customer)
        .get("/v1/provider-offers")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn providers_and_offers_can_be_filtered() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (first, plan) = app.given(|given| {
        let plan = given.plan("9.90");
        let (second, first) = (given.provider("Beta", 2), given.provider("Alpha", 1));
        given.offer(plan, first, "alpha-1");
        given.offer(plan, second, "beta-1");
        (first, plan)
    });

    let providers = admin
        .get("/v1/providers?adapter=simulator")
        .await
        .expect(200);
    let named = admin.get("/v1/providers?q=BET").await.expect(200);
    let offers = admin
        .get(&format!(
            "/v1/provider-offers?plan_id={plan}&provider_id={first}"
        ))
        .await
        .expect(200);

    let names = |page: &Value| {
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&providers), names(&named)),
        (
            vec!["Alpha".to_owned(), "Beta".to_owned()],
            vec!["Beta".to_owned()]
        )
    );
    assert_eq!(
        (
            offers["total"].as_i64(),
            &offers["data"][0]["sku"],
            &offers["data"][0]["cost"]
        ),
        (Some(1), &json!("alpha-1"), &json!("2.00"))
    );
    assert_eq!(
        admin.get("/v1/provisioning").await.expect(200)["data"],
        json!([])
    );
}

#[actix_web::test]
async fn provider_key_change_requires_super_admin_and_confirmation() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let path = format!("/v1/providers/{}", made["id"].as_str().unwrap());
    for key in [
        json!({ "api_key": "rotated" }),
        json!({ "name": "Other", "api_key": "rotated" }),
    ] {
        admin
            .patch(&path, 1, key)
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    admin
        .patch(&path, 1, json!({ "name": "Other" }))
        .await
        .expect(200);

    let stale = app.as_role(UserRole::SuperAdmin);
    let other = app.as_admin();
    app.execute("UPDATE sessions SET confirmed_at = now() - interval '16 minutes'");
    stale
        .patch(&path, 2, json!({ "api_key": "rotated" }))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    stale
        .patch(&path, 2, json!({ "name": "Freedom" }))
        .await
        .expect(200);
    // The first key of a provider needs a confirmation as well.
    other
        .post("/v1/providers", freedom())
        .await
        .problem(403, ProblemCode::ConfirmationRequired);

    app.as_role(UserRole::SuperAdmin)
        .patch(&path, 3, json!({ "api_key": "rotated" }))
        .await
        .expect(200);
    let id: ProviderId = serde_json::from_value(made["id"].clone()).unwrap();
    assert_eq!(decrypted_key(&app, id), "rotated");
}

#[actix_web::test]
async fn provider_can_be_deleted_while_unused() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (unused, used) =
        app.given(|given| (given.provider("Unused", 1), given.provider("Used", 2)));
    app.given(|given| {
        let plan = given.plan("9.90");
        given.offer(plan, used, "eu-1");
    });
    admin
        .delete(&format!("/v1/providers/{used}"), 1)
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .delete(&format!("/v1/providers/{unused}"), 2)
        .await
        .problem(412, ProblemCode::Stale);
    app.as_role(UserRole::Support)
        .delete(&format!("/v1/providers/{unused}"), 1)
        .await
        .problem(403, ProblemCode::Forbidden);
    admin
        .delete(&format!("/v1/providers/{unused}"), 1)
        .await
        .expect(204);
    admin
        .get(&format!("/v1/providers/{unused}"))
        .await
        .problem(404, ProblemCode::NotFound);
    let left = admin.get("/v1/providers").await.expect(200);
    assert_eq!(left["total"], 1);
}
