//! Bulk actions on users: one result for each user, and one rejection undoes no other result.

use crate::harness::TestApp;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn bulk_action_reports_each_user_separately() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (first, banned, staff, last) = app.given(|given| {
        (
            given.user(UserRole::Customer),
            given.user(UserRole::Customer),
            given.user(UserRole::Admin),
            given.user(UserRole::Customer),
        )
    });
    app.execute(&format!(
        "UPDATE users SET status = 'banned' WHERE id = '{banned}'"
    ));
    let unknown = Uuid::now_v7();
    let ids = json!([first, banned, staff, unknown, admin.id(), last]);

    let answer = admin
        .post(
            "/v1/users/bulk",
            json!({ "action": "suspend", "reason": "A raid", "ids": ids }),
        )
        .await
        .expect(207);

    assert_eq!(
        (&answer["done"], &answer["refused"]),
        (&json!(2), &json!(4))
    );
    let codes: Vec<Value> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["problem"]["code"].clone())
        .collect();
    assert_eq!(
        codes,
        [
            json!(null),
            json!("wrong_state"),
            json!("forbidden"),
            json!("not_found"),
            json!("forbidden"),
            json!(null)
        ]
    );
    let named: Vec<&Value> = answer["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["id"])
        .collect();
    assert_eq!(named, ids.as_array().unwrap().iter().collect::<Vec<_>>());
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'suspended'"),
        2
    );
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'user.suspend' AND reason LIKE 'enc1:%'"
        ),
        2
    );
}

#[actix_web::test]
async fn bulk_action_rejects_invalid_requests_before_any_change() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = app.given(|given| given.user(UserRole::Customer));
    let send = |body: Value| admin.post("/v1/users/bulk", body);
    for action in ["suspend", "ban"] {
        send(json!({ "action": action, "ids": [id] }))
            .await
            .rejects_field("reason");
        send(json!({ "action": action, "reason": " ", "ids": [id] }))
            .await
            .rejects_field("reason");
    }
    send(json!({ "action": "promote", "ids": [id] }))
        .await
        .rejects_field("action");
    send(json!({ "action": "activate", "ids": [] }))
        .await
        .rejects_field("ids");
    let many: Vec<Uuid> = (0..501).map(|_| Uuid::now_v7()).collect();
    send(json!({ "action": "activate", "ids": many }))
        .await
        .rejects_field("ids");
    send(json!({ "action": "activate", "ids": [id], "role": "admin" }))
        .await
        .rejects_field("role");
    app.as_role(UserRole::Support)
        .post(
            "/v1/users/bulk",
            json!({ "action": "activate", "ids": [id] }),
        )
        .await
        .problem(403, ProblemCode::Forbidden);
    let acts = "SELECT count(*) FROM audit_log WHERE action <> 'access.deny'";
    assert_eq!(app.count(acts), 0);
}

#[actix_web::test]
async fn bulk_delete_and_restore_users() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let ids: Vec<Value> = (0..20)
        .map(|_| json!(app.given(|given| given.user(UserRole::Customer))))
        .collect();
    for (action, left) in [
        ("delete", 0),
        ("restore", 20),
        ("deactivate", 20),
        ("activate", 20),
    ] {
        let answer = admin
            .post("/v1/users/bulk", json!({ "action": action, "ids": ids }))
            .await
            .expect(207);
        assert_eq!(answer["done"], 20, "{action}: {answer}");
        let page = admin.get("/v1/users?role=customer").await.expect(200);
        assert_eq!(page["total"], left, "{action}");
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action IN ('user.delete', 'user.restore', 'user.deactivate', 'user.activate')"), 80);
}

#[actix_web::test]
async fn bulk_action_stops_when_the_actor_is_suspended() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let admin = app.as_admin();
    let ids: Vec<Value> = (0..500)
        .map(|_| json!(app.given(|given| given.user(UserRole::Customer))))
        .collect();
    let many = json!({ "action": "deactivate", "ids": ids });
    let suspend = super::status::run_action(&chief, admin.id(), "suspend");

    let (answer, put_out) = futures_util::join!(admin.post("/v1/users/bulk", many), suspend);

    put_out.expect(200);
    // The suspension may run before, during or after the action: the response counts the users that were changed.
    let done = if answer.status == 207 {
        answer.json()["done"].as_i64()
    } else {
        Some(0)
    };
    let inactive = "SELECT count(*) FROM users WHERE status = 'inactive'";
    assert_eq!(done, Some(app.count(inactive)));
    assert_eq!(
        Some(app.count("SELECT count(*) FROM audit_log WHERE action = 'user.deactivate'")),
        done
    );
}
