//! The setting that names the documents for a verified identity: every group must be approved, and a change of the
//! setting reevaluates every customer.

use super::{assets, at, customer, decide, newest_email, passport, upload};
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use wire::{UserId, accounts::users::UserRole};

const REQUIRED: &str = "/v1/settings/kyc.required_documents";
const BOTH: &str = r#"[["passport"],["utility_bill"]]"#;

async fn require(app: &TestApp, groups: &str) {
    let admin = app.as_role(UserRole::SuperAdmin);
    let version = admin.get(REQUIRED).await.expect(200)["version"].as_i64();
    let value = json!({ "value": groups });
    admin
        .patch(REQUIRED, version.expect("a version"), value)
        .await
        .expect(200);
}

async fn kyc_status(app: &TestApp, user: UserId) -> Value {
    let user = app.as_admin().get(&format!("/v1/users/{user}")).await;
    user.expect(200)["kyc_status"].clone()
}

async fn bill(app: &TestApp, user: UserId) -> Value {
    let query = format!("document_type=utility_bill&user_id={user}");
    let file = ("application/pdf", "bill.pdf");
    upload(&app.as_admin(), &query, file, assets::pdf(""))
        .await
        .expect(201)
}

async fn approve(reviewer: &Client, document: &Value) {
    decide(reviewer, document, "approve", Value::Null)
        .await
        .expect(200);
}

#[actix_web::test]
async fn kyc_verifies_customer_when_every_required_document_is_approved() {
    let app = TestApp::start().await;
    require(&app, BOTH).await;
    app.run_all_jobs().await;
    let (reviewer, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;

    approve(&reviewer, &document).await;
    assert_eq!(kyc_status(&app, user).await, "pending");
    let email = newest_email(&reviewer, user).await;
    assert!(email.contains("we still need a utility bill"), "{email}");

    let bill = bill(&app, user).await;
    approve(&reviewer, &bill).await;
    assert_eq!(kyc_status(&app, user).await, "verified");

    // Without one of the documents the customer is no longer verified.
    let gone = app.as_admin().delete(&at(&bill, ""), 3).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(kyc_status(&app, user).await, "pending");
}

#[actix_web::test]
async fn changed_kyc_requirement_reevaluates_customers_in_batches() {
    let app = TestApp::start().await;
    let (reviewer, user, other) = (app.as_admin(), customer(&app), customer(&app));
    let document = passport(&app, user).await;
    approve(&reviewer, &document).await;
    assert_eq!(kyc_status(&app, user).await, "verified");
    // More customers than one batch holds.
    app.execute(&format!(
        "INSERT INTO users (id, email, email_hash, password_hash, first_name, last_name, status, role, kyc_status) \
         SELECT gen_random_uuid(), email, decode(md5(n::text), 'hex'), '!', first_name, last_name, 'active', 'customer', 'verified' \
         FROM users, generate_series(1, 450) n WHERE id = '{other}'"
    ));

    require(&app, BOTH).await;
    app.run_all_jobs().await;
    assert_eq!(kyc_status(&app, user).await, "pending");
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE kyc_status = 'verified'"),
        0
    );
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'user.change_kyc_status' AND actor_id IS NULL AND change->'kyc_status'->>'before' = 'verified'";
    assert_eq!(app.count(recorded), 451);

    let admin = app.as_role(UserRole::SuperAdmin);
    let version = admin.get(REQUIRED).await.expect(200)["version"].to_string();
    let back = admin
        .with("if-match", &format!("\"v{version}\""))
        .post(&format!("{REQUIRED}/rollback"), json!({ "version": 1 }))
        .await;
    back.expect(200);
    app.run_all_jobs().await;
    assert_eq!(kyc_status(&app, user).await, "verified");
}

#[actix_web::test]
async fn rejection_email_contains_the_upload_url() {
    let app = TestApp::start().await;
    let admin = app.as_role(UserRole::SuperAdmin);
    let path = "/v1/settings/kyc.upload_url";
    for refused in [
        "http://shop.example.com",
        "https://",
        "https://localhost/x",
        "https://u:p@shop.example.com",
        "javascript:x",
        "https://shop.example.com/ a",
    ] {
        let answer = admin.patch(path, 1, json!({ "value": refused })).await;
        answer.rejects_field("value");
    }
    let url = "https://shop.example.com/account/documents?from=mail";
    admin
        .patch(path, 1, json!({ "value": url }))
        .await
        .expect(200);
    let (reviewer, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;

    let why = json!({ "reason": "Too dark" });
    decide(&reviewer, &document, "reject", why)
        .await
        .expect(200);

    let email = newest_email(&reviewer, user).await;
    assert!(email.contains(url) && email.contains("Too dark"), "{email}");
    assert!(
        email.contains("a passport, an ID card or a driver's license"),
        "{email}"
    );
}
