//! What proves an identity is a setting: all of it must be approved, and a change of it concerns everybody.

use super::{assets, at, customer, decide, passport, upload};
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use wire::UserId;

const BOTH: &str = r#"[["passport"],["utility_bill"]]"#;

async fn require(app: &TestApp, groups: &str) {
    let admin = app.as_role(wire::accounts::users::UserRole::SuperAdmin);
    let place = "/v1/settings/kyc.required_documents";
    let version = admin.get(place).await.expect(200)["version"].as_i64();
    let value = json!({ "value": groups });
    admin
        .patch(place, version.expect("a version"), value)
        .await
        .expect(200);
}

async fn standing(app: &TestApp, user: UserId) -> Value {
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
async fn a_customer_is_verified_when_every_required_document_is_approved() {
    let app = TestApp::start().await;
    require(&app, BOTH).await;
    app.work_through().await;
    let (reviewer, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;

    approve(&reviewer, &document).await;
    assert_eq!(standing(&app, user).await, "pending");
    let letters = reviewer
        .get(&format!("/v1/notifications?user_id={user}"))
        .await
        .expect(200);
    let letter = letters["data"][0]["message"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(letter.contains("we still need a utility bill"), "{letter}");

    let bill = bill(&app, user).await;
    approve(&reviewer, &bill).await;
    assert_eq!(standing(&app, user).await, "verified");

    // Without one of them the identity is not proven any more.
    let gone = app.as_admin().delete(&at(&bill, ""), 3).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    assert_eq!(standing(&app, user).await, "pending");
}

#[actix_web::test]
async fn another_requirement_is_held_against_everybody_in_parts() {
    let app = TestApp::start().await;
    let (reviewer, user, other) = (app.as_admin(), customer(&app), customer(&app));
    let document = passport(&app, user).await;
    approve(&reviewer, &document).await;
    assert_eq!(standing(&app, user).await, "verified");
    // More customers than one part has.
    app.execute(&format!(
        "INSERT INTO users (id, email, email_hash, password_hash, first_name, last_name, status, role, kyc_status) \
         SELECT gen_random_uuid(), email, decode(md5(n::text), 'hex'), '!', first_name, last_name, 'active', 'customer', 'verified' \
         FROM users, generate_series(1, 450) n WHERE id = '{other}'"
    ));

    require(&app, BOTH).await;
    app.work_through().await;
    assert_eq!(standing(&app, user).await, "pending");
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE kyc_status = 'verified'"),
        0
    );
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'user.kyc' AND actor_id IS NULL AND change->'kyc_status'->>'before' = 'verified'";
    assert_eq!(app.count(recorded), 451);

    let admin = app.as_role(wire::accounts::users::UserRole::SuperAdmin);
    let place = "/v1/settings/kyc.required_documents";
    let version = admin.get(place).await.expect(200)["version"].to_string();
    let back = admin
        .with("if-match", &format!("\"v{version}\""))
        .post(&format!("{place}/rollback"), json!({ "version": 1 }))
        .await;
    back.expect(200);
    app.work_through().await;
    assert_eq!(standing(&app, user).await, "verified");
}

#[actix_web::test]
async fn letters_say_where_documents_are_sent() {
    let app = TestApp::start().await;
    let admin = app.as_role(wire::accounts::users::UserRole::SuperAdmin);
    let place = "/v1/settings/kyc.upload_url";
    for refused in [
        "http://shop.example.com",
        "https://",
        "https://localhost/x",
        "https://u:p@shop.example.com",
        "javascript:x",
        "https://shop.example.com/ a",
    ] {
        let answer = admin.patch(place, 1, json!({ "value": refused })).await;
        answer.refuses("value");
    }
    let url = "https://shop.example.com/account/documents?from=mail";
    admin
        .patch(place, 1, json!({ "value": url }))
        .await
        .expect(200);
    let (reviewer, user) = (app.as_admin(), customer(&app));
    let document = passport(&app, user).await;

    let why = json!({ "reason": "Too dark" });
    decide(&reviewer, &document, "reject", why)
        .await
        .expect(200);

    let letters = reviewer
        .get(&format!("/v1/notifications?user_id={user}"))
        .await
        .expect(200);
    let letter = letters["data"][0]["message"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(
        letter.contains(url) && letter.contains("Too dark"),
        "{letter}"
    );
    assert!(
        letter.contains("a passport, an ID card or a driver's license"),
        "{letter}"
    );
}
