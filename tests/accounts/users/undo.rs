//! Undo of a status change, which restores the previous status.

use super::status::run_action;
use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::json;
use wire::{
    ProblemCode, UserId,
    accounts::users::{UserRole, UserStatus},
};

async fn undo(client: &Client, id: UserId, version: i64) -> Answer {
    client
        .with("if-match", &format!("\"v{version}\""))
        .send(Method::POST, &format!("/v1/users/{id}/undo-status"), None)
        .await
}

#[actix_web::test]
async fn undo_restores_the_previous_status() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let steps = ["activate", "deactivate", "suspend", "ban"];
    let mut undone_count = 0;
    for before in UserStatus::ALL {
        for (step, to) in steps.iter().zip(UserStatus::ALL) {
            if !before.can_become(*to) {
                continue;
            }
            let id = app.given(|given| given.user(UserRole::Customer));
            app.execute(&format!(
                "UPDATE users SET status = '{before}' WHERE id = '{id}'"
            ));
            let done = run_action(&admin, id, step).await.expect(200);
            let version = done["version"].as_i64().unwrap();

            let undone = undo(&admin, id, version).await.expect(200);

            assert_eq!(undone["status"], before.as_str(), "{before} {step}");
            assert_eq!(undone["version"], version + 1);
            undone_count += 1;
        }
    }
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'user.undo_status' \
        AND change->'status'->>'before' IS NOT NULL AND change->'status'->>'after' IS NOT NULL";
    assert!(undone_count > 0);
    assert_eq!(app.count(recorded), undone_count);
}

#[actix_web::test]
async fn undo_rejects_a_user_that_has_changed_since() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = app.given(|given| given.user(UserRole::Customer));
    let banned = run_action(&admin, id, "ban").await.expect(200);
    let version = banned["version"].as_i64().unwrap();
    admin
        .patch(
            &format!("/v1/users/{id}"),
            version,
            json!({ "first_name": "Grace" }),
        )
        .await
        .expect(200);

    undo(&admin, id, version)
        .await
        .problem(412, ProblemCode::Stale);

    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE status = 'banned'"),
        1
    );
}

#[actix_web::test]
async fn undo_requires_a_status_change_and_permission() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let id = app.given(|given| given.user(UserRole::Customer));
    undo(&admin, id, 1)
        .await
        .problem(409, ProblemCode::WrongState);
    let banned = run_action(&admin, id, "ban").await.expect(200);
    let version = banned["version"].as_i64().unwrap();
    undo(&app.as_role(UserRole::Support), id, version)
        .await
        .problem(403, ProblemCode::Forbidden);
    undo(&admin, id, version).await.expect(200);
    // An undo is a status change, so it can be undone as well.
    let again = undo(&admin, id, version + 1).await.expect(200);
    assert_eq!(again["status"], "banned");
}

#[actix_web::test]
async fn bulk_actions_reject_staff_and_the_caller() {
    let app = TestApp::start().await;
    let boss = app.as_role(UserRole::SuperAdmin);
    let (customer, support, admin) = app.given(|given| {
        (
            given.user(UserRole::Customer),
            given.user(UserRole::Support),
            given.user(UserRole::Admin),
        )
    });
    for action in ["suspend", "ban", "deactivate", "delete"] {
        app.execute("UPDATE users SET status = 'active', deleted_at = NULL");
        let body = json!({ "action": action, "reason": "A raid", "ids": [boss.id(), support, admin, customer] });
        let answer = boss.post("/v1/users/bulk", body).await.expect(207);
        let codes: Vec<_> = (0..4)
            .map(|place| answer["data"][place]["problem"]["code"].clone())
            .collect();
        assert_eq!(
            codes,
            [
                json!("forbidden"),
                json!("forbidden"),
                json!("forbidden"),
                json!(null)
            ],
            "{action}"
        );
    }
}
