//! Twilio accounts: their secrets, the active one, tests and the comparison of their eSIMs.

use super::connections::finished;
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use suppliers::stand_in::super_sim::{
    CLIENT_ID, Profile, SECRET as STAND_IN_SECRET, SuperSimServer,
};
use wire::{ProblemCode, accounts::users::UserRole};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const SECRET: &str = "a-secret-that-is-never-shown";

fn account(address: &str) -> Value {
    json!({
        "account_sid": ACCOUNT, "api_key": "client-id", "api_secret": SECRET, "webhook_secret": "a-webhook-secret-of-kore",
        "api_base_url": address,
    })
}

fn path(config: &Value) -> String {
    format!("/v1/twilio-configs/{}", config["id"].as_str().unwrap())
}

async fn activated(root: &Client, config: &Value) -> Value {
    let version = config["version"].as_i64().unwrap();
    let path = format!("{}/activate", path(config));
    root.with("if-match", &format!("\"v{version}\""))
        .post(&path, json!({}))
        .await
        .expect(200)
}

#[actix_web::test]
async fn twilio_secrets_are_sealed_and_never_shown() {
    let app = TestApp::start().await;
    let root = app.as_role(UserRole::SuperAdmin);
    let new = account("https://supersim.api.korewireless.com");
    let made = root
        .post("/v1/twilio-configs", new.clone())
        .await
        .expect(201);
    assert_eq!(
        (
            &made["api_secret_last4"],
            &made["webhook_secret_last4"],
            &made["auth_token_last4"],
            &made["is_active"]
        ),
        (&json!("hown"), &json!("kore"), &Value::Null, &json!(false))
    );
    let admin = app.as_admin();
    for text in [
        made.to_string(),
        admin.get(&path(&made)).await.text(),
        admin.get("/v1/twilio-configs").await.text(),
        admin.get("/v1/twilio-configs/export").await.text(),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
    assert_eq!(
        app.count("SELECT count(*) FROM twilio_config WHERE api_secret_encrypted LIKE '%secret%'"),
        0
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE change::text LIKE '%never-shown%'"),
        0
    );
    root.post("/v1/twilio-configs", new.clone())
        .await
        .rejects_field("account_sid");
    admin
        .post("/v1/twilio-configs", new)
        .await
        .problem(403, ProblemCode::Forbidden);
    // Replacing a secret needs the same permission; other fields do not.
    admin
        .patch(&path(&made), 1, json!({ "api_secret": "another-secret" }))
        .await
        .problem(403, ProblemCode::Forbidden);
    admin
        .patch(
            &path(&made),
            1,
            json!({ "webhook_url": "https://hooks.example.com/kore" }),
        )
        .await
        .expect(200);
}

#[actix_web::test]
async fn twilio_account_rejects_invalid_fields() {
    let app = TestApp::start().await;
    let root = app.as_role(UserRole::SuperAdmin);
    for (field, value) in [
        ("account_sid", json!("AC123")),
        ("account_sid", json!("SK00000000000000000000000000000001")),
        ("api_base_url", json!("http://10.0.0.1")),
        ("api_base_url", json!("https://169.254.169.254/")),
        ("api_base_url", json!("https://localhost/")),
        ("webhook_url", json!("https://192.168.1.1/")),
        ("api_secret", json!("short")),
        ("api_secret", Value::Null),
        ("api_key", Value::Null),
    ] {
        let mut new = account("https://supersim.api.korewireless.com");
        new[field] = value;
        root.post("/v1/twilio-configs", new)
            .await
            .rejects_field(field);
    }
    let mut basic = account("https://supersim.twilio.com");
    basic["auth_mode"] = json!("basic");
    root.post("/v1/twilio-configs", basic.clone())
        .await
        .rejects_field("api_key");
    basic["api_key"] = Value::Null;
    basic["api_secret"] = Value::Null;
    root.post("/v1/twilio-configs", basic.clone())
        .await
        .rejects_field("auth_token");
    basic["auth_token"] = json!("0123456789abcdef0123456789abcdef");
    root.post("/v1/twilio-configs", basic).await.expect(201);
}

#[actix_web::test]
async fn production_accepts_only_hosts_of_twilio_and_kore() {
    let app = TestApp::start().await;
    let production = app.second_server(&super::simulated::PRODUCTION);
    let root = production.as_role(UserRole::SuperAdmin);
    for address in ["https://other.example", "http://127.0.0.1:8080"] {
        root.post("/v1/twilio-configs", account(address))
            .await
            .rejects_field("api_base_url");
    }
    root.post(
        "/v1/twilio-configs",
        account("https://supersim.api.korewireless.com"),
    )
    .await
    .expect(201);
}

#[actix_web::test]
async fn one_twilio_account_is_active() {
    let app = TestApp::start().await;
    let root = app.as_role(UserRole::SuperAdmin);
    let first = root
        .post(
            "/v1/twilio-configs",
            account("https://supersim.api.korewireless.com"),
        )
        .await
        .expect(201);
    let mut other = account("https://supersim.api.korewireless.com");
    other["account_sid"] = json!("AC00000000000000000000000000000002");
    let second = root.post("/v1/twilio-configs", other).await.expect(201);

    activated(&root, &first).await;
    let active = activated(&root, &second).await;
    assert_eq!(active["is_active"], true);
    let page = root
        .get("/v1/twilio-configs?is_active=true")
        .await
        .expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    root.delete(&path(&second), active["version"].as_i64().unwrap())
        .await
        .problem(409, ProblemCode::WrongState);
    let first = root.get(&path(&first)).await.expect(200);
    root.delete(&path(&first), first["version"].as_i64().unwrap())
        .await
        .expect(204);
}

#[actix_web::test]
async fn sync_adds_esims_moves_states_and_opens_cases() {
    let app = TestApp::start().await;
    let root = app.as_role(UserRole::SuperAdmin);
    let now = app.ctx.clock.now();
    let server = SuperSimServer::start(now).await.unwrap();
    let profile = |number: usize, status: &str| Profile {
        number,
        status: status.to_owned(),
        questions_left: 0,
        created_at: now - chrono::TimeDelta::days(2),
        unique_name: None,
        fleet: None,
        sim_status: "new".to_owned(),
        scheduled: None,
        used: 0,
    };
    server.with(|account| {
        account.profiles = vec![
            profile(1, "available"),
            profile(2, "installed"),
            profile(3, "available"),
        ];
    });
    let mut new = account(&server.server.url());
    new["api_key"] = json!(CLIENT_ID);
    let made = root.post("/v1/twilio-configs", new).await.expect(201);

    let test = format!("{}/test", path(&made));
    let wrong = finished(&app, &root, &test, None).await;
    assert_eq!(wrong["status"], "failed", "{wrong}");
    let made = root
        .patch(&path(&made), 1, json!({ "api_secret": STAND_IN_SECRET }))
        .await
        .expect(200);
    let right = finished(&app, &root, &test, None).await;
    assert_eq!(right["status"], "succeeded", "{right}");
    root.post(&format!("{}/sync", path(&made)), json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    activated(&root, &made).await;
    root.post(&format!("{}/sync", path(&made)), json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    let provider = root
        .post(
            "/v1/providers",
            json!({ "name": "Super SIM", "adapter": "super_sim", "api_endpoint": "https://supersim.api.korewireless.com" }),
        )
        .await
        .expect(201);

    let run = finished(&app, &root, &format!("{}/sync", path(&made)), None).await;
    assert_eq!(
        (&run["status"], &run["added"], &run["changed"]),
        (&json!("succeeded"), &json!(2), &json!(0)),
        "{run}"
    );
    assert_eq!(run["conflicts"].as_array().unwrap().len(), 1);
    let cases = "SELECT count(*) FROM reconciliation_cases WHERE kind = 'inventory_conflict' AND status = 'open'";
    assert_eq!(app.count(cases), 1);
    assert_eq!(
        app.count("SELECT count(*) FROM esims WHERE twilio_sid LIKE 'HS%' AND profile_ref LIKE 'HP%' AND status = 'available'"),
        2
    );

    server.with(|account| account.profiles[0].status = "installed".to_owned());
    let run = finished(&app, &root, &format!("{}/sync", path(&made)), None).await;
    assert_eq!(
        (&run["added"], &run["changed"]),
        (&json!(0), &json!(1)),
        "{run}"
    );
    assert_eq!(app.count(cases), 1);
    let connection = root
        .get(&format!("{}/connection", path(&made)))
        .await
        .expect(200);
    assert_eq!(connection["provider_id"], provider["id"]);
    assert_eq!(connection["last_sync"]["id"], run["id"]);
    let shown = root.get(&path(&made)).await.expect(200);
    assert!(shown["last_sync_at"].is_string());
}
