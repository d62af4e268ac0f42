//! States: which follow which, and that whoever is kept out is out at once.

use crate::harness::{Client, TestApp};
use futures_util::future::join_all;
use serde_json::{Value, json};
use wire::{
    ProblemCode, UserId,
    accounts::users::{UserRole, UserStatus},
};

/// Does something to somebody.
pub async fn act(client: &Client, id: UserId, act: &str) -> crate::harness::Answer {
    let why = json!({ "reason": "Because of the test" });
    client.post(&format!("/v1/users/{id}/{act}"), why).await
}

#[actix_web::test]
async fn whoever_is_kept_out_is_out_at_once_and_signs_in_anew_when_let_in_again() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (act_, status) in [
        ("suspend", UserStatus::Suspended),
        ("ban", UserStatus::Banned),
        ("deactivate", UserStatus::Inactive),
    ] {
        let customer = app.as_role(UserRole::Customer);
        customer.get("/v1/users").await.expect(200);

        let seen = act(&admin, customer.id(), act_).await;

        assert_eq!(seen.header("etag"), "\"v2\"");
        assert_eq!(seen.expect(200)["status"], status.as_str());
        let out = customer.get("/v1/users").await;
        out.problem(401, ProblemCode::Unauthenticated);
        let again = act(&admin, customer.id(), "activate").await.expect(200);
        assert_eq!(again["status"], "active");
        let old = customer.get("/v1/users").await;
        old.problem(401, ProblemCode::Unauthenticated);
        app.as_user(customer.id())
            .get("/v1/users")
            .await
            .expect(200);
        let recorded = format!(
            "SELECT count(*) FROM audit_log WHERE subject_id = '{}' AND action IN ('user.{act_}', 'user.activate') AND reason LIKE 'enc1:%'",
            customer.id()
        );
        assert_eq!(app.count(&recorded), 2);
    }
}

#[actix_web::test]
async fn states_that_do_not_follow_each_other_are_refused() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let steps = ["activate", "deactivate", "suspend", "ban"];
    for from in UserStatus::ALL {
        for (step, to) in steps.iter().zip(UserStatus::ALL) {
            let id = app.given(|given| given.user(UserRole::Customer));
            app.execute(&format!(
                "UPDATE users SET status = '{from}' WHERE id = '{id}'"
            ));
            let answer = act(&admin, id, step).await;
            if from.may_become(*to) {
                assert_eq!(answer.expect(200)["status"], to.as_str());
            } else {
                answer.problem(409, ProblemCode::WrongState);
            }
        }
    }
    let refused = "SELECT count(*) FROM audit_log WHERE action LIKE 'user.%'";
    assert_eq!(app.count(refused), 9, "only what was done is on record");
}

#[actix_web::test]
async fn nobody_is_suspended_or_banned_without_a_reason() {
    let app = TestApp::start().await;
    let (admin, id) = (
        app.as_admin(),
        app.given(|given| given.user(UserRole::Customer)),
    );
    for step in ["suspend", "ban"] {
        let place = format!("/v1/users/{id}/{step}");
        for body in [
            json!({}),
            json!({ "reason": "" }),
            json!({ "reason": "  " }),
        ] {
            admin.post(&place, body).await.refuses("reason");
        }
        admin
            .send(reqwest::Method::POST, &place, None)
            .await
            .problem(415, ProblemCode::UnsupportedMediaType);
    }
    // To put an account to rest needs none, not even a body.
    let place = format!("/v1/users/{id}/deactivate");
    admin
        .send(reqwest::Method::POST, &place, None)
        .await
        .expect(200);
}

#[actix_web::test]
async fn staff_and_oneself_are_not_for_everybody_to_decide_about() {
    let app = TestApp::start().await;
    let (admin, chief) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    for role in [UserRole::Support, UserRole::Admin, UserRole::SuperAdmin] {
        let colleague = app.given(|given| given.user(role));
        for step in ["suspend", "ban", "deactivate", "activate"] {
            let refused = act(&admin, colleague, step).await;
            refused.problem(403, ProblemCode::Forbidden);
        }
        let refused = admin.delete(&format!("/v1/users/{colleague}"), 1).await;
        refused.problem(403, ProblemCode::Forbidden);
        act(&chief, colleague, "suspend").await.expect(200);
    }
    for step in ["suspend", "ban", "deactivate", "erase"] {
        let refused = act(&chief, chief.id(), step).await;
        refused.problem(403, ProblemCode::Forbidden);
    }
    let customer = app.given(|given| given.user(UserRole::Customer));
    let support = app.as_role(UserRole::Support);
    let refused = act(&support, customer, "suspend").await;
    refused.problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn of_two_who_put_each_other_out_one_stays() {
    let app = TestApp::start().await;
    for step in ["suspend", "ban", "deactivate", "erase", "delete", "role"] {
        for _ in 0..5 {
            app.execute("UPDATE users SET status = 'inactive' WHERE role = 'super_admin'");
            let two = [
                app.as_role(UserRole::SuperAdmin),
                app.as_role(UserRole::SuperAdmin),
            ];
            let ids = [two[0].id(), two[1].id()];
            let tries = [(&two[0], ids[1]), (&two[1], ids[0])].map(|(who, whom)| async move {
                match step {
                    "delete" => who.delete(&format!("/v1/users/{whom}"), 1).await,
                    "role" => {
                        let role = json!({ "role": "admin" });
                        let place = format!("/v1/users/{whom}/role");
                        who.send(reqwest::Method::PUT, &place, Some(role)).await
                    }
                    step => act(who, whom, step).await,
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
async fn programs_that_somebody_has_made_go_on_without_them() {
    let app = TestApp::start().await;
    let (client, shop) = app.as_client(&[wire::Permission::PlansRead]);
    let maker = app.given(|given| given.user(UserRole::Admin));
    app.execute(&format!(
        "UPDATE api_clients SET created_by = '{maker}' WHERE id = '{client}'"
    ));

    act(&app.as_role(UserRole::SuperAdmin), maker, "ban")
        .await
        .expect(200);

    let plans: Value = shop.get("/v1/plans").await.expect(200);
    assert_eq!(plans["total"], 0);
}
