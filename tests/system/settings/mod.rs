//! Settings: typed, with a history, and effective immediately.

mod effects;

use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn set(admin: &Client, key: &str, value: Value) -> Value {
    let address = format!("/v1/settings/{key}");
    let version = admin.get(&address).await.expect(200)["version"]
        .as_i64()
        .unwrap();
    admin
        .patch(&address, version, json!({ "value": value }))
        .await
        .expect(200)
}

#[actix_web::test]
async fn settings_list_only_known_keys() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let list = admin.get("/v1/settings").await.expect(200);
    let keys: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|setting| setting["key"].as_str().unwrap())
        .collect();
    let mut known: Vec<&str> = wire::system::settings::SETTINGS
        .iter()
        .map(|known| known.key)
        .collect();
    known.sort_unstable();
    assert_eq!(keys, known);

    let window = admin
        .get("/v1/settings/orders.payment_window_minutes")
        .await
        .expect(200);
    assert_eq!(
        (
            &window["value"],
            &window["effective"],
            &window["default"],
            &window["source"],
            &window["data_type"],
            &window["version"]
        ),
        (
            &json!(null),
            &json!("30"),
            &json!("30"),
            &json!("default"),
            &json!("number"),
            &json!(1)
        )
    );
    let by_id = format!("/v1/settings/{}", window["id"].as_str().unwrap());
    assert_eq!(admin.get(&by_id).await.expect(200), window);
    assert_eq!(
        admin.get("/v1/settings?q=payment_window").await.expect(200)["total"],
        1
    );
    assert_eq!(
        admin
            .get("/v1/settings?category=business")
            .await
            .expect(200)["total"],
        4
    );
    for unknown in ["no.such.key", "0192f0c1-2b5e-7000-8000-000000000000"] {
        admin
            .get(&format!("/v1/settings/{unknown}"))
            .await
            .problem(404, ProblemCode::NotFound);
    }
    let file = admin.get("/v1/settings/export").await;
    assert_eq!(file.text().lines().count(), known.len() + 1);
    app.as_role(UserRole::Support)
        .get("/v1/settings")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn setting_rejects_wrong_types_and_secrets() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (key, value) in [
        ("orders.payment_window_minutes", json!("4")),
        ("orders.payment_window_minutes", json!("10081")),
        ("orders.payment_window_minutes", json!("half an hour")),
        ("orders.payment_window_minutes", json!("30.5")),
        ("orders.payment_window_minutes", json!(45)),
        ("business.name", json!("")),
        ("business.name", json!("A\nB")),
        ("business.name", json!("x".repeat(101))),
        ("business.support_email", json!("no-address")),
        ("business.time_zone", json!("Mars/Olympus")),
        ("business.time_zone", json!("+02:00")),
        ("kyc.required_documents", json!("passport")),
        ("kyc.required_documents", json!("[[\"library_card\"]]")),
        ("kyc.required_documents", json!("[]")),
        (
            "emails.footer",
            json!("Our key is sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
        ),
        ("emails.footer", json!("postgres://app:hunter2@db/esim")),
        ("emails.footer", json!("Pay to 4242 4242 4242 4242")),
    ] {
        let problem = admin
            .patch(&format!("/v1/settings/{key}"), 1, json!({ "value": value }))
            .await
            .rejects_field("value");
        assert!(
            problem["errors"][0]["message"].as_str().unwrap().len() > 10,
            "{problem}"
        );
    }
    let name = "/v1/settings/business.name";
    admin.patch(name, 1, json!({})).await.rejects_field("value");
    for (field, body) in [
        ("is_public", json!({ "value": "A", "is_public": false })),
        ("key", json!({ "value": "A", "key": "b" })),
    ] {
        admin.patch(name, 1, body).await.rejects_field(field);
    }
    assert_eq!(
        admin
            .post("/v1/settings", json!({ "key": "new", "value": "x" }))
            .await
            .status,
        405,
        "unknown settings are rejected"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM system_settings WHERE value IS NOT NULL OR version <> 1"),
        0
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action LIKE 'setting.%'"),
        0
    );
}

