//! Claims: one reviewer at a time.

use super::{at, customer, passport, reading};
use crate::harness::{Client, TestApp};
use chrono::{TimeDelta, Utc};
use futures_util::join;
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn act(client: &Client, document: &Value, verb: &str) -> crate::harness::Answer {
    client.send(Method::POST, &at(document, verb), None).await
}

fn dark() -> Value {
    json!({ "reason": "The picture is too dark to read. Needle-reason." })
}

#[actix_web::test]
async fn two_reviewers_at_once_and_one_of_them_decides() {
    let app = TestApp::start().await;
    let (one, other) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    for _ in 0..10 {
        let document = passport(&app, customer(&app)).await;
        let (a, b) = join!(
            act(&one, &document, "claim"),
            act(&other, &document, "claim")
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
            sly.post(&path.1, dark())
        );

        assert_eq!(approved.expect(200)["status"], "approved");
        // Too early it clashes with the claim, too late with the decision.
        assert_eq!(rejected.status, 409, "{}", rejected.text());
    }
    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents WHERE status = 'approved'"),
        10
    );
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 10);
}

#[actix_web::test]
async fn a_claim_keeps_others_away_until_it_ends() {
    let app = TestApp::start().await;
    let now = Utc::now();
    app.ctx.clock.set(now);
    let robin =
        app.given(|given| given.person(UserRole::Admin, "robin@example.com", "Robin", "Whitlock"));
    let (one, other) = (app.as_user(robin), app.as_admin());
    let document = passport(&app, customer(&app)).await;
    let claimed = act(&one, &document, "claim").await.expect(200);
    let until = claimed["claimed_until"]
        .as_str()
        .expect("a time")
        .to_owned();

    let problem = act(&other, &document, "claim")
        .await
        .problem(409, ProblemCode::Conflict);
    let says = problem["detail"].as_str().expect("a sentence");
    assert!(
        says.starts_with("Robin Whitlock reviews it until ") && says.contains(&until[..19]),
        "{says}"
    );
    act(&other, &document, "release")
        .await
        .problem(409, ProblemCode::Conflict);
    for verb in ["approve", "release"] {
        assert_eq!(
            act(&reading(&other, &claimed), &document, verb)
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
    let renewed = act(&one, &document, "claim").await.expect(200);
    app.ctx.clock.set(now + TimeDelta::minutes(28));
    act(&other, &document, "claim")
        .await
        .problem(409, ProblemCode::Conflict);
    app.ctx.clock.set(now + TimeDelta::minutes(29));
    // It has ended: the one who had it cannot decide either.
    act(&reading(&one, &renewed), &document, "approve")
        .await
        .problem(409, ProblemCode::WrongState);
    let taken = act(&other, &document, "claim").await.expect(200);
    let laid_back = act(&other, &document, "release").await.expect(200);
    assert_eq!(
        (&taken["claimed_by"], &laid_back["claimed_by"]),
        (&json!(other.id()), &json!(null))
    );
    act(&one, &document, "claim").await.expect(200);
}

#[actix_web::test]
async fn a_decision_needs_the_claim_and_what_was_read() {
    let app = TestApp::start().await;
    let reviewer = app.as_admin();
    let document = passport(&app, customer(&app)).await;

    act(&reviewer, &document, "approve")
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    act(&reading(&reviewer, &document), &document, "approve")
        .await
        .problem(409, ProblemCode::WrongState);
    let claimed = act(&reviewer, &document, "claim").await.expect(200);
    act(&reading(&reviewer, &document), &document, "approve")
        .await
        .problem(412, ProblemCode::Stale);
    // Taken away while it is open: nothing to decide about any more.
    let version = claimed["version"].as_i64().expect("a version");
    assert_eq!(
        app.as_admin()
            .delete(&at(&document, ""), version)
            .await
            .status,
        204
    );
    act(&reading(&reviewer, &claimed), &document, "approve")
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 0);
}
