//! The record of every act: who, what and when, never what is secret.

use crate::harness::TestApp;
use serde_json::json;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn an_act_is_recorded_with_who_did_it() {
    let app = TestApp::start().await;
    let admin = app.as_user(
        app.given(|given| given.person(UserRole::Admin, "grace@example.com", "Grace", "Hopper")),
    );
    let made = admin
        .with("x-request-id", "request-4711")
        .post(
            "/v1/users",
            json!({ "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace" }),
        )
        .await
        .expect(201);

    let list = admin
        .get(&format!(
            "/v1/audit?action=user.create&subject_id={}",
            made["id"].as_str().expect("an id")
        ))
        .await
        .expect(200);

    assert_eq!(list["total"], 1);
    let entry = &list["data"][0];
    assert_eq!(
        (&entry["actor"], &entry["actor_id"], &entry["actor_role"]),
        (&json!("Grace Hopper"), &json!(admin.id()), &json!("admin"))
    );
    assert_eq!(
        (
            &entry["subject_type"],
            &entry["subject_id"],
            &entry["request_id"]
        ),
        (&json!("user"), &made["id"], &json!("request-4711"))
    );
    assert!(
        !entry.to_string().contains("Lovelace") && !entry.to_string().contains("ada@"),
        "{entry}"
    );
    let address = format!("/v1/audit/{}", entry["id"].as_str().expect("an id"));
    assert_eq!(&admin.get(&address).await.expect(200), entry);
    admin
        .get("/v1/audit/00000000-0000-7000-8000-000000000000")
        .await
        .problem(404, ProblemCode::NotFound);
    app.as_role(UserRole::Support)
        .get(&address)
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn the_record_is_narrowed_and_taken_away() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    admin.get("/v1/users/export").await.expect(200);
    admin.get("/v1/users/export").await.expect(200);
    let me = admin.id();

    assert_eq!(
        admin
            .get(&format!("/v1/audit?actor_id={me}&action=list.export"))
            .await
            .expect(200)["total"],
        2
    );
    assert_eq!(
        admin
            .get("/v1/audit?created_at_to=2020-01-01T00:00:00Z")
            .await
            .expect(200)["total"],
        0
    );
    let file = admin.get("/v1/audit/export").await;
    assert_eq!(
        (file.status, file.text().lines().count()),
        (200, 4),
        "{}",
        file.text()
    );
    admin.get("/v1/audit?sort=action").await.refuses("sort");
}

#[actix_web::test]
async fn only_administrators_read_the_record() {
    let app = TestApp::start().await;
    for role in [UserRole::Support, UserRole::Customer] {
        app.as_role(role)
            .get("/v1/audit")
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    app.as_role(UserRole::SuperAdmin)
        .get("/v1/audit")
        .await
        .expect(200);
}