#[actix_web::test]
async fn setting_change_has_history_and_can_be_reverted() {
    let app = TestApp::start().await;
    let admin = app.as_user(
        app.given(|given| given.person(UserRole::Admin, "grace@example.com", "Grace", "Hopper")),
    );
    let address = "/v1/settings/business.name";

    let first = admin
        .patch(
            address,
            1,
            json!({ "value": " Example Travel ", "reason": "Our new name" }),
        )
        .await;
    assert_eq!(first.header("etag"), "\"v2\"");
    let first = first.expect(200);
    assert_eq!(
        (&first["value"], &first["effective"], &first["source"]),
        (
            &json!("Example Travel"),
            &json!("Example Travel"),
            &json!("database")
        )
    );
    admin
        .patch(address, 1, json!({ "value": "Late" }))
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .send(
            reqwest::Method::PATCH,
            address,
            Some(json!({ "value": "x" })),
        )
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    set(&admin, "business.name", json!("Example Tours")).await;

    let back = admin
        .with("if-match", "\"v3\"")
        .post(
            &format!("{address}/rollback"),
            json!({ "version": 2, "reason": "A mistake" }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&back["value"], &back["version"]),
        (&json!("Example Travel"), &json!(4))
    );
    let back = admin.with("if-match", "\"v4\"");
    back.post(&format!("{address}/rollback"), json!({ "version": 9 }))
        .await
        .rejects_field("version");
    back.post(&format!("{address}/rollback"), json!({ "version": 1 }))
        .await
        .expect(200);
    assert_eq!(
        admin.get(address).await.expect(200)["source"],
        "default",
        "it began without a value"
    );

    let history = admin.get(&format!("{address}/history")).await.expect(200);
    let lines: Vec<(i64, &Value, &Value, &Value)> = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            (
                change["version"].as_i64().unwrap(),
                &change["value"],
                &change["actor"],
                &change["reason"],
            )
        })
        .collect();
    let (grace, none) = (json!("Grace Hopper"), Value::Null);
    assert_eq!(
        lines,
        [
            (5, &none, &grace, &none),
            (4, &json!("Example Travel"), &grace, &json!("A mistake")),
            (3, &json!("Example Tours"), &grace, &none),
            (2, &json!("Example Travel"), &grace, &json!("Our new name")),
            (1, &none, &none, &none),
        ]
    );
    let entries = admin
        .get(&format!(
            "/v1/audit?subject_type=setting&subject_id={}",
            first["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let entries: Vec<(&Value, &Value)> = entries["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| (&act["action"], &act["change"]["business.name"]["after"]))
        .collect();
    assert_eq!(entries.len(), 4);
    assert_eq!(
        entries[1],
        (&json!("setting.rollback"), &json!("Example Travel"))
    );
    assert_eq!(
        entries[3],
        (&json!("setting.edit"), &json!("Example Travel"))
    );
}

#[actix_web::test]
async fn concurrent_setting_edits_succeed_once() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let edits = (0..20).map(|number| {
        let admin = admin.clone();
        async move {
            let value = json!({ "value": format!("Name {number}") });
            admin
                .patch("/v1/settings/business.name", 1, value)
                .await
                .status
        }
    });
    let answers = futures_util::future::join_all(edits).await;
    let won = answers.iter().filter(|status| **status == 200).count();
    let late = answers.iter().filter(|status| **status == 412).count();
    assert_eq!((won, late), (1, 19), "{answers:?}");
    assert_eq!(app.count("SELECT count(*) FROM setting_history h JOIN system_settings s ON s.id = h.setting_id WHERE s.key = 'business.name'"), 2);
}

#[actix_web::test]
async fn public_settings_are_readable_by_all_and_cached_for_a_minute() {
    let app = TestApp::start().await;
    let (admin, anonymous) = (app.as_admin(), app.anonymous());
    let first = anonymous.get("/v1/settings/public").await;
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    let tag = first.header("etag").to_owned();
    assert_eq!(
        first.expect(200)["settings"],
        json!({
            "business.name": "eSIM Admin", "business.support_email": "", "business.time_zone": "UTC", "billing.tax_percent": "0.00",
            "kyc.required_documents": [["passport", "id_card", "drivers_license"]], "kyc.upload_url": "",
        })
    );
    let again = anonymous
        .with("if-none-match", &tag)
        .get("/v1/settings/public")
        .await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));

    set(&admin, "emails.footer", json!("Internal")).await;
    let again = anonymous
        .with("if-none-match", &tag)
        .get("/v1/settings/public")
        .await;
    assert_eq!(
        again.status, 304,
        "a private setting does not change the response"
    );
    set(&admin, "business.time_zone", json!("Europe/Berlin")).await;
    let changed = anonymous
        .with("if-none-match", &tag)
        .get("/v1/settings/public")
        .await;
    assert_ne!(changed.header("etag"), tag);
    assert_eq!(
        changed.expect(200)["settings"]["business.time_zone"],
        "Europe/Berlin"
    );
}
