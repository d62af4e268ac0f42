//! Review of KYC documents: one reviewer at a time, never a reviewer's own documents, and an email to the customer.

use super::{assets, at, customer, decide, newest_email, open_link, passport, reading, upload};
use crate::harness::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn run_action(client: &Client, document: &Value, verb: &str) -> crate::harness::Answer {
    client.send(Method::POST, &at(document, verb), None).await
}

async fn kyc_status(app: &TestApp, document: &Value) -> Value {
    let user = document["user_id"].as_str().expect("a customer");
    let user = app
        .as_admin()
        .get(&format!("/v1/users/{user}"))
        .await
        .expect(200);
    user["kyc_status"].clone()
}

fn unreadable_photo() -> Value {
    json!({ "reason": "The picture is too dark to read. Needle-reason." })
}

#[actix_web::test]
async fn approved_photo_id_verifies_and_notifies_the_customer() {
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
    assert_eq!(kyc_status(&app, &document).await, "pending");
    let answer = decide(&reviewer, &document, "approve", Value::Null).await;
    assert_eq!(answer.header("etag"), "\"v3\"");
    let decision = answer.expect(200);

    assert_eq!(
        (
            &decision["status"],
            &decision["verified_by"],
            &decision["claimed_by"]
        ),
        (&json!("approved"), &json!(reviewer.id()), &json!(null))
    );
    assert_eq!(kyc_status(&app, &document).await, "verified");
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'user.change_kyc_status' AND change->'kyc_status'->>'after' = 'verified'"), 1);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 2);
    let emails = reviewer
        .get(&format!("/v1/notifications?user_id={user}"))
        .await
        .expect(200);
    assert_eq!(emails["data"][0]["subject"], "Your passport was accepted");
    assert!(
        emails["data"][0]["message"]
            .as_str()
            .expect("a text")
            .contains("Your identity is verified")
    );
    run_action(&reviewer, &document, "claim")
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn kyc_rejection_gives_a_reason_and_allows_another_upload() {
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
            .rejects_field(field);
    }
    let decision = decide(&reviewer, &document, "reject", unreadable_photo())
        .await
        .expect(200);
    assert_eq!(kyc_status(&app, &document).await, "rejected");
    let seen = me.get(&at(&document, "")).await.expect(200);
    let again = send().await.expect(201);

    assert_eq!(decision["status"], "rejected");
    assert_eq!(seen["rejection_reason"], unreadable_photo()["reason"]);
    assert_eq!(
        (&seen["verified_by"], &seen["reviewer"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(kyc_status(&app, &document).await, "pending");
    let shown = reviewer.get(&at(&again, "")).await.expect(200);
    assert_eq!(shown["is_resubmitted"], true);
    let email = newest_email(&reviewer, user).await;
    assert!(
        email.contains("too dark to read")
            && email.contains("we still need a passport, an ID card or a driver's license"),
        "{email}"
    );
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'kyc.reject' AND reason LIKE 'enc1:%'"
        ),
        1
    );
}

#[actix_web::test]
async fn reviewer_cannot_review_own_documents() {
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

    run_action(&uploader, &document, "claim")
        .await
        .problem(403, ProblemCode::Forbidden);
    for role in [UserRole::Support, UserRole::Customer] {
        run_action(&app.as_role(role), &document, "claim")
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    run_action(&app.as_admin(), &document, "claim")
        .await
        .expect(200);
    // A customer who has become a reviewer cannot review their own documents.
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
    run_action(&app.as_user(own), &sent, "claim")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn only_staff_can_revoke_kyc_approval() {
    let app = TestApp::start().await;
    let (admin, user) = (app.as_admin(), customer(&app));
    let me = app.as_user(user);
    let document = passport(&app, user).await;
    let decision = decide(&admin, &document, "approve", Value::Null)
        .await
        .expect(200);
    let version = decision["version"].as_i64().expect("a version");

    me.delete(&at(&document, ""), version)
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .delete(&at(&document, ""), 1)
        .await
        .problem(412, ProblemCode::Stale);
    assert_eq!(kyc_status(&app, &document).await, "verified");
    assert_eq!(admin.delete(&at(&document, ""), version).await.status, 204);

    assert_eq!(kyc_status(&app, &document).await, "pending");
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
async fn kyc_queue_lists_the_oldest_documents_first() {
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
    // The queue excludes documents of deleted customers.
    app.given(|given| {
        use diesel::RunQueryDsl;
        diesel::sql_query(format!(
            "UPDATE users SET deleted_at = now() WHERE id = '{ada}'"
        ))
        .execute(given.conn())
        .expect("deleted")
    });
    assert_eq!(ids("status=pending").await, [sent[2]["id"].clone()]);
    assert_eq!(open_link(&app, &admin, &sent[2]).await.status, 200);
}
