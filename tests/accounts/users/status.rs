//! Account status: the allowed changes, and the sign-out of a user who is blocked.

use crate::harness::{Client, TestApp};
use futures_util::future::join_all;
use serde_json::{Value, json};
use wire::{
    ProblemCode, UserId,
    accounts::users::{UserRole, UserStatus},
};

/// Posts an action on a user, with a reason.
pub async fn run_action(client: &Client, id: UserId, action: &str) -> crate::harness::Answer {
    let why = json!({ "reason": "Because of the test" });
    client.post(&format!("/v1/users/{id}/{action}"), why).await
}

#[actix_web::test]
async fn suspended_user_is_signed_out_and_signs_in_after_reactivation() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (action, status) in [
        ("suspend", UserStatus::Suspended),
        ("ban", UserStatus::Banned),
        ("deactivate", UserStatus::Inactive),
    ] {
        let customer = app.as_role(UserRole::Customer);
        customer.get("/v1/users").await.expect(200);

        let seen = run_action(&admin, customer.id(), action).await;

        assert_eq!(seen.header("etag"), "\"v2\"");
        assert_eq!(seen.expect(200)["status"], status.as_str());
        let out = customer.get("/v1/users").await;
        out.problem(401, ProblemCode::Unauthenticated);
        let again = run_action(&admin, customer.id(), "activate")
            .await
            .expect(200);
        assert_eq!(again["status"], "active");
        let old = customer.get("/v1/users").await;
        old.problem(401, ProblemCode::Unauthenticated);
        app.as_user(customer.id())
            .get("/v1/users")
            .await
            .expect(200);
        let recorded = format!(
            "SELECT count(*) FROM audit_log WHERE subject_id = '{}' AND action IN ('user.{action}', 'user.activate') AND reason LIKE 'enc1:%'",
            customer.id()
        );
        assert_eq!(app.count(&recorded), 2);
    }
}

#[actix_web::test]
async fn invalid_status_changes_are_rejected() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let steps = ["activate", "deactivate", "suspend", "ban"];
    for from in UserStatus::ALL {
        for (step, to) in steps.iter().zip(UserStatus::ALL) {
            let id = app.given(|given| given.user(UserRole::Customer));
            app.execute(&format!(
                "UPDATE users SET status = '{from}' WHERE id = '{id}'"
            ));
            let answer = run_action(&admin, id, step).await;
            if from.can_become(*to) {
                assert_eq!(answer.expect(200)["status"], to.as_str());
            } else {
                answer.problem(409, ProblemCode::WrongState);
            }
        }
    }
    let refused = "SELECT count(*) FROM audit_log WHERE action LIKE 'user.%'";
    assert_eq!(app.count(refused), 9, "only applied changes are audited");
}

#[actix_web::test]
async fn suspension_and_ban_require_a_reason() {
    let app = TestApp::start().await;
    let (admin, id) = (
        app.as_admin(),
        app.given(|given| given.user(UserRole::Customer)),
    );
    for step in ["suspend", "ban"] {
        let path = format!("/v1/users/{id}/{step}");
        for body in [
            json!({}),
            json!({ "reason": "" }),
            json!({ "reason": "  " }),
        ] {
            admin.post(&path, body).await.rejects_field("reason");
        }
        admin
            .send(reqwest::Method::POST, &path, None)
            .await
            .problem(415, ProblemCode::UnsupportedMediaType);
    }
    // Deactivation needs neither a reason nor a body.
    let path = format!("/v1/users/{id}/deactivate");
    admin
        .send(reqwest::Method::POST, &path, None)
        .await
        .expect(200);
}

#[actix_web::test]
async fn status_change_of_staff_requires_super_admin_and_not_oneself() {
    let app = TestApp::start().await;
    let (admin, chief) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    for role in [UserRole::Support, UserRole::Admin, UserRole::SuperAdmin] {
        let colleague = app.given(|given| given.user(role));
        for step in ["suspend", "ban", "deactivate", "activate"] {
            let refused = run_action(&admin, colleague, step).await;
            refused.problem(403, ProblemCode::Forbidden);
        }
        let refused = admin.delete(&format!("/v1/users/{colleague}"), 1).await;
        refused.problem(403, ProblemCode::Forbidden);
        run_action(&chief, colleague, "suspend").await.expect(200);
    }
    for step in ["suspend", "ban", "deactivate", "erase"] {
        let refused = run_action(&chief, chief.id(), step).await;
        refused.problem(403, ProblemCode::Forbidden);
    }
    let customer = app.given(|given| given.user(UserRole::Customer));
    let support = app.as_role(UserRole::Support);
    let refused = run_action(&support, customer, "suspend").await;
    refused.problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn two_admins_who_suspend_each_other_leave_one_active() {
    let app = TestApp::start().await;
    for step in ["suspend", "ban", "deactivate", "erase", "delete", "role"] {
        for _ in 0..5 {
            app.execute("UPDATE users SET status = 'inactive' WHERE role = 'super_admin'");
            let two = [
                app.as_role(UserRole::SuperAdmin),
                app.as_role(UserRole::SuperAdmin),
            ];
            let ids = [two[0].id(), two[1].id()];
            let tries = [(&two[0], ids[1]), (&two[1], ids[0])].map(|(who, target)| async move {
                match step {
                    "delete" => who.delete(&format!("/v1/users/{target}"), 1).await,
                    "role" => {
                        let role = json!({ "role": "admin" });
                        let path = format!("/v1/users/{target}/role");
                        who.send(reqwest::Method::PUT, &path, Some(role)).await
                    }
                    step => run_action(who, target, step).await,
                }
            });

            let answers: Vec<u16> = join_all(tries).await.iter().map(|a| a.status).collect();

            let done = answers.iter().filter(|status| **status < 300).count();
            assert_eq!(done, 1, "{step}: {answers:?}");
            assert!(
                answers
                    .iter()
                    .any(|status| matches!(status, 401 | 403 | 409)),
                "{step}: {answers:?}"
            );
            let left = "SELECT count(*) FROM users WHERE role = 'super_admin' AND status = 'active' AND deleted_at IS NULL";
            assert_eq!(app.count(left), 1, "{step}");
        }
    }
}

#[actix_web::test]
async fn api_clients_stay_active_when_their_creator_is_banned() {
    let app = TestApp::start().await;
    let (client, shop) = app.as_client(&[wire::Permission::PlansRead]);
    let maker = app.given(|given| given.user(UserRole::Admin));
    app.execute(&format!(
        "UPDATE api_clients SET created_by = '{maker}' WHERE id = '{client}'"
    ));

    run_action(&app.as_role(UserRole::SuperAdmin), maker, "ban")
        .await
        .expect(200);

    let plans: Value = shop.get("/v1/plans").await.expect(200);
    assert_eq!(plans["total"], 0);
}
