//! Claims of KYC documents: one reviewer at a time.

use super::{at, customer, passport, reading};
use crate::harness::{Client, TestApp};
use chrono::{TimeDelta, Utc};
use futures_util::join;
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn run_action(client: &Client, document: &Value, verb: &str) -> crate::harness::Answer {
    client.send(Method::POST, &at(document, verb), None).await
}

fn unreadable_photo() -> Value {
    json!({ "reason": "The picture is too dark to read. Needle-reason." })
}

#[actix_web::test]
async fn concurrent_kyc_decisions_leave_one() {
    let app = TestApp::start().await;
    let (one, other) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    for _ in 0..10 {
        let document = passport(&app, customer(&app)).await;
        let (a, b) = join!(
            run_action(&one, &document, "claim"),
            run_action(&other, &document, "claim")
        );
        let mut outcome = [a.status, b.status];
        let (winner, loser, claimed) = if a.status == 200 {
            (&one, &other, a.json())
        } else {
            (&other, &one, b.json())
        };
        outcome.sort_unstable();
        assert_eq!(outcome, [200, 409]);

        let path = (at(&document, "approve"), at(&document, "reject"));
        let (fast, sly) = (reading(winner, &claimed), reading(loser, &claimed));
        let (approved, rejected) = join!(
            fast.send(Method::POST, &path.0, None),
            sly.post(&path.1, unreadable_photo())
        );

        assert_eq!(approved.expect(200)["status"], "approved");
        // An early second decision conflicts with the claim, a late one with the first decision.
        assert_eq!(rejected.status, 409, "{}", rejected.text());
    }
    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents WHERE status = 'approved'"),
        10
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 10);
}

#[actix_web::test]
async fn kyc_claim_blocks_other_reviewers_until_it_expires() {
    let app = TestApp::start().await;
    let now = Utc::now();
    app.ctx.clock.set(now);
    let robin =
        app.given(|given| given.person(UserRole::Admin, "robin@example.com", "Robin", "Whitlock"));
    let (one, other) = (app.as_user(robin), app.as_admin());
    let document = passport(&app, customer(&app)).await;
    let claimed = run_action(&one, &document, "claim").await.expect(200);
    let until = claimed["claimed_until"]
        .as_str()
        .expect("a time")
        .to_owned();

    let problem = run_action(&other, &document, "claim")
        .await
        .problem(409, ProblemCode::Conflict);
    let detail = problem["detail"].as_str().expect("a sentence");
    assert!(
        detail.starts_with("Robin Whitlock is reviewing this document until ")
            && detail.contains(&until[..19]),
        "{detail}"
    );
    run_action(&other, &document, "release")
        .await
        .problem(409, ProblemCode::Conflict);
    for verb in ["approve", "release"] {
        assert_eq!(
            run_action(&reading(&other, &claimed), &document, verb)
                .await
                .status,
            409,
            "{verb}"
        );
    }
    assert_eq!(
        other.get("/v1/kyc?claimed_by=none").await.expect(200)["total"],
        0
    );
    assert_eq!(
        one.get("/v1/kyc?claimed_by=me").await.expect(200)["total"],
        1
    );

    app.ctx.clock.set(now + TimeDelta::minutes(14));
    let renewed = run_action(&one, &document, "claim").await.expect(200);
    app.ctx.clock.set(now + TimeDelta::minutes(28));
    run_action(&other, &document, "claim")
        .await
        .problem(409, ProblemCode::Conflict);
    app.ctx.clock.set(now + TimeDelta::minutes(29));
    // After the expiry the former assignee cannot decide either.
    run_action(&reading(&one, &renewed), &document, "approve")
        .await
        .problem(409, ProblemCode::WrongState);
    let taken = run_action(&other, &document, "claim").await.expect(200);
    let released = run_action(&other, &document, "release").await.expect(200);
    assert_eq!(
        (&taken["claimed_by"], &released["claimed_by"]),
        (&json!(other.id()), &json!(null))
    );
    run_action(&one, &document, "claim").await.expect(200);
}

#[actix_web::test]
async fn kyc_decision_requires_the_claim_and_the_current_etag() {
    let app = TestApp::start().await;
    let reviewer = app.as_admin();
    let document = passport(&app, customer(&app)).await;

    run_action(&reviewer, &document, "approve")
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    run_action(&reading(&reviewer, &document), &document, "approve")
        .await
        .problem(409, ProblemCode::WrongState);
    let claimed = run_action(&reviewer, &document, "claim").await.expect(200);
    run_action(&reading(&reviewer, &document), &document, "approve")
        .await
        .problem(412, ProblemCode::Stale);
    // The document is deleted while it is claimed: no reviewer can decide.
    let version = claimed["version"].as_i64().expect("a version");
    assert_eq!(
        app.as_admin()
            .delete(&at(&document, ""), version)
            .await
            .status,
        204
    );
    run_action(&reading(&reviewer, &claimed), &document, "approve")
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 0);
}
