//! Contact data: support corrects it without seeing it, and a mask is never stored as a value.

use super::ada;
use crate::harness::TestApp;
use futures_util::future::join_all;
use serde_json::json;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn support_edits_contact_data_and_masks_are_rejected() {
    let app = TestApp::start().await;
    let made = app.as_admin().post("/v1/users", ada()).await.expect(201);
    let support = app.as_role(UserRole::Support);
    let path = format!("/v1/users/{}", made["id"].as_str().unwrap());
    let seen = support.get(&path).await.expect(200);

    for field in ["email", "first_name", "last_name", "phone"] {
        let refused = support
            .patch(&path, 1, json!({ field: seen[field] }))
            .await
            .rejects_field(field);
        assert_eq!(refused["errors"][0]["code"], "masked");
    }
    let edited = support
        .patch(&path, 1, json!({ "phone": "+44 20 7946 0099" }))
        .await
        .expect(200);

    assert_eq!(
        (&edited["phone"], &edited["is_masked"], &edited["email"]),
        (&json!("•••99"), &json!(true), &seen["email"])
    );
    let whole = app.as_admin().get(&path).await.expect(200);
    assert_eq!(
        (&whole["email"], &whole["first_name"], &whole["phone"]),
        (
            &made["email"],
            &made["first_name"],
            &json!("+44 20 7946 0099")
        )
    );
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'user.edit' AND actor_role = 'support' AND change = '{\"fields\": [\"phone\"]}'";
    assert_eq!(app.count(recorded), 1);
    support
        .post(
            "/v1/users",
            json!({ "email": "b@example.com", "first_name": "B", "last_name": "C" }),
        )
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn support_cannot_edit_staff_or_itself() {
    let app = TestApp::start().await;
    let support = app.as_role(UserRole::Support);
    let colleague = app.given(|given| given.user(UserRole::Admin));
    let edit = json!({ "first_name": "Other" });
    let refused = support
        .patch(&format!("/v1/users/{colleague}"), 1, edit.clone())
        .await;
    refused.problem(404, ProblemCode::NotFound);
    let own = format!("/v1/users/{}", support.id());
    support
        .patch(&own, 1, edit)
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn concurrent_edits_with_one_etag_succeed_once() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for round in 0..5 {
        let id = app.given(|given| given.user(UserRole::Customer));
        let path = format!("/v1/users/{id}");
        let edits = (0..50).map(|writer| {
            let (admin, path) = (admin.clone(), path.clone());
            let edit = json!({ "first_name": format!("Writer {writer}") });
            async move { admin.patch(&path, 1, edit).await.status }
        });

        let statuses: Vec<u16> = join_all(edits).await;

        let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!(
            (count(200), count(412)),
            (1, 49),
            "round {round}: {statuses:?}"
        );
        admin
            .send(
                reqwest::Method::PATCH,
                &path,
                Some(json!({ "first_name": "X" })),
            )
            .await
            .problem(428, ProblemCode::PreconditionRequired);
        assert_eq!(admin.get(&path).await.expect(200)["version"], 2);
    }
}
