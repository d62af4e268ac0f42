//! Reviewing: one person at a time, never about oneself, and the customer is told.

use super::{assets, at, customer, decide, opened, passport, reading, upload};
use crate::harness::{Client, TestApp};
use chrono::{TimeDelta, Utc};
use futures_util::join;
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn act(client: &Client, document: &Value, verb: &str) -> crate::harness::Answer {
    client.send(Method::POST, &at(document, verb), None).await
}

async fn standing(app: &TestApp, document: &Value) -> Value {
    let user = document["user_id"].as_str().expect("a customer");
    let user = app
        .as_admin()
        .get(&format!("/v1/users/{user}"))
        .await
        .expect(200);
    user["kyc_status"].clone()
}

fn dark() -> Value {
    json!({ "reason": "The picture is too dark to read. Needle-reason." })
}

#[actix_web::test]
async fn an_approved_photo_id_proves_an_identity_and_the_customer_is_told() {
    let app = TestApp::start().await;
    let (reviewer, user) = (app.as_admin(), customer(&app));
    let bill = upload(
        &app.as_admin(),
        &format!("document_type=utility_bill&user_id={user}"),
        ("application/pdf", "bill.pdf"),
        assets::pdf(""),
    )
    .await
    .expect(201);
    let document = passport(&app, user).await;

    decide(&reviewer, &bill, "approve", Value::Null)
        .await
        .expect(200);
    assert_eq!(standing(&app, &document).await, "pending");
    let answer = decide(&reviewer, &document, "approve", Value::Null).await;
    assert_eq!(answer.header("etag"), "\"v3\"");
    let decided = answer.expect(200);

    assert_eq!(
        (
            &decided["status"],
            &decided["verified_by"],
            &decided["claimed_by"]
        ),
        (&json!("approved"), &json!(reviewer.id()), &json!(null))
    );
    assert_eq!(standing(&app, &document).await, "verified");
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'user.kyc' AND change->'kyc_status'->>'after' = 'verified'"), 1);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 2);
    let letters = reviewer
        .get(&format!("/v1/notifications?user_id={user}"))
        .await
        .expect(200);
    assert_eq!(letters["data"][0]["subject"], "Your passport was accepted");
    assert!(
        letters["data"][0]["message"]
            .as_str()
            .expect("a text")
            .contains("Your identity is verified")
    );
    act(&reviewer, &document, "claim")
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn a_rejection_says_why_and_another_document_can_follow() {
    let app = TestApp::start().await;
    let (reviewer, user) = (app.as_admin(), customer(&app));
    let file = assets::jpeg(20, 20);
    let me = app.as_user(user);
    let send = async || {
        upload(
            &me,
            "document_type=passport",
            ("image/jpeg", "p.jpg"),
            file.clone(),
        )
        .await
    };
    let document = send().await.expect(201);

    for (body, field) in [
        (json!({}), "reason"),
        (json!({ "reason": " " }), "reason"),
        (json!({ "reason": "x".repeat(501) }), "reason"),
        (json!({ "reason": "x", "status": "approved" }), "status"),
    ] {
        reading(&reviewer, &document)
            .post(&at(&document, "reject"), body)
            .await
            .refuses(field);
    }
    let decided = decide(&reviewer, &document, "reject", dark())
        .await
        .expect(200);
    assert_eq!(standing(&app, &document).await, "rejected");
    let seen = me.get(&at(&document, "")).await.expect(200);
    let again = send().await.expect(201);

    assert_eq!(decided["status"], "rejected");
    assert_eq!(seen["rejection_reason"], dark()["reason"]);
    assert_eq!(
        (&seen["verified_by"], &seen["reviewer"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(standing(&app, &document).await, "pending");
    let shown = reviewer.get(&at(&again, "")).await.expect(200);
    assert_eq!(shown["is_resubmitted"], true);
    let letters = reviewer
        .get(&format!("/v1/notifications?user_id={user}"))
        .await
        .expect(200);
    let letter = letters["data"][0]["message"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(
        letter.contains("too dark to read") && letter.contains("send another one"),
        "{letter}"
    );
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'kyc.reject' AND reason LIKE 'The picture%'"), 1);
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

#[actix_web::test]
async fn nobody_reviews_what_is_theirs() {
    let app = TestApp::start().await;
    let uploader = app.as_admin();
    let query = format!("document_type=passport&user_id={}", customer(&app));
    let document = upload(
        &uploader,
        &query,
        ("image/jpeg", "p.jpg"),
        assets::jpeg(9, 9),
    )
    .await
    .expect(201);

    act(&uploader, &document, "claim")
        .await
        .problem(403, ProblemCode::Forbidden);
    for role in [UserRole::Support, UserRole::Customer] {
        act(&app.as_role(role), &document, "claim")
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    act(&app.as_admin(), &document, "claim").await.expect(200);
    // Nor their own, even if somebody made them a reviewer meanwhile.
    let own = customer(&app);
    let sent = upload(
        &app.as_user(own),
        "document_type=passport",
        ("image/jpeg", "p.jpg"),
        assets::jpeg(9, 9),
    )
    .await
    .expect(201);
    app.given(|given| {
        use diesel::RunQueryDsl;
        diesel::sql_query(format!(
            "UPDATE users SET role = 'admin' WHERE id = '{own}'"
        ))
        .execute(given.conn())
        .expect("a promotion")
    });
    act(&app.as_user(own), &sent, "claim")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn what_was_proven_can_be_taken_back_by_the_staff_only() {
    let app = TestApp::start().await;
    let (admin, user) = (app.as_admin(), customer(&app));
    let me = app.as_user(user);
    let document = passport(&app, user).await;
    let decided = decide(&admin, &document, "approve", Value::Null)
        .await
        .expect(200);
    let version = decided["version"].as_i64().expect("a version");

    me.delete(&at(&document, ""), version)
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .delete(&at(&document, ""), 1)
        .await
        .problem(412, ProblemCode::Stale);
    assert_eq!(standing(&app, &document).await, "verified");
    assert_eq!(admin.delete(&at(&document, ""), version).await.status, 204);

    assert_eq!(standing(&app, &document).await, "pending");
    me.get(&at(&document, ""))
        .await
        .problem(404, ProblemCode::NotFound);
    let own = upload(
        &me,
        "document_type=id_card",
        ("image/jpeg", "p.jpg"),
        assets::jpeg(9, 9),
    )
    .await
    .expect(201);
    assert_eq!(me.delete(&at(&own, ""), 1).await.status, 204);
}

#[actix_web::test]
async fn the_queue_shows_what_waits_longest_first() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let ada =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let mut sent = Vec::new();
    for user in [ada, customer(&app), customer(&app)] {
        sent.push(passport(&app, user).await);
    }
    decide(&admin, &sent[1], "approve", Value::Null)
        .await
        .expect(200);
    let ids = async |query: &str| {
        let page = admin.get(&format!("/v1/kyc?{query}")).await.expect(200);
        let rows = page["data"].as_array().expect("rows").clone();
        rows.into_iter()
            .map(|row| row["id"].clone())
            .collect::<Vec<_>>()
    };

    assert_eq!(
        ids("status=pending").await,
        [sent[0]["id"].clone(), sent[2]["id"].clone()]
    );
    assert_eq!(
        ids("status=approved,rejected").await,
        [sent[1]["id"].clone()]
    );
    assert_eq!(
        ids(&format!("user_id={ada}")).await,
        [sent[0]["id"].clone()]
    );
    assert_eq!(ids("q=lovelace").await, [sent[0]["id"].clone()]);
    assert_eq!(ids("q=babbage").await, Vec::<Value>::new());
    assert_eq!(ids("document_type=id_card").await, Vec::<Value>::new());
    assert_eq!(
        ids("sort=-uploaded_at&status=pending").await[0],
        sent[2]["id"]
    );
    let after = sent[2]["uploaded_at"].as_str().expect("a time");
    assert_eq!(
        ids(&format!("uploaded_at_from={after}")).await,
        [sent[2]["id"].clone()]
    );
    // A deleted customer's documents wait for nobody.
    app.given(|given| {
        use diesel::RunQueryDsl;
        diesel::sql_query(format!(
            "UPDATE users SET deleted_at = now() WHERE id = '{ada}'"
        ))
        .execute(given.conn())
        .expect("deleted")
    });
    assert_eq!(ids("status=pending").await, [sent[2]["id"].clone()]);
    assert_eq!(opened(&app, &admin, &sent[2]).await.status, 200);
}
