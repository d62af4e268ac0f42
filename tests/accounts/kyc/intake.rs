//! What is taken in: of everything that people and attackers upload, the clean documents only.

use super::{assets, at, customer, opened, passport, upload};
use crate::harness::TestApp;
use reqwest::Method;
use serde_json::json;
use wire::{Permission, ProblemCode, accounts::users::UserRole};

const JPEG: (&str, &str) = ("image/jpeg", "passport.jpg");

#[actix_web::test]
async fn a_customer_sends_a_document_and_it_waits() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));

    let answer = upload(&me, "document_type=passport", JPEG, assets::jpeg(640, 480)).await;
    let place = answer.header("location").to_owned();
    let sent = answer.expect(201);

    assert_eq!(place, at(&sent, ""));
    assert_eq!(
        (
            &sent["user_id"],
            &sent["document_type"],
            &sent["status"],
            &sent["file_name"]
        ),
        (
            &json!(me.id()),
            &json!("passport"),
            &json!("pending"),
            &json!("passport.jpg")
        )
    );
    assert_eq!(
        (&sent["content_type"], &sent["has_file"], &sent["version"]),
        (&json!("image/jpeg"), &json!(true), &json!(1))
    );
    // What only reviewers may know.
    for hidden in [
        "duplicates",
        "is_resubmitted",
        "claimed_by",
        "claimed_until",
    ] {
        assert_eq!(sent[hidden], json!(null), "{hidden}");
    }
    assert_eq!(me.get("/v1/kyc").await.expect(200)["total"], 1);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'kyc.upload' AND change::text NOT LIKE '%passport.jpg%'"), 1);
}

#[actix_web::test]
async fn it_must_be_said_what_it_is_and_whose() {
    let app = TestApp::start().await;
    let (admin, me) = (app.as_admin(), app.as_user(customer(&app)));
    let send = async |client, query: &str| upload(client, query, JPEG, assets::jpeg(8, 8)).await;

    send(&admin, "document_type=passport")
        .await
        .refuses("user_id");
    send(&me, "document_type=selfie")
        .await
        .refuses("document_type");
    send(&me, "").await.refuses("document_type");
    send(&me, "document_type=passport&status=approved")
        .await
        .refuses("status");
    let path = "/v1/kyc?document_type=passport";
    me.raw(Method::POST, path, "image/jpeg", assets::jpeg(8, 8))
        .await
        .refuses("file_name");
    // Staff have nothing to prove here.
    let staff = format!("document_type=passport&user_id={}", admin.id());
    send(&admin, &staff)
        .await
        .problem(404, ProblemCode::NotFound);
    send(&app.as_role(UserRole::Support), "document_type=passport")
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents"), 0);
}

#[actix_web::test]
async fn a_program_sends_documents_of_its_own_customers_only() {
    let app = TestApp::start().await;
    let (id, program) = app.as_client(&[Permission::KycUpload, Permission::KycRead]);
    let own = app.given(|given| given.customer_of(id));
    let send = async |user| {
        let query = format!("document_type=passport&user_id={user}");
        upload(&program, &query, JPEG, assets::jpeg(8, 8)).await
    };

    let sent = send(own).await.expect(201);
    send(customer(&app))
        .await
        .problem(404, ProblemCode::NotFound);

    assert_eq!(
        (&sent["user_id"], &sent["uploaded_by"]),
        (&json!(own), &json!(null))
    );
    assert_eq!(program.get("/v1/kyc").await.expect(200)["total"], 1);
    assert_eq!(opened(&app, &program, &sent).await.status, 200);
    program
        .get(&at(&passport(&app, customer(&app)).await, ""))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn the_same_file_is_recognised_whoever_sends_it() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (ada, bob) = (customer(&app), customer(&app));
    let file = assets::jpeg(30, 30);
    let send = async |user| {
        let query = format!("document_type=passport&user_id={user}");
        upload(&admin, &query, JPEG, file.clone()).await
    };

    let first = send(ada).await.expect(201);
    send(ada).await.problem(409, ProblemCode::Conflict);
    let second = send(bob).await.expect(201);

    assert_eq!(first["duplicates"], json!([]));
    assert_eq!(second["duplicates"][0]["id"], first["id"]);
    assert_eq!(second["duplicates"][0]["user_id"], json!(ada));
    let listed = admin.get("/v1/kyc").await.expect(200);
    assert_eq!(listed["data"][0]["duplicates"][0]["id"], second["id"]);
    // Deleted, it is still known to have been there.
    let path = at(&first, "");
    assert_eq!(admin.delete(&path, 1).await.status, 204);
    app.work().await;
    let seen = admin.get(&at(&second, "")).await.expect(200);
    assert_eq!(seen["duplicates"][0]["id"], first["id"]);
    assert_eq!(
        app.as_user(bob).get(&at(&second, "")).await.expect(200)["duplicates"],
        json!(null)
    );
}

#[actix_web::test]
async fn a_file_sent_twice_at_once_is_taken_in_once() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));
    let file = assets::jpeg(30, 30);
    let sends = (0..6).map(|_| upload(&me, "document_type=passport", JPEG, file.clone()));

    let mut answers: Vec<u16> = futures_util::future::join_all(sends)
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    answers.sort_unstable();

    assert_eq!(answers, [201, 409, 409, 409, 409, 409]);
    // Those that were refused at the last moment have left nothing.
    assert_eq!(super::kept::keys_of_files(&app).await.len(), 1);
}

#[actix_web::test]
async fn nobody_fills_the_queue_alone() {
    let app = TestApp::start().await;
    let me = app.as_user(customer(&app));
    for _ in 0..10 {
        upload(&me, "document_type=passport", JPEG, assets::jpeg(16, 16))
            .await
            .expect(201);
    }
    upload(&me, "document_type=passport", JPEG, assets::jpeg(16, 16))
        .await
        .problem(409, ProblemCode::Conflict);
}
